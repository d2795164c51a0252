"""Estimates promise no more than can be known."""

from __future__ import annotations

import pytest

from emailcleaner.core.model import Depth
from emailcleaner.core.services import ListCounts
from emailcleaner.ui.pages.estimates import estimate


def _counts(rows: int, domains: int) -> ListCounts:
    return ListCounts(rows=rows, addresses=rows, duplicates=0, domains=domains, malformed=0, blank=0)


@pytest.mark.parametrize(
    ("depth", "rows", "domains", "said"),
    [
        (Depth.SYNTAX, 400, 25, "At once"),
        (Depth.SYNTAX, 4_000_000, 60_000, "About 10 s"),
        (Depth.DOMAIN, 400, 25, "A second or two"),
        (Depth.DOMAIN, 1_000_000, 42, "About 3 s"),
        (Depth.DOMAIN, 10_000, 4_000, "Up to 10 s, as fast as the name servers answer"),
        (Depth.DOMAIN, 1_000_000, 60_000, "18 s to 2 min 32 s, as fast as the name servers answer"),
    ],
)
def test_the_estimate_fits_the_list(depth: Depth, rows: int, domains: int, said: str) -> None:
    assert estimate(depth, _counts(rows, domains)) == said


def test_before_the_list_is_counted_nothing_is_promised() -> None:
    assert estimate(Depth.DOMAIN, None) == "Counting the list\u2026"
