from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from emailcleaner.core.export import ExportSource, export_lists
from emailcleaner.core.export.report_html import donut, share, size, text
from emailcleaner.core.export.report_words import DEPTHS, FACTS, FAULTS, RATINGS, SEGMENTS
from emailcleaner.core.model import (
    Blame,
    Depth,
    Flag,
    OutputFormat,
    Rating,
    Reason,
    Segment,
    flag_names,
)
from tests.core.export.tables import Row, source

CLEAN = Row(b"a@example.com", normalized="a@example.com", provider="Example Mail")
TIMEOUT = Row(b"b@example.org", "unknown", "unknown", "dns_timeout", 40, "poor", "syntax", "our_network")


def report(tmp_path: Path, *sources: ExportSource, **summary: Any) -> str:
    export_lists(
        sources,
        tmp_path / "out",
        format=OutputFormat.CSV,
        spreadsheet_safe=False,
        force=False,
        summary={"depth": "domain", **summary},
        sentence_of=lambda reason: f"Sentence of {reason.value}.",
    )
    return (tmp_path / "out" / "report.html").read_text("utf-8")


class Page(HTMLParser):
    """Reads a page: its elements, whether they are closed, and the text in it."""

    VOID = frozenset({"meta", "br", "path"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words += data


def test_the_page_needs_nothing_from_outside_and_runs_nothing(tmp_path: Path) -> None:
    page = Page(report(tmp_path, source([CLEAN, TIMEOUT])))
    assert not page.open
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    attributes = {name for _, attrs in page.elements for name in attrs}
    assert not attributes & {"src", "href", "srcset"}
    assert not [name for name in attributes if name.startswith("on")]
    policy = [attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"]


def test_hostile_names_of_lists_domains_and_jobs_stay_text(tmp_path: Path) -> None:
    evil = "<script>alert('1')</script>\"&\u202e\x1b[2J"
    row = Row(b"x", domain=evil, provider=evil)
    raw = report(tmp_path, source([row], name=evil), job_id=evil, started_at=evil)
    page = Page(raw)
    assert not page.open
    assert "script" not in {tag for tag, _ in page.elements}
    assert "\u202e" not in raw
    assert "\x1b" not in raw
    assert "<script>alert('1')</script>" in page.words


def test_the_page_says_what_was_found_in_words(tmp_path: Path) -> None:
    words = Page(
        report(
            tmp_path,
            source([CLEAN, CLEAN, CLEAN, TIMEOUT], rejected=[(9, "malformed_row", "x")]),
            records=6,
            accepted=4,
            rejected=1,
            blank=1,
        )
    ).words
    assert "leads.csv, cleaned" in words
    assert "3 of 5 rows are clean." in words
    assert "whether each mailbox exists was not asked" in words
    assert "6 records read = 4 with an address + 1 rejected + 1 blank." in words
    assert "Sentence of dns_timeout." in words
    assert "This computer's network" in words
    assert "Example Mail" in words
    assert "results.csv" in words


def test_no_address_stands_in_the_report(tmp_path: Path) -> None:
    assert "a@example.com" not in report(tmp_path, source([CLEAN, TIMEOUT]))


def test_facts_worth_knowing_are_counted_by_their_flags(tmp_path: Path) -> None:
    rows = [Row(b"x", flags="free;typo"), Row(b"y", flags="free"), Row(b"z")]
    page = report(tmp_path, source(rows))
    assert '<td class="n">2</td><td>are at free mail providers</td>' in page
    assert '<td class="n">1</td><td>look mistyped; see ec_suggestion</td>' in page


def test_when_all_was_answered_it_says_so(tmp_path: Path) -> None:
    assert "Every check that was asked for got an answer." in report(tmp_path, source([CLEAN]))


def test_a_list_without_rows_has_a_report_too(tmp_path: Path) -> None:
    page = Page(report(tmp_path, source([])))
    assert not page.open
    assert "The list has no rows." in page.words


def test_several_lists_are_named(tmp_path: Path) -> None:
    words = Page(report(tmp_path, source([CLEAN], name="a.csv"), source([CLEAN], name="b.csv"))).words
    assert "2 lists, cleaned" in words
    assert "a.csv, b.csv" in words


def test_every_value_of_the_contract_has_words() -> None:
    assert set(SEGMENTS) == set(Segment)
    assert set(FAULTS) == set(Blame)
    assert {rating for rating, _, _ in RATINGS} == set(Rating)
    assert set(DEPTHS) == {depth.value for depth in Depth}
    assert set(FACTS) == set(flag_names(Flag((1 << len(Flag)) - 1)))
    assert len({words.sign for words in SEGMENTS.values()}) == len(Segment)


def test_the_ring_is_as_long_as_the_rows_and_says_so_in_words() -> None:
    segments = {Segment.CLEAN: 3, Segment.INVALID: 1}
    drawn = donut(segments)
    assert 'aria-label="Rows by segment: Clean 75.0 %, Invalid 25.0 %"' in drawn
    lengths = [float(x) for x in re.findall(r'dasharray="([\d.]+)', drawn)]
    assert lengths[0] > 2.9 * lengths[1]
    assert ">75.0 %</text>" in drawn


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 0, "0 %"),
        (0, 9, "0 %"),
        (1, 3, "33.3 %"),
        (9, 9, "100 %"),
        (999_999, 1_000_000, "> 99.9 %"),
        (1, 1_000_000, "< 0.1 %"),
    ],
)
def test_shares_never_round_to_all_or_nothing(part: int, whole: int, words: str) -> None:
    assert share(part, whole) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 KB"), (2_340_000_000, "2.3 GB")]
)
def test_sizes_in_words(count: int, words: str) -> None:
    assert size(count) == words


def test_text_is_escaped_and_its_controls_made_visible() -> None:
    assert text('<a href="x">\x00\u2066') == "&lt;a href=&quot;x&quot;&gt;\\x00\\u2066"


def test_the_default_words_of_a_reason_are_its_code(tmp_path: Path) -> None:
    export_lists(
        [source([TIMEOUT])],
        tmp_path / "out",
        format=OutputFormat.CSV,
        spreadsheet_safe=False,
        force=False,
        summary={},
    )
    assert "Dns timeout." in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert Reason.DNS_TIMEOUT.value == "dns_timeout"
