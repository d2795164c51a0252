"""What a finished job tells: the same as its files, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from emailcleaner.core.model import CleanRequest, Depth, OutputFormat, ReadOptions
from emailcleaner.core.ports import CancelToken
from emailcleaner.core.services import JobResults, Services
from tests.core.jobs.cleaning import SMALL_BLOCKS, clean, results, services, summary_of, table, write
from tests.servers.dns_server import DnsServer, Misdeed

_CELLS = [
    ['Ada, "the" first', "anna.b@acme-mail.org"],
    ["two\nlines", "anna.b@gone-mail.org"],
    ["", "Info <info@acme-mail.org>"],
    ["ünï", "x@mailinator.com"],
    ["; | \t", "no address"],
    ["'", ""],
    ["=1+1", "ANNA.B@acme-mail.org"],
    [" spaced ", "anna.b@slow-mail.org"],
]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Services]:
    with DnsServer() as server:
        server.zone.mail("acme-mail.org")
        server.zone.mail("mailinator.com")
        server.zone.misdeed("slow-mail.org", Misdeed.SERVFAIL)
        with services(tmp_path / "home", server, block_size=SMALL_BLOCKS) as made:
            yield made


@pytest.fixture
def found(tmp_path: Path, opened: Services) -> JobResults:
    """The results of two lists, the first of several blocks."""
    first = write(tmp_path / "first.csv", _text([["name", "email"]] + _CELLS * 20))
    second = write(tmp_path / "second.csv", "email\nnew@acme-mail.org\nanna.b@acme-mail.org\n")
    request = CleanRequest(sources=(str(first), str(second)), out=str(tmp_path / "out"), depth=Depth.DOMAIN)
    clean(opened, request)
    return opened.results(opened.jobs()[0].job_id)


def _text(cells: list[list[str]]) -> str:
    return "".join(",".join('"' + c.replace('"', '""') + '"' for c in row) + "\n" for row in cells)


def test_the_table_says_what_the_files_say(tmp_path: Path, found: JobResults) -> None:
    written = results(tmp_path / "out" / "first") + results(tmp_path / "out" / "second")
    assert len(found.lists[0].dialect.column_names) == 2
    for name in (
        "status",
        "reason",
        "segment",
        "rating",
        "depth",
        "blame",
        "flags",
        "suggestion",
        "normalized",
    ):
        assert found.table[name].to_pylist() == [row[f"ec_{name}"] for row in written]
    assert [str(n) for n in found.table["score"].to_pylist()] == [row["ec_score"] for row in written]
    assert found.summary == summary_of(tmp_path / "out")


def test_source_cells_are_those_of_the_row(opened: Services, found: JobResults) -> None:
    expected = _CELLS * 20
    for index in range(0, len(expected), 7):
        assert found.source_cells(index) == tuple(zip(("name", "email"), expected[index], strict=True))
    assert found.source_cells(len(expected)) == (("email", "new@acme-mail.org"),)
    assert found.source_cells(len(expected) + 1) == (("email", "anna.b@acme-mail.org"),)


def test_every_row_can_be_explained_with_the_score_it_has(opened: Services, found: JobResults) -> None:
    for index in range(len(_CELLS) * 2):
        told = found.explain(index)
        assert told.headline
        points = sum(c.points for c in told.contributions)
        assert found.table["score"][index].as_py() == max(0, min(100, points))


def test_the_cells_of_the_explanation_say_why(opened: Services, found: JobResults) -> None:
    sentences = [" ".join(found.explain(index).sentences) for index in range(len(_CELLS))]
    assert len(set(sentences)) >= 6


@pytest.mark.parametrize("with_verdicts", [False, True])
def test_a_selection_is_the_rows_that_were_picked(
    tmp_path: Path, opened: Services, found: JobResults, with_verdicts: bool
) -> None:
    reasons = np.array(found.table["reason"].to_pylist())
    keep = np.flatnonzero((reasons == "domain_accepts") | (reasons == "disposable_domain"))
    target = tmp_path / "picked.csv"
    count = found.write_selection(
        keep,
        target,
        output_format=OutputFormat.CSV,
        with_verdicts=with_verdicts,
        spreadsheet_safe=False,
    )
    assert count == len(keep)
    width = 12 if with_verdicts else 2
    whole = table(tmp_path / "out" / "first" / "results.csv")
    in_first = [n for n in keep.tolist() if n < len(_CELLS) * 20]
    assert table(tmp_path / "picked-first.csv") == [
        row[:width] for row in [whole[0], *(whole[n + 1] for n in in_first)]
    ]
    assert [r[0] for r in table(tmp_path / "picked-second.csv")] == ["email", "new@acme-mail.org"]


def test_counts_before_a_job_are_those_of_the_job(
    tmp_path: Path, opened: Services, found: JobResults
) -> None:
    sources = [str(tmp_path / "first.csv"), str(tmp_path / "second.csv")]
    counted = opened.count(sources, ReadOptions(), _NeverStopped())
    summary = found.summary
    assert counted.rows + counted.malformed + counted.blank == summary["records"]
    assert counted.duplicates == summary["duplicates"]
    assert (counted.malformed, counted.blank) == (0, 0)
    assert not list((tmp_path / "home" / "jobs").glob("count-*"))


def test_the_history_of_an_address_has_every_job(tmp_path: Path, opened: Services, found: JobResults) -> None:
    job_id = opened.jobs()[0].job_id
    before = opened.history("anna.b@acme-mail.org")
    assert {(e.job_id, e.reason.value) for e in before} >= {(job_id, "domain_accepts")}
    while opened.fill_history(_NeverStopped()):
        pass
    assert opened.history("anna.b@acme-mail.org") == before
    assert opened.history("nobody@acme-mail.org") == []


class _NeverStopped:
    stopped = False

    def check(self) -> None:
        return


_token: CancelToken = _NeverStopped()
