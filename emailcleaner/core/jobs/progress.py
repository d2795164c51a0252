"""What a running job says of itself: counters that workers raise and screens pull as a snapshot."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emailcleaner.core.model import JobId, JobState, Progress, Segment, SegmentCount, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emailcleaner.core.ports import Clock

#: How much of a job's time each stage is thought to take; only for the bar.
_WEIGHTS = {Stage.READ: 0.45, Stage.DOMAINS: 0.35, Stage.SYNTAX: 0.10, Stage.EXPORT: 0.10}
_ORDER = (Stage.READ, Stage.DOMAINS, Stage.SYNTAX, Stage.EXPORT)


class ProgressBoard:
    """The live counters of one job. Thread-safe."""

    def __init__(self, job_id: JobId, clock: Clock, *, with_domains: bool) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._started = clock.monotonic()
        self._stage_started = self._started
        self._now = Progress(job_id=job_id, state=JobState.QUEUED, stage=Stage.READ)
        self._stages = tuple(s for s in _ORDER if with_domains or s is not Stage.DOMAINS)

    def update(self, **changes: Any) -> None:
        """Set fields of the snapshot (names of `Progress`)."""
        with self._lock:
            if changes.get("stage", self._now.stage) is not self._now.stage:
                self._stage_started = self._clock.monotonic()
            self._now = replace(self._now, **changes)

    def segments(self, counts: Mapping[Segment, int]) -> None:
        """Set the live counts of the segments."""
        found = tuple(SegmentCount(s, int(counts[s])) for s in Segment if counts.get(s))
        self.update(segments=found)

    def snapshot(self) -> Progress:
        """The present state, with rate, fraction and remaining time worked out."""
        with self._lock:
            now, started, stage_started = self._now, self._started, self._stage_started
        elapsed = self._clock.monotonic() - started
        if now.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.PAUSED):
            return now
        fraction = self._fraction(now)
        remaining = None
        in_stage = self._clock.monotonic() - stage_started
        part = _part_of_stage(now)
        if elapsed > 1 and part > 0.02 and in_stage > 0.5:
            left_here = in_stage * (1 - part) / part
            later = self._stages[self._stages.index(now.stage) + 1 :]
            scale = in_stage / part / _WEIGHTS[now.stage] if now.stage is not Stage.DOMAINS else 0.0
            remaining = left_here + scale * sum(_WEIGHTS[s] for s in later)
        rate = now.rows_read / elapsed if elapsed > 0.2 else 0.0
        return replace(now, elapsed_s=elapsed, fraction=fraction, remaining_s=remaining, rate_per_s=rate)

    def _fraction(self, now: Progress) -> float:
        total = sum(_WEIGHTS[s] for s in self._stages)
        before = sum(_WEIGHTS[s] for s in self._stages[: self._stages.index(now.stage)])
        return min(1.0, (before + _WEIGHTS[now.stage] * _part_of_stage(now)) / total)


def _part_of_stage(now: Progress) -> float:
    """How much of the present stage is done, 0 to 1."""
    if now.stage is Stage.READ:
        done, total = now.rows_read, now.rows_total
    elif now.stage is Stage.DOMAINS:
        done, total = now.domains_done, now.domains_total
    else:
        done, total = now.rows_done, now.rows_total
    return min(1.0, done / total) if total else 0.0
