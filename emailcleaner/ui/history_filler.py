"""Moves finished jobs into the history while nothing else is to be done: a little at a time, on a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from emailcleaner.ui.session import Session

#: Rows at once: some 50 ms of a worker.
_ROWS = 5_000
#: Before the first rows after a start or a job, and between two rounds.
_REST_MS, _BREAK_MS = 3_000, 100


class HistoryFiller(QObject):
    """Fills the history from the moment the services are ready, and again after each job."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._flag = session.new_flag()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._fill)
        session.ready.connect(self._wait)
        session.jobs.ended.connect(self._wait)

    def stop(self) -> None:
        """Begin no more rounds."""
        self._flag.stop()
        self._timer.stop()

    def _wait(self) -> None:
        self._timer.start(_REST_MS)

    def _fill(self) -> None:
        if self._session.jobs.queue:
            return  # the end of the job begins it again
        self._session.run(lambda services: services.fill_history(self._flag, _ROWS), self._filled)

    def _filled(self, left: int) -> None:
        if left and not self._flag.stopped:
            self._timer.start(_BREAK_MS)
