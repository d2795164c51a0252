"""Jobs from the list to the files: what goes in comes out, and everything is counted once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from emailcleaner.core.bootstrap import open_services
from emailcleaner.core.errors import UserError
from emailcleaner.core.model import CleanRequest, Depth, JobState, OutputFormat, ReadOptions
from emailcleaner.core.paths import Home
from emailcleaner.core.settings import DatabaseSettings, Settings
from tests.core.jobs.cleaning import (
    SMALL_BLOCKS,
    VERDICT_COLUMNS,
    assert_adds_up,
    assert_files_agree,
    clean,
    request_for,
    results,
    rows,
    services,
    summary_of,
    table,
    verdicts,
    workers,
    write,
)
from tests.servers.dns_server import DnsServer, Misdeed


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer() as running:
        running.zone.mail("acme-mail.org")
        running.zone.mail("globex-mail.org")
        yield running


def test_every_row_comes_out_once_in_order_with_its_cells(tmp_path: Path) -> None:
    source = write(
        tmp_path / "leads.csv",
        'name,email,note\n"Ada, L.",ada@acme-mail.org,"said ""hi"""\nBob,not an address,\n\n'
        "No one,,x\nAda,ADA@acme-mail.org,\n",
    )
    with services(tmp_path / "home") as opened:
        summary = clean(opened, request_for(source, tmp_path / "out"))
    found = table(tmp_path / "out" / "results.csv")
    assert found[0] == ["name", "email", "note", *VERDICT_COLUMNS]
    assert [row[:3] for row in found[1:]] == [
        ["Ada, L.", "ada@acme-mail.org", 'said "hi"'],
        ["Bob", "not an address", ""],
        ["No one", "", "x"],
        ["Ada", "ADA@acme-mail.org", ""],
    ]
    assert verdicts(tmp_path / "out") == ["well_formed", "missing_at", "empty", "duplicate"]
    counted = {k: summary[k] for k in ("records", "accepted", "rejected", "blank", "unique", "duplicates")}
    assert counted == {"records": 5, "accepted": 3, "rejected": 1, "blank": 1, "unique": 2, "duplicates": 1}
    assert_adds_up(summary)
    assert_files_agree(tmp_path / "out", summary)


def test_the_summary_has_the_fields_of_the_contract_and_is_what_the_service_tells(tmp_path: Path) -> None:
    source = write(tmp_path / "leads.csv", "email\na@acme-mail.org\n")
    with services(tmp_path / "home") as opened:
        summary = clean(opened, request_for(source, tmp_path / "out"))
    written = summary_of(tmp_path / "out")
    assert written == summary
    assert " ".join(written) == (
        "job_id sources records accepted rejected blank unique duplicates depth statuses segments "
        "reasons files started_at finished_at duration_s rate_per_s reused state"
    )
    assert written["sources"] == [str(source)]
    assert written["state"] == "done"


def test_rows_that_cannot_be_read_are_counted_and_kept_with_their_line(tmp_path: Path) -> None:
    long = "x" * 70_000
    source = write(tmp_path / "leads.csv", f"name,email\nAda,a@acme-mail.org\n{long},b@acme-mail.org\n,\n")
    with services(tmp_path / "home") as opened:
        summary = clean(opened, request_for(source, tmp_path / "out"))
    rejected = rows(tmp_path / "out" / "rejected.csv")
    assert [(r["line"], r["reason"]) for r in rejected] == [("3", "malformed_row"), ("4", "empty")]
    assert rejected[0]["raw"].startswith("xxx")
    assert [r["email"] for r in results(tmp_path / "out")] == ["a@acme-mail.org", ""]
    assert summary["reasons"] == {"well_formed": 1, "empty": 1, "malformed_row": 1}
    assert_adds_up(summary)
    assert_files_agree(tmp_path / "out", summary)


