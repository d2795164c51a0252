"""What the pages work with: the services (built behind the first window), the bridge, the jobs.

Made once by `app`, handed to the pages, closed with a deadline. It holds no widget.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from emailcleaner.ui.bridge import Bridge, Task
from emailcleaner.ui.history_filler import HistoryFiller
from emailcleaner.ui.job_runner import JobRunner
from emailcleaner.ui.worker_pool import QtWorkerPool, StopFlag

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from emailcleaner.core.errors import UserError
    from emailcleaner.core.services import Services

T = TypeVar("T")

#: Opens the services for the home in use; called on a worker, left when the window has closed.
ServicesOpener = "Callable[[], AbstractContextManager[Services]]"

_log = logging.getLogger(__name__)

#: Threads for what the user waits for (looking at a list, sorting, exporting).
_WINDOW_THREADS = 3
#: How long a worker may keep the interpreter while the screen waits for it (Python's own default is ten times
#: as long). Measured: it halves the 99th percentile of the event loop's lateness while a job runs.
_SWITCH_INTERVAL_S = 0.0005
#: How long closing waits for a job to reach its next resting point.
CLOSE_DEADLINE_S = 15.0


class Session(QObject):
    """The window's working set. `start` builds the services; `close` ends every thread."""

    ready = Signal()

    def __init__(self, open_services: Callable[[], AbstractContextManager[Services]], scratch: Path) -> None:
        super().__init__()
        self._open_services = open_services
        self._context: AbstractContextManager[Services] | None = None
        self._services: Future[Services] | None = None
        self._pool = QtWorkerPool(_WINDOW_THREADS, "window")
        self._flags: set[StopFlag] = set()
        self.scratch = scratch
        self.bridge = Bridge(self._pool)
        self.jobs = JobRunner(self, items=max(2, os.cpu_count() or 2))
        self._history = HistoryFiller(self)

    def start(self) -> None:
        """Build the services on a worker; until they are there, what needs them waits for them."""
        sys.setswitchinterval(_SWITCH_INTERVAL_S)
        self._services = self._pool.submit(self._enter)
        self.bridge.watch(self._services, lambda _services: self.ready.emit())

    def services(self) -> Services:
        """The services; waits for them, so only workers may call it."""
        if self._services is None:
            message = "the session has not been started"
            raise RuntimeError(message)
        return self._services.result()

    def run(
        self,
        work: Callable[[Services], T],
        done: Callable[[T], None],
        failed: Callable[[UserError], None] | None = None,
    ) -> Task:
        """Do `work` with the services on a worker; the answer comes on the UI thread."""
        return self.bridge.run(lambda: work(self.services()), done, failed)

    def new_flag(self) -> StopFlag:
        """A stop flag that closing the window also sets."""
        flag = StopFlag()
        self._flags = {f for f in self._flags if not f.stopped}
        self._flags.add(flag)
        return flag

    def close(self) -> bool:
        """Pause what runs, stop what is asked, end the threads; False if one did not end in time."""
        self._history.stop()
        for flag in self._flags:
            flag.stop()
        ended = self.jobs.close(CLOSE_DEADLINE_S)
        ended = self._pool.close(CLOSE_DEADLINE_S) and ended
        self.bridge.stop()
        if self._context is not None and ended:
            self._context.__exit__(None, None, None)
            self._context = None
        return ended

    def _enter(self) -> Services:
        context = self._open_services()
        services = context.__enter__()
        self._context = context
        return services
