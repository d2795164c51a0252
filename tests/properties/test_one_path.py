"""One address and a million: both paths say the same of every cell, and lose nothing on the way."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emailcleaner.core.model import (
    Blame,
    CleanRequest,
    Depth,
    DomainFinding,
    Findings,
    Flag,
    ReadOptions,
    Reason,
    Segment,
    Status,
)
from emailcleaner.core.services import Services
from emailcleaner.core.verdicts import judge
from tests.core.jobs.cleaning import VERDICT_COLUMNS, assert_adds_up, clean, rows, services
from tests.properties.addresses import cells, fill_zone
from tests.servers.dns_server import DnsServer

_SAME: tuple[str, ...] = (
    "normalized",
    "status",
    "reason",
    "depth",
    "blame",
    "segment",
    "score",
    "rating",
    "suggestion",
    "provider",
)
_OF_THE_FIRST = tuple(name for name in _SAME if name not in ("reason", "segment", "normalized"))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with DnsServer() as server:
        fill_zone(server.zone)
        with services(tmp_path_factory.mktemp("one-path") / "home", server, block_size=300) as made:
            yield made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lists")


def _write_list(place: Path, column: list[str]) -> Path:
    path = place / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["email", "n"])
        writer.writerows([cell, number] for number, cell in enumerate(column))
    return path


@pytest.mark.parametrize("depth", [Depth.SYNTAX, Depth.DOMAIN])
@given(column=st.lists(cells, min_size=1, max_size=25))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_verify_and_clean_agree_on_every_cell(
    opened: Services, place: Path, depth: Depth, column: list[str]
) -> None:
    out = place / f"out-{depth.value}"
    request = CleanRequest(sources=(str(_write_list(place, column)),), out=str(out), depth=depth)
    summary = clean(opened, request)
    assert_adds_up(summary)
    bulk = opened.results(opened.jobs()[0].job_id).table.to_pylist()
    assert len(bulk) == len(column)
    single = opened.verify(column, depth)
    for cell, row, own in zip(column, bulk, single, strict=True):
        names, told = _SAME, own
        if row["reason"] == "duplicate":
            names, told = _OF_THE_FIRST, single[row["duplicate_row"]]
            assert row["segment"] == "duplicate"
        assert {n: row[n] for n in (*names, "mx_host")} == {n: told[n] for n in (*names, "mx_host")}, cell
        if told is own:
            assert row["flags"] == ";".join(told["flags"]), cell
    _assert_extra_agrees(opened, out, column, single, depth)


def _assert_extra_agrees(
    opened: Services, out: Path, column: list[str], single: list[dict[str, Any]], depth: Depth
) -> None:
    others = [other for told in single for other in told["extra"]]
    path = out / "extra_addresses.csv"
    assert path.exists() == bool(others)
    if not others:
        return
    written, again = rows(path), opened.verify(others, depth)
    assert [row["address"] for row in written] == [told["address"] for told in again]
    for row, told in zip(written, again, strict=True):
        assert (row["ec_status"], row["ec_reason"], row["ec_normalized"]) == (
            told["status"],
            told["reason"],
            told["normalized"],
        )


# -- round trip of every cell ---------------------------------------------------------------------

_cell = st.text(
    st.characters(codec="utf-8") | st.sampled_from(list(",;|\t\"' =+-@\n\r\\")), max_size=12
).filter(lambda text: len(text.splitlines()) < 5 and "\0" not in text)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], int]:
    """Rows of one width, and which column has addresses."""
    width = draw(st.integers(1, 5))
    body = draw(st.lists(st.lists(_cell, min_size=width, max_size=width), min_size=1, max_size=12))
    column = draw(st.integers(0, width - 1))
    for row in body:
        row[column] = draw(cells)
    return body, column


@given(
    given_table=tables(),
    delimiter=st.sampled_from([",", ";", "|", "\t"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quote_all=st.booleans(),
    bom=st.booleans(),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_cell_comes_back_and_every_row_is_in_one_segment(
    opened: Services,
    place: Path,
    given_table: tuple[list[list[str]], int],
    delimiter: str,
    line_end: str,
    quote_all: bool,
    bom: bool,
) -> None:
    body, column = given_table
    names = [f"c{n}" for n in range(len(body[0]))]
    text = "".join(_record(row, delimiter, line_end, quote_all=quote_all) for row in [names, *body])
    source = place / "table.csv"
    source.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode())
    out = place / "table-out"
    shutil.rmtree(out, ignore_errors=True)
    request = CleanRequest(
        sources=(str(source),),
        out=str(out),
        depth=Depth.SYNTAX,
        read=ReadOptions(encoding="utf-8", delimiter=delimiter, header=True, columns=(column + 1,)),
    )
    summary = clean(opened, request)
    assert_adds_up(summary)
    assert summary["records"] == len(body)
    assert "malformed_row" not in summary["reasons"]
    whole = _table(out / "results.csv", delimiter)
    assert whole == [
        names + VERDICT_COLUMNS,
        *([*row, *w[-10:]] for row, w in zip(body, whole[1:], strict=True)),
    ]
    for segment in Segment:
        if segment is Segment.REJECTED:
            continue
        expected = [row for row, w in zip(body, whole[1:], strict=True) if w[-8] == segment.value]
        path = out / f"{segment.value}.csv"
        assert path.exists() == bool(expected)
        if expected:
            assert _table(path, delimiter) == [names, *expected]


def _table(path: Path, delimiter: str) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def _record(row: list[str], delimiter: str, line_end: str, *, quote_all: bool) -> str:
    """One record. A lone empty cell is quoted, or it would be a blank line."""
    special = set(delimiter + '"\r\n')
    quoted = quote_all or row == [""]
    cells = ['"' + c.replace('"', '""') + '"' if quoted or special & set(c) else c for c in row]
    return delimiter.join(cells) + line_end


# -- monotone verdicts ----------------------------------------------------------------------------


@given(column=st.lists(cells, min_size=1, max_size=20))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_asking_deeper_never_rescues_an_address_and_blames_only_what_was_seen(
    opened: Services, column: list[str]
) -> None:
    shallow = opened.verify(column, Depth.SYNTAX)
    deep = opened.verify(column, Depth.DOMAIN)
    for cell, one, two in zip(column, shallow, deep, strict=True):
        if one["status"] in ("invalid", "unknown"):
            assert (two["status"], two["reason"]) == (one["status"], one["reason"]), cell
        if two["status"] == "valid":
            assert one["status"] == "valid", cell
        if two["status"] == "invalid":
            assert two["blame"] in ("recipient", "domain"), cell
        assert 0 <= two["score"] <= 100


_DOMAINS = [
    None,
    DomainFinding("a.example", Reason.DOMAIN_ACCEPTS, Blame.NONE),
    DomainFinding("a.example", Reason.DNS_TIMEOUT, Blame.REMOTE_SERVER),
    DomainFinding("a.example", Reason.NO_SUCH_DOMAIN, Blame.DOMAIN),
]
_RANK = {Status.VALID: 0, Status.RISKY: 1, Status.UNKNOWN: 1, Status.INVALID: 2}


@given(flags=st.integers(0, 0xFFFF).map(Flag), domain=st.sampled_from(_DOMAINS))
def test_a_bad_mark_more_never_makes_an_address_better(flags: Flag, domain: DomainFinding | None) -> None:
    asked = Depth.SYNTAX if domain is None else Depth.DOMAIN
    for mark in (Flag.ROLE, Flag.DISPOSABLE, Flag.GIBBERISH, Flag.TYPO):
        without = judge(Findings(asked=asked, syntax=None, flags=flags & ~mark, domain=domain))
        with_it = judge(Findings(asked=asked, syntax=None, flags=flags | mark, domain=domain))
        assert with_it.score <= without.score
        assert _RANK[with_it.status] >= _RANK[without.status]


@given(flags=st.integers(0, 0xFFFF).map(Flag))
def test_a_worse_domain_never_makes_an_address_better(flags: Flag) -> None:
    found = [judge(Findings(asked=Depth.DOMAIN, syntax=None, flags=flags, domain=d)) for d in _DOMAINS[1:]]
    assert [v.score for v in found] == sorted((v.score for v in found), reverse=True)
    assert [_RANK[v.status] for v in found] == sorted(_RANK[v.status] for v in found)