def test_duplicates_are_found_across_blocks_and_lists(tmp_path: Path) -> None:
    lines = [f"user{n}@acme-mail.org" for n in range(300)]
    first = write(tmp_path / "first.csv", "email\n" + "\n".join([*lines, "USER0@Acme-Mail.org"]) + "\n")
    second = write(tmp_path / "second.csv", "email\n" + "\n".join(["new@acme-mail.org", *lines[:5]]) + "\n")
    request = CleanRequest(sources=(str(first), str(second)), out=str(tmp_path / "out"), depth=Depth.SYNTAX)
    with services(tmp_path / "home", block_size=SMALL_BLOCKS) as opened:
        summary = clean(opened, request)
        found = opened.results(opened.jobs()[0].job_id).table
    assert verdicts(tmp_path / "out" / "first")[-1] == "duplicate"
    assert verdicts(tmp_path / "out" / "second") == ["well_formed"] + ["duplicate"] * 5
    assert summary["duplicates"] == 6
    repeats = [
        (r["source"], r["row"], r["duplicate_source"], r["duplicate_row"])
        for r in found.to_pylist()
        if r["reason"] == "duplicate"
    ]
    assert repeats == [(0, 300, 0, 0)] + [(1, n + 1, 0, n) for n in range(5)]
    assert_adds_up(summary)
    assert_files_agree(tmp_path / "out", summary, lists=2)


def test_a_duplicate_has_the_verdict_of_its_first(tmp_path: Path) -> None:
    source = write(
        tmp_path / "l.csv",
        "email\ninfo@acme-mail.org\ninfo@acme-mail.org\nx@mailinator.com\nX@mailinator.com\n",
    )
    with services(tmp_path / "home") as opened:
        clean(opened, request_for(source, tmp_path / "out"))
    one, two, three, four = results(tmp_path / "out")
    same = ("ec_status", "ec_score", "ec_rating", "ec_depth", "ec_blame", "ec_flags")
    assert [two[c] for c in same] == [one[c] for c in same]
    assert [four[c] for c in same] == [three[c] for c in same]
    assert [r["ec_segment"] for r in (one, two, three, four)] == [
        "role_based",
        "duplicate",
        "disposable",
        "duplicate",
    ]


def test_merging_of_dots_and_tags_is_asked_for(tmp_path: Path) -> None:
    source = write(
        tmp_path / "l.csv", "email\nanna.berg@gmail.com\nannaberg@gmail.com\nannaberg+x@gmail.com\n"
    )
    with services(tmp_path / "home") as opened:
        plain = clean(opened, request_for(source, tmp_path / "plain"))
        dots = clean(opened, request_for(source, tmp_path / "dots", merge_gmail_dots=True))
        both = clean(
            opened,
            request_for(source, tmp_path / "both", merge_gmail_dots=True, merge_plus_tags=True),
        )
    assert [s["duplicates"] for s in (plain, dots, both)] == [0, 1, 2]


def test_own_lists_hold_addresses_and_domains(tmp_path: Path, server: DnsServer) -> None:
    server.zone.mail("other-mail.org")
    source = write(
        tmp_path / "l.csv",
        "email\na@acme-mail.org\nb@acme-mail.org\nc@globex-mail.org\nd@other-mail.org\n"
        "info@other-mail.org\nx@sub.globex-mail.org\nbad@@acme-mail.org\n",
    )
    suppress = write(tmp_path / "stop.txt", "A@ACME-mail.org\n@globex-mail.org\n")
    domains = write(tmp_path / "domains.csv", "domain,why\nmailinator.com,spam\nsub.globex-mail.org,legal\n")
    allow = write(tmp_path / "good.txt", "info@other-mail.org\na@acme-mail.org\n")
    with services(tmp_path / "home", server) as opened:
        summary = clean(
            opened,
            request_for(
                source,
                tmp_path / "out",
                depth=Depth.DOMAIN,
                suppress=(str(suppress), str(domains)),
                allow=(str(allow),),
            ),
        )
    assert verdicts(tmp_path / "out") == [
        "suppressed",
        "domain_accepts",
        "suppressed",
        "domain_accepts",
        "allowlisted",
        "suppressed",
        "multiple_at",
    ]
    assert server.asked("globex-mail.org") == 0
    assert server.asked("sub.globex-mail.org") == 0
    assert_adds_up(summary)
    assert_files_agree(tmp_path / "out", summary)


def test_further_addresses_of_a_cell_have_a_file_of_their_own(tmp_path: Path, server: DnsServer) -> None:
    source = write(
        tmp_path / "l.csv",
        'name,email\nA,a@acme-mail.org\nB,"b@acme-mail.org; c@globex-mail.org, d@nowhere-mail.org"\n',
    )
    with services(tmp_path / "home", server) as opened:
        clean(opened, request_for(source, tmp_path / "out", depth=Depth.DOMAIN))
    found = results(tmp_path / "out")
    assert [r["ec_flags"] for r in found] == ["", "several"]
    extra = rows(tmp_path / "out" / "extra_addresses.csv")
    assert [(r["line"], r["address"], r["ec_reason"]) for r in extra] == [
        ("3", "c@globex-mail.org", "domain_accepts"),
        ("3", "d@nowhere-mail.org", "no_such_domain"),
    ]


