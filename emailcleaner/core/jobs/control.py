"""Pause, cancel and deadline of a running job: a token that loops look at between batches."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from emailcleaner.core.errors import Cancelled, Paused

if TYPE_CHECKING:
    from emailcleaner.core.ports import Clock


class JobControl:
    """The stop switch of one job. Thread-safe; implements `ports.CancelToken`."""

    def __init__(self, clock: Clock, deadline_s: float | None = None) -> None:
        self._cancel = threading.Event()
        self._pause = threading.Event()
        self._clock = clock
        self._ends_at = None if deadline_s is None else clock.monotonic() + deadline_s

    def cancel(self) -> None:
        """Ask the job to stop; partial results are kept."""
        self._cancel.set()

    def pause(self) -> None:
        """Ask the job to stop for now."""
        self._pause.set()

    @property
    def stopped(self) -> bool:
        """Whether the user asked to pause or cancel."""
        return self._cancel.is_set() or self._pause.is_set()

    @property
    def out_of_time(self) -> bool:
        """Whether the job's deadline for waiting on others is over."""
        return self._ends_at is not None and self._clock.monotonic() >= self._ends_at

    def check(self) -> None:
        """Raise `Cancelled` or `Paused` if the user asked for it."""
        if self._cancel.is_set():
            raise Cancelled
        if self._pause.is_set():
            raise Paused


class NeverStopped:
    """A token for work that cannot be stopped; implements `ports.CancelToken`."""

    stopped = False

    def check(self) -> None:
        """Never raises."""
