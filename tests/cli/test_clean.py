from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from emailcleaner.cli.clean import seconds_of
from emailcleaner.core.errors import UserError
from emailcleaner.core.paths import Home
from tests.cli.conftest import Command, Said
from tests.servers.dns_server import DnsServer, Misdeed

_LIST = "name,email\nAda,ada@acme-mail.org\nBob,bob@@acme-mail.org\nInfo,info@globex-mail.org\n,\n"


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(_LIST)
    return path


def _table(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def _summary(said: Said) -> dict[str, Any]:
    return dict(json.loads(said.lines[-1]))


def _is_one_sentence(said: Said) -> bool:
    return said.err.startswith("emailcleaner: ") and said.err.count("\n") == 1 and not said.out


def test_a_list_is_cleaned_beside_itself_and_the_terminal_says_how(
    tmp_path: Path, leads: Path, command: Command, server: DnsServer
) -> None:
    said = command("clean leads.csv")
    assert said.status == 0
    assert said.err.startswith("job j_")
    assert said.err.endswith(" started\n")
    assert "4 rows" in said.out
    assert "clean means that its domain takes mail; whether each mailbox exists was not asked" in said.out
    assert str(tmp_path / "leads-cleaned") in said.out
    assert sorted(p.name for p in (tmp_path / "leads-cleaned").iterdir() if p.name[0] != ".") == [
        "clean.csv",
        "invalid.csv",
        "rejected.csv",
        "report.html",
        "results.csv",
        "role_based.csv",
        "summary.json",
    ]
    assert leads.read_text() == _LIST


def test_json_prints_the_summary_as_the_only_line(
    tmp_path: Path, leads: Path, command: Command, server: DnsServer
) -> None:
    said = command("clean leads.csv --json --out out")
    assert said.status == 0
    assert len(said.lines) == 1
    assert _summary(said) == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert _summary(said)["reasons"] == {
        "domain_accepts": 1,
        "multiple_at": 1,
        "role_account": 1,
        "empty": 1,
    }


def test_no_domain_is_asked_at_depth_syntax(leads: Path, command: Command, server: DnsServer) -> None:
    assert command("clean leads.csv --depth syntax --json").status == 0
    assert server.queries.total() == 0


def test_a_column_is_named_by_name_or_number_or_several(tmp_path: Path, command: Command) -> None:
    (tmp_path / "l.csv").write_text("work,home,n\nw@acme-mail.org,h@acme-mail.org,1\n,g@acme-mail.org,2\n")
    for option, found in (
        ("--column home", ["h@acme-mail.org", "g@acme-mail.org"]),
        ("--column 1", ["w@acme-mail.org", ""]),
        ("--column work --column 2", ["w@acme-mail.org", "g@acme-mail.org"]),
    ):
        assert command(f"clean l.csv --depth syntax --out out {option}").status == 0
        assert [row[-1] for row in _table(tmp_path / "out" / "results.csv")[1:]] == found
    extra = _table(tmp_path / "out" / "extra_addresses.csv")
    assert extra[1][:2] == ["2", "h@acme-mail.org"]
    for column in ("phone", "9", "0", "²"):
        said = command(f"clean l.csv --depth syntax --column {column}")
        assert (said.status, _is_one_sentence(said)) == (2, True), said


def test_a_list_without_header_stays_without(tmp_path: Path, command: Command) -> None:
    (tmp_path / "l.csv").write_text("a@acme-mail.org;x\nb@acme-mail.org;y\n")
    assert command("clean l.csv --depth syntax --no-header").status == 0
    assert _table(tmp_path / "l-cleaned" / "clean.csv", ";") == [
        ["a@acme-mail.org", "x"],
        ["b@acme-mail.org", "y"],
    ]
    assert _table(tmp_path / "l-cleaned" / "results.csv", ";")[0][:3] == ["column_1", "column_2", "ec_status"]


@pytest.mark.parametrize("told", ["pipe", "|"])
def test_a_delimiter_can_be_told(tmp_path: Path, command: Command, told: str) -> None:
    (tmp_path / "l.csv").write_text("a,b|email\n1,2|a@acme-mail.org\n")
    assert command("clean l.csv --depth syntax --delimiter", told).status == 0
    assert _table(tmp_path / "l-cleaned" / "clean.csv", "|") == [["a,b", "email"], ["1,2", "a@acme-mail.org"]]


def test_an_encoding_can_be_told(tmp_path: Path, command: Command) -> None:
    (tmp_path / "l.csv").write_bytes("имя,email\nАда,a@acme-mail.org\n".encode("koi8-r"))
    assert command("clean l.csv --depth syntax --encoding koi8-r").status == 0
    assert _table(tmp_path / "l-cleaned" / "clean.csv")[1] == ["Ада", "a@acme-mail.org"]
    said = command("clean l.csv --depth syntax --encoding klingon")
    assert (said.status, _is_one_sentence(said)) == (2, True), said


def test_a_sheet_can_be_told(tmp_path: Path, command: Command) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "l.xlsx") as book:
        for name, address in (("One", "one@acme-mail.org"), ("Two", "two@acme-mail.org")):
            sheet = book.add_worksheet(name)
            sheet.write_column(0, 0, ["email", address])
    assert command("clean l.xlsx --depth syntax --sheet Two").status == 0
    assert _table(tmp_path / "l-cleaned" / "clean.csv")[1:] == [["two@acme-mail.org"]]
    said = command("clean l.xlsx --depth syntax --sheet Three")
    assert (said.status, _is_one_sentence(said)) == (2, True), said
    assert "Three" in said.err


