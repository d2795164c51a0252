"""Runs cleaning jobs one after the other behind the window, and knows which are under way.

The engine does the work; this only starts it, keeps the queue, and says when one has ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from emailcleaner.core.model import JobState
from emailcleaner.ui.worker_pool import QtWorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable

    from emailcleaner.core.errors import UserError
    from emailcleaner.core.model import CleanRequest, JobId, JobSummary
    from emailcleaner.core.services import Services
    from emailcleaner.ui.session import Session


class JobRunner(QObject):
    """The queue of jobs of this window."""

    changed = Signal()  # a job was added to the queue or left it
    ended = Signal(object)  # JobSummary of a job that is done, paused, stopped or failed

    def __init__(self, session: Session, items: int) -> None:
        super().__init__()
        self._session = session
        self._runner = QtWorkerPool(1, "jobs")
        self.items = QtWorkerPool(items, "work items")
        self._queue: list[JobId] = []
        self._again: set[JobId] = set()

    @property
    def queue(self) -> tuple[JobId, ...]:
        """The jobs of this window that are running (the first) or waiting."""
        return tuple(self._queue)

    def start(
        self, request: CleanRequest, started: Callable[[JobId], None], failed: Callable[[UserError], None]
    ) -> None:
        """Make a durable job of `request` and run it when its turn comes."""

        def begun(job_id: JobId) -> None:
            self.go_on(job_id)
            started(job_id)

        self._session.run(lambda services: services.create(request), begun, failed)

    def go_on(self, job_id: JobId) -> None:
        """Run a job, or go on with one that was paused, stopped or interrupted."""
        if job_id in self._queue:
            self._again.add(job_id)  # it may be coming to rest at this moment
            return
        self._queue.append(job_id)
        future = self._runner.submit(lambda: self._session.services().run(job_id, self.items))
        self._session.bridge.watch(future, self._end, lambda error: self._fail(job_id, error))
        self.changed.emit()

    def pause(self, job_id: JobId) -> None:
        """Ask a job to pause at its next resting point."""
        self._again.discard(job_id)
        self._session.run(lambda services: services.pause(job_id), lambda _none: None)

    def cancel(self, job_id: JobId) -> None:
        """Ask a job to stop; what is known stays."""
        self._again.discard(job_id)
        self._session.run(lambda services: services.cancel(job_id), lambda _none: None)

    def close(self, deadline_s: float) -> bool:
        """Pause what runs and end the threads; False if one did not end in time."""
        if self._queue:
            services = self._session.services()
            for job_id in self._queue:
                _quietly_pause(services, job_id)
        ended = self._runner.close(deadline_s)
        return self.items.close(deadline_s) and ended

    def _end(self, summary: JobSummary) -> None:
        again = summary.job_id in self._again and summary.state is JobState.PAUSED
        self._leave(summary.job_id)
        if again:
            self.go_on(summary.job_id)
        else:
            self.ended.emit(summary)

    def _fail(self, job_id: JobId, error: UserError) -> None:
        self._leave(job_id)
        self._session.bridge.user_error.emit(error)

    def _leave(self, job_id: JobId) -> None:
        if job_id in self._queue:
            self._queue.remove(job_id)
        self._again.discard(job_id)
        self.changed.emit()


def _quietly_pause(services: Services, job_id: JobId) -> None:
    from emailcleaner.core.errors import UserError

    try:
        services.pause(job_id)
    except UserError:
        return  # it has ended in the meantime
