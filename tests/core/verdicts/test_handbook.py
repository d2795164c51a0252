"""The handbook's page on verdicts says what the program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from emailcleaner.core.model import Blame, Flag, Reason, Segment
from emailcleaner.core.verdicts import (
    BLAME_OF,
    BLAME_WORDS,
    FLAG_SENTENCES,
    RULES,
    STATUS_OF,
    reason_sentence,
)
from emailcleaner.core.verdicts.score import (
    BANDS,
    FLAG_LOSSES,
    GAINS,
    LOSSES,
    UNANSWERED_LABEL,
    UNANSWERED_POINTS,
    WELL_FORMED_LABEL,
    WELL_FORMED_POINTS,
)

PAGE = (Path(__file__).parents[3] / "docs" / "verdicts.md").read_text("utf-8")
LINES = PAGE.splitlines()


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_stands_there_with_its_sentence_and_blame(reason: Reason) -> None:
    row = f"| `{reason.value}` | {reason_sentence(reason)} | `{BLAME_OF[reason].value}` |"
    assert LINES.count(row) == 1


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_stands_under_its_status(reason: Reason) -> None:
    heading = ""
    for line in LINES:
        if line.startswith("### "):
            heading = line.removeprefix("### ").partition(":")[0].lower()
        if line.startswith(f"| `{reason.value}` | {reason_sentence(reason)} |"):
            break
    assert heading in {STATUS_OF[reason].value, "the list"}


def test_every_blame_and_flag_stands_there_with_its_words() -> None:
    for blame in Blame:
        assert f"| `{blame.value}` | {BLAME_WORDS[blame]} |" in LINES
    for flag in Flag:
        assert f"| `{str(flag.name).lower()}` | {FLAG_SENTENCES[flag]} |" in LINES


def test_the_segments_stand_there_in_the_order_of_the_rules() -> None:
    ranked: dict[Segment, int] = {}
    for rank, rule in enumerate(RULES):
        if rule.reason is not Reason.ALLOWLISTED:
            ranked.setdefault(rule.segment, rank)
    order = sorted(Segment, key=ranked.__getitem__)
    places = [PAGE.index(f"\n| `{segment.value}` | ") for segment in order]
    assert places == sorted(places)


def test_the_points_of_the_score_are_the_ones_that_count() -> None:
    parts = [(WELL_FORMED_LABEL, WELL_FORMED_POINTS), (UNANSWERED_LABEL, UNANSWERED_POINTS)]
    parts += [(label, points) for _, label, points in (*GAINS, *LOSSES, *FLAG_LOSSES)]
    for label, points in parts:
        assert f"| {label} | {'+' if points > 0 else '−'}{abs(points)} |" in LINES


def test_the_bands_of_the_rating_are_the_ones_that_count() -> None:
    highest = 100
    for lowest, rating in BANDS:
        assert f"| `{rating.value}` | {lowest} to {highest} |" in LINES
        highest = lowest - 1