@pytest.mark.parametrize("ending", ["xlsx", "jsonl"])
def test_the_format_is_the_ending_of_every_file(
    tmp_path: Path, leads: Path, command: Command, ending: str
) -> None:
    assert command(f"clean leads.csv --depth syntax --format {ending}").status == 0
    endings = {p.suffix for p in (tmp_path / "leads-cleaned").iterdir() if p.name[0] != "."}
    assert endings == {f".{ending}", ".json", ".html"}


def test_formulas_are_guarded_only_when_asked_for(tmp_path: Path, command: Command) -> None:
    (tmp_path / "l.csv").write_text("name,email\n=1+1,a@acme-mail.org\n@cmd,b@acme-mail.org\n")
    command("clean l.csv --depth syntax --out plain")
    command("clean l.csv --depth syntax --out safe --spreadsheet-safe")
    plain, safe = (_table(tmp_path / n / "results.csv") for n in ("plain", "safe"))
    assert [row[0] for row in plain] == ["name", "=1+1", "@cmd"]
    assert not any(row[0].startswith(("=", "@")) for row in safe)
    assert [row[1] for row in safe] == [row[1] for row in plain]


def test_suppression_and_allow_lists(tmp_path: Path, leads: Path, command: Command) -> None:
    (tmp_path / "stop.txt").write_text("globex-mail.org\n")
    (tmp_path / "good.txt").write_text("ada@acme-mail.org\n")
    said = command("clean leads.csv --depth syntax --suppress stop.txt --allow good.txt --json")
    assert said.status == 0
    assert _summary(said)["reasons"] == {"allowlisted": 1, "multiple_at": 1, "suppressed": 1, "empty": 1}


def test_a_folder_of_others_is_refused_and_can_be_forced(
    tmp_path: Path, leads: Path, command: Command
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "theirs.txt").write_text("keep me")
    said = command("clean leads.csv --depth syntax --out out")
    assert (said.status, _is_one_sentence(said)) == (2, True), said
    assert "--force" in said.err
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["theirs.txt"]
    assert command("clean leads.csv --depth syntax --out out --force").status == 0
    assert (tmp_path / "out" / "theirs.txt").read_text() == "keep me"


def test_a_folder_of_ours_is_used_again_and_old_segments_go(tmp_path: Path, command: Command) -> None:
    source = tmp_path / "l.csv"
    source.write_text("email\nbad@@acme-mail.org\n")
    assert command("clean l.csv --depth syntax").status == 0
    source.write_text("email\ngood@acme-mail.org\n")
    assert command("clean l.csv --depth syntax").status == 0
    names = {p.name for p in (tmp_path / "l-cleaned").iterdir()}
    assert "clean.csv" in names
    assert "invalid.csv" not in names


