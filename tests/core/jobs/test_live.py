from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.jobs.live import SEGMENT_CODE, LiveCounts
from emailcleaner.core.model import Segment, Status

_SEGMENTS = st.sampled_from([Segment.CLEAN, Segment.ROLE_BASED, Segment.DISPOSABLE, Segment.INVALID])
_OUTCOMES = st.sampled_from([None, Status.VALID, Status.INVALID, Status.UNKNOWN])


def _expected(segment: Segment, waits: bool, outcome: Status | None) -> Segment | None:
    if not waits or outcome is Status.VALID:
        return segment
    if outcome is None:
        return None
    if outcome is Status.INVALID:
        return Segment.INVALID
    return Segment.DISPOSABLE if segment is Segment.DISPOSABLE else Segment.UNKNOWN


@given(
    rows=st.lists(st.tuples(_SEGMENTS, st.integers(0, 5000), st.booleans(), st.booleans()), max_size=60),
    outcomes=st.dictionaries(st.integers(0, 5000), _OUTCOMES),
    cut=st.integers(0, 60),
)
def test_counts_are_those_of_counting_row_by_row(
    rows: list[tuple[Segment, int, bool, bool]], outcomes: dict[int, Status | None], cut: int
) -> None:
    live = LiveCounts()
    for block in (rows[:cut], rows[cut:]):
        live.add(*_columns(block))
    for domain, outcome in outcomes.items():
        if outcome is not None:
            live.settle(domain, outcome)
    live.repeat(*_columns([r for r in rows if r[3]]))

    expected: Counter[Segment] = Counter()
    for segment, domain, waits, repeats in rows:
        found = Segment.DUPLICATE if repeats else _expected(segment, waits, outcomes.get(domain))
        if found is not None:
            expected[found] += 1
    assert live.counts() == dict(expected)


def _columns(rows: list[tuple[Segment, int, bool, bool]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.array([SEGMENT_CODE[r[0]] for r in rows], dtype=np.uint8),
        np.array([r[1] for r in rows], dtype=np.int32),
        np.array([r[2] for r in rows], dtype=np.bool_),
    )
