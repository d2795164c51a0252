"""Runs work on QThreadPool threads: the window's side of `core.ports.WorkerPool`.

Work never touches a widget; its result travels in a future, and reaches the screen by the bridge.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QDeadlineTimer, QRunnable, QThreadPool

from emailcleaner.core.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class StopFlag:
    """A `core.ports.CancelToken` that the window sets when an answer is no longer wanted."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def stop(self) -> None:
        """Ask the work to end at its next look."""
        self._event.set()

    @property
    def stopped(self) -> bool:
        """Whether `check` would raise."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if the work is no longer wanted."""
        if self._event.is_set():
            raise Cancelled


class _Work(QRunnable):
    """One piece of work with its future."""

    def __init__(self, work: Callable[[], object], future: Future[object]) -> None:
        super().__init__()
        self._work = work
        self._future = future

    def run(self) -> None:
        """Do the work, whatever comes of it; called by Qt on a pool thread."""
        if not self._future.set_running_or_notify_cancel():
            return
        try:
            result = self._work()
        except BaseException as error:  # noqa: BLE001 - every outcome belongs into the future
            self._future.set_exception(error)
        else:
            self._future.set_result(result)


class QtWorkerPool:
    """A bounded number of threads. `close` ends them; work not yet begun is cancelled."""

    def __init__(self, threads: int, name: str) -> None:
        self._pool = QThreadPool()
        self._pool.setObjectName(name)
        self._pool.setMaxThreadCount(threads)
        self._lock = threading.Lock()
        self._open: set[Future[object]] = set()
        self._closed = False

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Run `work` on a worker; its result or exception is in the future."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.cancel()
                return future
            self._open.add(future)  # type: ignore[arg-type]  # the set holds futures of every type
        future.add_done_callback(self._forget)
        self._pool.start(_Work(work, future))  # type: ignore[arg-type]  # as above
        return future

    def close(self, deadline_s: float) -> bool:
        """Cancel what has not begun and wait for the rest; False if some of it is still running."""
        with self._lock:
            self._closed = True
            waiting = list(self._open)
        for future in waiting:
            future.cancel()
        return self._pool.waitForDone(QDeadlineTimer(round(deadline_s * 1000)))

    def _forget(self, future: Future[T]) -> None:
        with self._lock:
            self._open.discard(future)  # type: ignore[arg-type]  # as above
