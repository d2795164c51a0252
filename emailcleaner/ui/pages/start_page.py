"""Clean, first view: drop a list, choose one, paste one, or come back to a recent one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from emailcleaner.core.model import JobState
from emailcleaner.ui.operations.jobs import list_jobs
from emailcleaner.ui.pages.page_frame import empty, scrolled
from emailcleaner.ui.theme import tokens
from emailcleaner.ui.widgets.cards import JobCard
from emailcleaner.ui.widgets.drop_zone import DropZone
from emailcleaner.ui.widgets.notices import NoticeBar
from emailcleaner.ui.widgets.text import PlainLabel, counted, list_names

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from emailcleaner.core.model import JobSummary
    from emailcleaner.ui.session import Session
    from emailcleaner.ui.theme.theme import Theme

_CARDS = 9
_ACROSS = 3
#: How often the cards follow jobs that run.
_REFRESH_MS = 1000

_UNFINISHED = frozenset({JobState.QUEUED, JobState.PAUSED})
_MOVING = frozenset({JobState.RUNNING, JobState.PAUSING, JobState.CANCELLING, JobState.QUEUED})


class StartPage(QWidget):
    """Where a list comes in."""

    files_chosen = Signal(list)
    choose_clicked = Signal()
    paste_clicked = Signal()
    job_chosen = Signal(object)  # JobSummary
    go_on_clicked = Signal(list)  # [JobId]

    def __init__(self, theme: Theme, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._shown: list[JobSummary] | None = None
        self._offered = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area, layout = scrolled(self)
        outer.addWidget(area)
        layout.addWidget(PlainLabel("Clean a list", "title", self))
        about = (
            "Every address gets a verdict, the evidence for it, and whose fault a failure was. "
            "Your file is never changed."
        )
        layout.addWidget(PlainLabel(about, "muted", self, wrap=True))
        self.notice = NoticeBar(theme, self)
        layout.addWidget(self.notice)
        self.drop = DropZone(theme, self)
        self.drop.files_dropped.connect(self.files_chosen)
        self.drop.choose_clicked.connect(self.choose_clicked)
        self.drop.paste_clicked.connect(self.paste_clicked)
        layout.addWidget(self.drop)
        layout.addSpacing(tokens.SPACE_S)
        self._recent_title = PlainLabel("Recent lists", "subheading", self)
        layout.addWidget(self._recent_title)
        self._cards = QGridLayout()
        self._cards.setSpacing(tokens.SPACE_M)
        layout.addLayout(self._cards)
        self._none_yet = PlainLabel(
            "Lists you clean stay here, so that you can come back to them.", "caption", self
        )
        layout.addWidget(self._none_yet)
        layout.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        session.ready.connect(self.refresh)
        session.jobs.changed.connect(self.refresh)

    def card_count(self) -> int:
        """How many recent lists are shown."""
        return len(self.cards())

    def cards(self) -> list[JobCard]:
        """The recent lists, newest first."""
        items = [self._cards.itemAt(at) for at in range(self._cards.count())]
        found = [item.widget() for item in items if item is not None]
        return [widget for widget in found if isinstance(widget, JobCard)]

    def refresh(self) -> None:
        """Read the jobs again."""
        list_jobs(self._session, self._show_jobs)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._shown is not None:
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _show_jobs(self, jobs: list[JobSummary]) -> None:
        moving = any(job.state in _MOVING for job in jobs)
        if moving and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()
        self._offer_unfinished(jobs)
        if jobs == self._shown:
            return
        self._shown = jobs
        focused = self._focused_job()
        empty(self._cards)
        for at, summary in enumerate(jobs[:_CARDS]):
            card = JobCard(self._theme, summary, self)
            card.clicked.connect(lambda _checked=False, s=summary: self.job_chosen.emit(s))
            self._cards.addWidget(card, at // _ACROSS, at % _ACROSS)
            if summary.job_id == focused:
                card.setFocus()
        for across in range(_ACROSS):
            self._cards.setColumnStretch(across, 1)
        self._none_yet.setVisible(not jobs)

    def _focused_job(self) -> object:
        widget = self.focusWidget()
        return widget.summary.job_id if isinstance(widget, JobCard) else None

    def _offer_unfinished(self, jobs: list[JobSummary]) -> None:
        """Once, at the start: go on with what an earlier run left."""
        if self._offered:
            return
        self._offered = True
        waiting = [
            job for job in jobs if job.state in _UNFINISHED and job.job_id not in self._session.jobs.queue
        ]
        if not waiting:
            return
        if len(waiting) == 1:
            title = f"{list_names(waiting[0].sources)} is not finished."
        else:
            title = f"{counted(len(waiting), 'list is', 'lists are')} not finished."
        hint = "What was found so far is kept. Going on starts where it stopped."
        ids = [job.job_id for job in reversed(waiting)]
        self.notice.say(title, hint, button="Go on", action=lambda: self.go_on_clicked.emit(ids))
