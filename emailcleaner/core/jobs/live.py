"""The live counts of the segments while a job runs: what is decided so far, and nothing guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emailcleaner.core.model import Segment, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

SEGMENTS: tuple[Segment, ...] = tuple(Segment)
SEGMENT_CODE: Mapping[Segment, int] = {s: i for i, s in enumerate(SEGMENTS)}

_PENDING, _ACCEPTS, _INVALID, _UNKNOWN = 0, 1, 2, 3
_OUTCOME = {Status.VALID: _ACCEPTS, Status.INVALID: _INVALID, Status.UNKNOWN: _UNKNOWN}


class LiveCounts:
    """Rows by segment, with those that wait for their domain left out until it has answered."""

    def __init__(self) -> None:
        self._decided = np.zeros(len(SEGMENTS), dtype=np.int64)
        self._waiting = np.zeros((1024, len(SEGMENTS)), dtype=np.int32)
        self._outcome = np.zeros(1024, dtype=np.int8)

    def add(
        self, segments: npt.NDArray[np.uint8], domains: npt.NDArray[np.int32], waits: npt.NDArray[np.bool_]
    ) -> None:
        """Rows with the segment they have without DNS; `waits` marks those that DNS may change."""
        self._shift(segments, domains, waits, 1)

    def settle(self, domain: int, status: Status) -> None:
        """What DNS said of a domain."""
        self._grow(domain + 1)
        self._outcome[domain] = _OUTCOME[status]

    def repeat(
        self, segments: npt.NDArray[np.uint8], domains: npt.NDArray[np.int32], waits: npt.NDArray[np.bool_]
    ) -> None:
        """Rows counted before turn out to be duplicates."""
        self._shift(segments, domains, waits, -1)
        self._decided[SEGMENT_CODE[Segment.DUPLICATE]] += len(segments)

    def counts(self) -> dict[Segment, int]:
        """Rows decided so far, by segment."""
        total = self._decided.copy()
        disposable, unknown = SEGMENT_CODE[Segment.DISPOSABLE], SEGMENT_CODE[Segment.UNKNOWN]
        total += self._waiting[self._outcome == _ACCEPTS].sum(axis=0)
        total[SEGMENT_CODE[Segment.INVALID]] += self._waiting[self._outcome == _INVALID].sum()
        silent = self._waiting[self._outcome == _UNKNOWN].sum(axis=0)
        total[disposable] += silent[disposable]
        total[unknown] += silent.sum() - silent[disposable]
        return {s: int(n) for s, n in zip(SEGMENTS, total, strict=True) if n}

    def _shift(
        self,
        segments: npt.NDArray[np.uint8],
        domains: npt.NDArray[np.int32],
        waits: npt.NDArray[np.bool_],
        sign: int,
    ) -> None:
        width = len(SEGMENTS)
        self._decided += sign * np.bincount(segments[~waits], minlength=width)
        if waits.any():
            self._grow(int(domains.max()) + 1)
            cells = domains[waits].astype(np.int64) * width + segments[waits]
            where, counts = np.unique(cells, return_counts=True)
            self._waiting.reshape(-1)[where] += sign * counts.astype(np.int32)

    def _grow(self, size: int) -> None:
        have = len(self._outcome)
        if size > have:
            more = max(size, have * 2) - have
            self._waiting = np.vstack([self._waiting, np.zeros((more, len(SEGMENTS)), dtype=np.int32)])
            self._outcome = np.concatenate([self._outcome, np.zeros(more, dtype=np.int8)])
