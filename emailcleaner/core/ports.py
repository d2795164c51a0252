"""What the core needs from outside, as protocols; wired in `bootstrap`, replaced by parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol, TypeVar

from emailcleaner.core.model import DomainFinding

T = TypeVar("T")


class Clock(Protocol):
    """Time, so that tests can turn it."""

    def now(self) -> datetime:
        """Wall clock, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go backwards, for durations."""
        ...


class CancelToken(Protocol):
    """Looked at between batches: raises when the user asked to stop."""

    def check(self) -> None:
        """Raise `Cancelled` or `Paused` if the user asked for it."""
        ...

    @property
    def stopped(self) -> bool:
        """Whether `check` would raise."""
        ...


class DomainCache(Protocol):
    """Domain findings that survive a restart."""

    def load(self, domains: Iterable[str]) -> dict[str, DomainFinding]:
        """The findings that have not expired."""
        ...

    def save(self, findings: Iterable[DomainFinding]) -> None:
        """Keep findings until they expire; at once or not at all."""
        ...


class DomainSession(Protocol):
    """Domains being asked behind one's back: submit, and take what has come."""

    def submit(self, domains: Iterable[str]) -> None:
        """Ask these domains; each is asked once however often it is submitted."""
        ...

    def take(self, timeout_s: float) -> list[DomainFinding]:
        """The findings that came since the last call; waits at most `timeout_s` for the first."""
        ...

    @property
    def pending(self) -> int:
        """How many submitted domains have not been taken yet."""
        ...


class DomainChecker(Protocol):
    """Asks DNS about domains; opens sessions that end with their `with` block."""

    def session(self) -> Any:
        """A context manager that yields a `DomainSession`."""
        ...


class WorkerPool(Protocol):
    """Where work items run: threads behind the command line, QThreadPool behind the window."""

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Run `work` on a worker; its result or exception is in the future."""
        ...


class RecordSource(Protocol):
    """A list that can be streamed twice, giving the same rows in the same blocks."""

    def raw_batches(self) -> Iterator[Any]:
        """`columns.RawBatch` after `columns.RawBatch`."""
        ...