def test_the_own_lists_hold_for_every_address_of_a_cell(tmp_path: Path, server: DnsServer) -> None:
    source = write(
        tmp_path / "l.csv",
        'name,email\nA,"a@acme-mail.org; out@acme-mail.org, b@globex-mail.org; good@acme-mail.org"\n',
    )
    suppress = write(tmp_path / "optout.txt", "out@acme-mail.org\n@globex-mail.org\n")
    allow = write(tmp_path / "known.txt", "good@acme-mail.org\n")
    with services(tmp_path / "home", server) as opened:
        clean(
            opened,
            request_for(
                source,
                tmp_path / "out",
                depth=Depth.DOMAIN,
                suppress=(str(suppress),),
                allow=(str(allow),),
            ),
        )
    extra = rows(tmp_path / "out" / "extra_addresses.csv")
    assert [(r["address"], r["ec_reason"], r["ec_segment"]) for r in extra] == [
        ("out@acme-mail.org", "suppressed", "suppressed"),
        ("b@globex-mail.org", "suppressed", "suppressed"),
        ("good@acme-mail.org", "allowlisted", "clean"),
    ]
    assert server.asked("globex-mail.org") == 0


def test_several_lists_are_one_job_with_a_folder_each(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = write(tmp_path / "a" / "leads.csv", "email\na@acme-mail.org\n")
    two = write(tmp_path / "b" / "leads.csv", "name,email\nx,b@acme-mail.org\n")
    three = write(tmp_path / "none.csv", "email\n")
    request = CleanRequest(
        sources=(str(one), str(two), str(three)), out=str(tmp_path / "out"), depth=Depth.SYNTAX
    )
    with services(tmp_path / "home") as opened:
        summary = clean(opened, request)
    folders = sorted(p.name for p in (tmp_path / "out").iterdir() if p.is_dir())
    assert len(folders) == 3
    assert sorted(summary["files"]) == sorted(
        f"{folder}/{p.name}" for folder in folders for p in (tmp_path / "out" / folder).iterdir()
    )
    assert (tmp_path / "out" / "report.html").is_file()
    assert summary["records"] == 2
    assert_files_agree(tmp_path / "out", summary, lists=3)


def test_a_list_of_nothing_but_a_header_is_done_with_no_rows(tmp_path: Path) -> None:
    source = write(tmp_path / "l.csv", "name,email\n")
    with services(tmp_path / "home") as opened:
        summary = clean(opened, request_for(source, tmp_path / "out"))
    assert (summary["records"], summary["segments"], summary["state"]) == (0, {}, "done")
    assert table(tmp_path / "out" / "results.csv") == [["name", "email", *VERDICT_COLUMNS]]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"name,age\nAda,36\n"], ids=["empty", "blank", "no-address"]
)
def test_a_list_without_addresses_makes_no_job_and_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    source = write(tmp_path / "l.csv", content)
    with services(tmp_path / "home") as opened:
        with pytest.raises(UserError) as refused:
            opened.create(request_for(source, tmp_path / "out"))
        assert opened.jobs() == []
    assert refused.value.exit_code == 2
    assert list((tmp_path / "home" / "jobs").iterdir()) == []
    assert not (tmp_path / "out").exists()


def test_a_list_that_is_not_there_leaves_no_folder_where_its_results_would_be(tmp_path: Path) -> None:
    missing, out = tmp_path / "gone" / "l.csv", tmp_path / "gone" / "far" / "out"
    with services(tmp_path / "home") as opened, pytest.raises(UserError, match="not there"):
        opened.create(request_for(missing, out))
    assert not (tmp_path / "gone").exists()


def test_a_bad_second_list_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    good = write(tmp_path / "good.csv", "email\na@acme-mail.org\n")
    request = CleanRequest(sources=(str(good), str(tmp_path / "gone.csv")), depth=Depth.SYNTAX)
    with services(tmp_path / "home") as opened:
        with pytest.raises(UserError, match=r"gone\.csv"):
            opened.create(request)
        assert opened.jobs() == []
    assert list((tmp_path / "home" / "jobs").iterdir()) == []


