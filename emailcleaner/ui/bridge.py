"""The one long-lived QObject between the workers and the screen.

Results of work wait in a deque, and a timer hands them to their callbacks on the UI thread. No
signal crosses a thread: objects that emit and vanish lose signals.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from emailcleaner.core.errors import Cancelled, UserError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from emailcleaner.ui.worker_pool import QtWorkerPool

T = TypeVar("T")

_log = logging.getLogger(__name__)

#: How often results are looked for while some are outstanding; the timer rests otherwise.
_DRAIN_MS = 30
#: How long results are handed over in one go, so that a flood of them does not hold the screen.
_AT_ONCE_S = 0.004


class Task:
    """One piece of work under way; `drop` when its answer is no longer wanted."""

    def __init__(self, done: Callable[[object], None], failed: Callable[[UserError], None] | None) -> None:
        self.done = done
        self.failed = failed
        self.dropped = False

    def drop(self) -> None:
        """Forget the answer when it comes."""
        self.dropped = True


class Bridge(QObject):
    """Runs work on the pool and brings its result back to the UI thread."""

    user_error = Signal(object)  # UserError that no page took
    bug = Signal(object)  # any other exception

    def __init__(self, pool: QtWorkerPool) -> None:
        super().__init__()
        self._pool = pool
        self._results: deque[tuple[Task, Future[object]]] = deque()
        self._outstanding = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_DRAIN_MS)
        self._timer.timeout.connect(self._drain)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[UserError], None] | None = None,
    ) -> Task:
        """Do `work` on a worker, then call `done` with its result on the UI thread.

        A `UserError` goes to `failed`, or else to the signal `user_error`; `Cancelled` is silent;
        anything else goes to the signal `bug`.
        """
        return self.watch(self._pool.submit(work), done, failed)

    def watch(
        self,
        future: Future[T],
        done: Callable[[T], None],
        failed: Callable[[UserError], None] | None = None,
    ) -> Task:
        """The same for work that has been started elsewhere."""
        task = Task(done, failed)  # type: ignore[arg-type]  # tasks of every type wait in one deque
        self._outstanding += 1
        self._timer.start()
        future.add_done_callback(lambda f: self._results.append((task, f)))  # type: ignore[arg-type]  # as above
        return task

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._outstanding == 0

    def stop(self) -> None:
        """Deliver nothing any more; called when the window has gone."""
        self._timer.stop()
        self._results.clear()

    def _drain(self) -> None:
        ends_at = time.monotonic() + _AT_ONCE_S
        while self._results and time.monotonic() < ends_at:
            task, future = self._results.popleft()
            self._outstanding -= 1
            if not task.dropped:
                self._deliver(task, future)
        if not self._outstanding:
            self._timer.stop()

    def _deliver(self, task: Task, future: Future[object]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            task.done(future.result())
        elif isinstance(error, UserError):
            if task.failed:
                task.failed(error)
            else:
                self.user_error.emit(error)
        elif not isinstance(error, Cancelled):
            _log.error("work failed", exc_info=error)
            self.bug.emit(error)