def test_a_header_alone_is_a_list_of_no_rows(tmp_path: Path, command: Command, server: DnsServer) -> None:
    (tmp_path / "l.csv").write_text("name,email\n")
    said = command("clean l.csv --json")
    assert said.status == 0
    assert _summary(said)["records"] == 0


def _make(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "l.csv"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind != "missing":
        path.write_bytes(
            {
                "empty": b"",
                "no address": b"a,b\n1,2\n",
                "program": Path(sys.executable).read_bytes()[:50_000],
            }[kind]
        )


@pytest.mark.parametrize("kind", ["missing", "directory", "fifo", "device", "empty", "no address", "program"])
def test_what_is_no_list_is_refused_with_a_sentence(tmp_path: Path, command: Command, kind: str) -> None:
    _make(tmp_path, kind)
    said = command("clean l.csv --depth syntax --out out")
    assert (said.status, _is_one_sentence(said)) == (2, True), said
    assert "l.csv" in said.err
    assert not (tmp_path / "out").exists()
    assert command("jobs list --json").out == ""


@pytest.mark.parametrize(
    "line",
    [
        "clean leads.csv --depth mailbox",
        "clean leads.csv --depth deep",
        "clean leads.csv --nonsense",
        "clean leads.csv --deadline soon",
        "clean leads.csv --delimiter xy",
        "clean leads.csv --suppress gone.txt",
        "clean leads.csv gone.csv",
        "clean",
        "verify",
        "verify a@acme-mail.org --depth mailbox",
        "jobs show j_0123456789ab",
        "jobs resume",
        "jobs resume j_0123456789ab",
        "jobs export ../../etc",
        "jobs nonsense",
        "settings get nonsense",
        "settings set dns.window many",
        "--nonsense",
    ],
)
def test_wrong_usage_ends_with_2_and_says_so(leads: Path, command: Command, line: str) -> None:
    said = command(line)
    assert said.status == 2
    assert said.err
    assert said.out == ""
    if line not in ("clean", "verify"):
        assert _is_one_sentence(said), said.err


def test_an_address_is_never_in_the_logs_in_clear(
    tmp_path: Path, command: Command, server: DnsServer, home: Path
) -> None:
    (tmp_path / "secret.person@acme-mail.org.csv").write_text("email\nsecret.person@acme-mail.org\nx@@y\n")
    assert command("clean secret.person@acme-mail.org.csv").status == 0
    assert command("verify secret.person@acme-mail.org").status == 0
    assert command("clean other.person@acme-mail.org").status == 2
    written = b"".join(p.read_bytes() for p in Home(home).logs_dir.iterdir())
    assert b"job done" in written
    assert b"person" not in written
    assert b"x@@y" not in written


def test_everything_in_the_home_is_for_its_owner_only(
    leads: Path, command: Command, server: DnsServer, home: Path
) -> None:
    leads.write_text(_LIST + '"a@acme-mail.org, b@acme-mail.org",\n' + "x" * 70_000 + ",\n")
    assert command("clean leads.csv --suppress leads.csv").status == 0
    assert command("settings set dns.window 100").status == 0
    modes = {p: p.stat().st_mode & 0o777 for p in [home, *home.rglob("*")]}
    assert len(modes) > 8
    assert {p for p, mode in modes.items() if mode != (0o700 if p.is_dir() else 0o600)} == set()


def test_a_deadline_ends_the_waiting_with_an_export(
    tmp_path: Path, leads: Path, command: Command, server: DnsServer
) -> None:
    server.zone.misdeed("acme-mail.org", Misdeed.SILENCE)
    said = command("clean leads.csv --deadline 1s --json")
    assert said.status == 0
    assert _summary(said)["reasons"]["not_checked"] == 1


def test_a_second_instance_is_refused_with_a_sentence(leads: Path, command: Command, home: Path) -> None:
    from emailcleaner.core.store import InstanceLock

    Home(home).prepare()
    with InstanceLock(home):
        said = command("clean leads.csv --depth syntax")
        assert _is_one_sentence(said), said
        assert said.status != 0
        assert command("jobs list").status == 0


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("1.5H", 5400), (" 5 m ", 300)]
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "m", "-5m", "5d", "1h30m", "٣x"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(UserError):
        seconds_of(text)