def test_a_folder_of_somebody_else_is_refused_before_the_work(tmp_path: Path) -> None:
    source = write(tmp_path / "l.csv", "email\na@acme-mail.org\n")
    out = tmp_path / "photos"
    out.mkdir()
    write(out / "holiday.jpg", b"\xff\xd8")
    with services(tmp_path / "home") as opened:
        with pytest.raises(UserError) as refused:
            opened.create(request_for(source, out))
        assert refused.value.exit_code == 2
        summary = clean(opened, request_for(source, out, force=True))
    assert (out / "holiday.jpg").read_bytes() == b"\xff\xd8"
    assert summary_of(out) == summary


def test_the_source_is_never_changed(tmp_path: Path) -> None:
    content = "\ufeffname;email\r\nÄda;a@acme-mail.org\r\n".encode()
    source = write(tmp_path / "l.csv", content)
    before = source.stat()
    with services(tmp_path / "home") as opened:
        clean(opened, request_for(source, tmp_path / "out"))
    after = source.stat()
    assert source.read_bytes() == content
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert (tmp_path / "out" / "clean.csv").read_bytes() == content


def test_a_list_may_be_named_like_a_file_of_the_export(tmp_path: Path) -> None:
    source = write(tmp_path / "results.csv", "email\na@acme-mail.org\n")
    with services(tmp_path / "home") as opened, pytest.raises(UserError):
        clean(opened, request_for(source, tmp_path, force=True))
    assert source.read_text() == "email\na@acme-mail.org\n"


@pytest.mark.parametrize("output", [OutputFormat.XLSX, OutputFormat.JSONL])
def test_other_formats_hold_the_same_rows(tmp_path: Path, output: OutputFormat) -> None:
    source = write(tmp_path / "l.csv", "name,email\n=1+1,a@acme-mail.org\nB,bad\n,\n")
    with services(tmp_path / "home") as opened:
        summary = clean(opened, request_for(source, tmp_path / "out", format=output))
    assert sorted(summary["files"]) == [
        f"{n}.{output.value}" for n in ("clean", "invalid", "rejected", "results")
    ]
    assert {n: f["rows"] for n, f in summary["files"].items()} == {
        f"clean.{output.value}": 1,
        f"invalid.{output.value}": 1,
        f"rejected.{output.value}": 1,
        f"results.{output.value}": 3,
    }
    if output is OutputFormat.JSONL:
        lines = (tmp_path / "out" / "results.jsonl").read_text().splitlines()
        assert [json.loads(line)["name"] for line in lines] == ["=1+1", "B", ""]


def test_a_job_without_a_folder_keeps_its_results_for_later(tmp_path: Path) -> None:
    source = write(tmp_path / "l.csv", "email\na@acme-mail.org\nbad\n")
    with services(tmp_path / "home") as opened, workers() as pool:
        job_id = opened.create(CleanRequest(sources=(str(source),), depth=Depth.SYNTAX))
        job = opened.run(job_id, pool)
        found = opened.results(job_id)
    assert job.state is JobState.DONE
    assert found.table["reason"].to_pylist() == ["well_formed", "missing_at"]
    assert found.summary["records"] == 2


def test_options_of_the_list_are_kept_with_the_job(tmp_path: Path) -> None:
    source = write(tmp_path / "l.csv", "x@acme-mail.org;y@acme-mail.org;k\nz;w@acme-mail.org;v\n")
    options = ReadOptions(header=False, columns=(2,), delimiter=";")
    with services(tmp_path / "home") as opened:
        summary = clean(opened, request_for(source, tmp_path / "out", read=options))
    assert summary["records"] == 2
    found = table(tmp_path / "out" / "results.csv", ";")
    assert found[0][:3] == ["column_1", "column_2", "column_3"]
    assert [r[-1] for r in found[1:]] == ["y@acme-mail.org", "w@acme-mail.org"]
    assert table(tmp_path / "out" / "clean.csv", ";")[0] == ["x@acme-mail.org", "y@acme-mail.org", "k"]


# -- depth domain ---------------------------------------------------------------------------------


def test_what_dns_says_decides(tmp_path: Path, server: DnsServer) -> None:
    zone = server.zone
    zone.mx("null-mail.org", (0, ""))
    zone.empty("webonly-mail.org")
    zone.a("implicit-mail.org", "192.0.32.9")
    zone.misdeed("broken-mail.org", Misdeed.SERVFAIL)
    zone.misdeed("silent-mail.org", Misdeed.SILENCE)
    names = "acme null webonly implicit broken silent gone".split()
    source = write(tmp_path / "l.csv", "email\n" + "".join(f"anna.b@{n}-mail.org\n" for n in names))
    with services(tmp_path / "home", server, deadline_s=1.0) as opened:
        summary = clean(opened, request_for(source, tmp_path / "out", depth=Depth.DOMAIN))
    found = results(tmp_path / "out")
    assert [(r["ec_status"], r["ec_reason"]) for r in found] == [
        ("valid", "domain_accepts"),
        ("invalid", "null_mx"),
        ("invalid", "no_mail_host"),
        ("valid", "domain_accepts"),
        ("unknown", "dns_failure"),
        ("unknown", "dns_timeout"),
        ("invalid", "no_such_domain"),
    ]
    for row in found:
        assert row["ec_status"] != "invalid" or row["ec_blame"] in ("recipient", "domain")
    assert_adds_up(summary)
    assert_files_agree(tmp_path / "out", summary)


def test_a_domain_is_asked_once_a_job_and_known_to_the_next(tmp_path: Path, server: DnsServer) -> None:
    source = write(tmp_path / "l.csv", "email\n" + "".join(f"u{n}@acme-mail.org\n" for n in range(400)))
    with services(tmp_path / "home", server, block_size=SMALL_BLOCKS) as opened:
        clean(opened, request_for(source, tmp_path / "one", depth=Depth.DOMAIN))
        asked = server.asked("acme-mail.org")
        clean(opened, request_for(source, tmp_path / "two", depth=Depth.DOMAIN))
        again = server.asked("acme-mail.org")
        clean(opened, request_for(source, tmp_path / "three", depth=Depth.DOMAIN, recheck=True))
    assert asked == again == 1
    assert server.asked("acme-mail.org") == 2


def test_without_a_name_server_an_address_is_unknown_and_not_to_blame(tmp_path: Path) -> None:
    source = write(tmp_path / "l.csv", "email\nanna@acme-mail.org\nbad@@x\n")
    with services(tmp_path / "home", None, deadline_s=0.5) as opened:
        summary = clean(opened, request_for(source, tmp_path / "out", depth=Depth.DOMAIN, deadline_s=2.0))
    first, second = results(tmp_path / "out")
    assert (first["ec_status"], first["ec_segment"]) == ("unknown", "unknown")
    assert first["ec_blame"] in ("our_network", "none")
    assert second["ec_reason"] == "multiple_at"
    assert_adds_up(summary)


def test_a_deadline_ends_the_waiting_and_the_rest_is_unknown(tmp_path: Path, server: DnsServer) -> None:
    server.zone.misdeed("silent-mail.org", Misdeed.SILENCE)
    source = write(tmp_path / "l.csv", "email\nanna@acme-mail.org\nberta@silent-mail.org\n")
    with services(tmp_path / "home", server, deadline_s=60.0) as opened:
        summary = clean(opened, request_for(source, tmp_path / "out", depth=Depth.DOMAIN, deadline_s=1.0))
    assert verdicts(tmp_path / "out") == ["domain_accepts", "not_checked"]
    assert verdicts(tmp_path / "out", "ec_status") == ["valid", "unknown"]
    assert summary["state"] == "done"
    assert summary["duration_s"] < 10


def test_a_suggestion_goes_when_the_domain_takes_mail(tmp_path: Path, server: DnsServer) -> None:
    server.zone.mail("gmal.com")
    source = write(tmp_path / "l.csv", "email\nanna.b@gmal.com\nanna.b@hotmial.com\n")
    with services(tmp_path / "home", server) as opened:
        clean(opened, request_for(source, tmp_path / "out", depth=Depth.DOMAIN))
    first, second = results(tmp_path / "out")
    assert (first["ec_suggestion"], "typo" in first["ec_flags"]) == ("", False)
    assert second["ec_suggestion"] == "anna.b@hotmail.com"


def test_a_database_that_is_no_address_is_refused(tmp_path: Path) -> None:
    settings = Settings(database=DatabaseSettings(url="blah"))
    with (
        pytest.raises(UserError, match="no address of a database"),
        open_services(home=Home(tmp_path / "home"), settings=settings),
    ):
        pass
    assert not Path("blah").exists()
