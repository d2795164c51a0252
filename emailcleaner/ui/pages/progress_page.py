"""Clean, third view: how far a job is. Leaving it changes nothing; the job goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMessageBox, QProgressBar, QVBoxLayout, QWidget

from emailcleaner.core.model import Depth, JobState
from emailcleaner.ui.operations.jobs import look_at_job, pull_progress
from emailcleaner.ui.pages.page_frame import card, row, scrolled
from emailcleaner.ui.theme import tokens
from emailcleaner.ui.widgets.buttons import Button
from emailcleaner.ui.widgets.charts import Donut, ThroughputLine
from emailcleaner.ui.widgets.figures import Figures
from emailcleaner.ui.widgets.legend import Legend
from emailcleaner.ui.widgets.notices import NoticeBar
from emailcleaner.ui.widgets.stage_strip import StageStrip, stages_of
from emailcleaner.ui.widgets.text import ElidedLabel, PlainLabel, counted, duration, list_names, number

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from emailcleaner.core.model import JobId, JobSummary, Progress
    from emailcleaner.ui.bridge import Task
    from emailcleaner.ui.session import Session
    from emailcleaner.ui.theme.theme import Theme

_PULL_MS = 200

_HEADLINE = {
    JobState.QUEUED: "Waiting for the list before it",
    JobState.RUNNING: "Cleaning",
    JobState.PAUSING: "Pausing at the next resting point\u2026",
    JobState.PAUSED: "Paused. What was found so far is kept.",
    JobState.CANCELLING: "Stopping at the next resting point\u2026",
    JobState.CANCELLED: "Stopped. What was found so far is kept.",
    JobState.FAILED: "Could not be finished. What was found so far is kept.",
    JobState.DONE: "Done",
}
_NOTHING = "\u2013"
_RESTING = frozenset({JobState.PAUSED, JobState.CANCELLED, JobState.FAILED})


class ProgressPage(QWidget):
    """One job, followed while it is on the screen."""

    another_clicked = Signal()
    results_clicked = Signal(object)  # JobId

    def __init__(self, theme: Theme, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._job_id: JobId | None = None
        self._name = ""
        self._elapsed_s = 0.0
        self._fraction = 0.0
        self._depth = Depth.DOMAIN
        self._writes = False
        self._pulling: Task | None = None
        self._state = JobState.QUEUED
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area, layout = scrolled(self)
        outer.addWidget(area)
        self._build_head(layout)
        self.stages = StageStrip(theme, self)
        layout.addWidget(self.stages)
        self._build_bar(layout)
        self._build_charts(layout)
        layout.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(_PULL_MS)
        self._timer.timeout.connect(self._pull)
        session.jobs.changed.connect(self._show_queue)

    def _build_head(self, layout: QVBoxLayout) -> None:
        head = row()
        self._title = ElidedLabel("", "title", self)
        self.pause = Button(self._theme, "Pause", icon="pause", parent=self)
        self.pause.clicked.connect(self._pause_or_go_on)
        self.cancel = Button(self._theme, "Cancel", kind="danger", icon="stop", parent=self)
        self.cancel.clicked.connect(self._ask_cancel)
        self.results = Button(self._theme, "Show results", kind="primary", icon="results", parent=self)
        self.results.clicked.connect(lambda: self.results_clicked.emit(self._job_id))
        self.another = Button(self._theme, "Clean another list", kind="quiet", icon="plus", parent=self)
        self.another.clicked.connect(self.another_clicked)
        head.addWidget(self._title, 1)
        for button in (self.another, self.pause, self.cancel, self.results):
            head.addWidget(button)
        layout.addLayout(head)
        self.notice = NoticeBar(self._theme, self)
        layout.addWidget(self.notice)

    def _build_bar(self, layout: QVBoxLayout) -> None:
        box = QVBoxLayout()
        box.setSpacing(tokens.SPACE_S)
        line = row()
        self.headline = PlainLabel("", "strong", self)
        self.remaining = PlainLabel("", "muted", self)
        line.addWidget(self.headline)
        line.addStretch(1)
        line.addWidget(self.remaining)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self._queue = PlainLabel("", "caption", self)
        box.addLayout(line)
        box.addWidget(self.bar)
        box.addWidget(self._queue)
        layout.addLayout(box)

    def _build_charts(self, layout: QVBoxLayout) -> None:
        self.figures = Figures(("Rows read", "Rows decided", "Domains answered", "Elapsed"), self)
        layout.addWidget(self.figures)
        charts = row(spacing=tokens.SPACE_L)
        left, left_layout = card(self)
        left_layout.addWidget(PlainLabel("Segments so far", "subheading", left))
        inner = QHBoxLayout()
        inner.setSpacing(tokens.SPACE_XL)
        self.donut = Donut(self._theme, left)
        self.legend = Legend(self._theme, left)
        inner.addWidget(self.donut)
        inner.addWidget(self.legend, 1)
        left_layout.addLayout(inner)
        left_layout.addStretch(1)
        right, right_layout = card(self)
        self._rate = PlainLabel("", "muted", right)
        head = row()
        head.addWidget(PlainLabel("Throughput", "subheading", right))
        head.addStretch(1)
        head.addWidget(self._rate)
        right_layout.addLayout(head)
        self.line = ThroughputLine(self._theme, right)
        right_layout.addWidget(self.line, 1)
        charts.addWidget(left, 3)
        charts.addWidget(right, 2)
        layout.addLayout(charts)
        self._keep_shape(left, right)

    @staticmethod
    def _keep_shape(*cards: QFrame) -> None:
        for frame in cards:
            frame.setMinimumHeight(276)

    # -- following a job ---------------------------------------------------------------------

    @property
    def job_id(self) -> JobId | None:
        """The job shown."""
        return self._job_id

    def preparing(self, name: str) -> None:
        """The job is being made: its lists are being copied."""
        self._job_id = None
        self._forget(name)
        self.headline.setText("Copying the list, so that changes to the file do no harm\u2026")
        self.bar.setRange(0, 0)
        self.pause.setEnabled(False)
        self.cancel.setEnabled(False)

    def follow(self, job_id: JobId) -> None:
        """Show this job from now on."""
        if job_id != self._job_id:
            self._job_id = job_id
            self._forget(self._name)
        self.bar.setRange(0, 1000)
        look_at_job(self._session, job_id, self._show_job)
        self._show_queue()
        self._timer.start()
        self._pull()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._job_id is not None:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _forget(self, name: str) -> None:
        self._name = name
        self._elapsed_s = 0.0
        self._fraction = 0.0
        self._title.setText(name)
        self.notice.clear()
        self.line.clear()
        self.donut.set_counts(())
        self.legend.set_counts(())
        self.figures.unknown()
        self.remaining.setText("")
        self._rate.setText("")
        self._queue.hide()
        self.stages.show_stage(
            stages_of(self._depth, writes=False), stages_of(self._depth, writes=False)[0], over=False
        )
        self._show_buttons(JobState.QUEUED)

    def _show_job(self, summary: JobSummary) -> None:
        if summary.job_id == self._job_id:
            self._name = list_names(summary.sources)
            self._title.setText(self._name)
            self._depth = summary.depth
            self._writes = bool(summary.out)

    def _pull(self) -> None:
        if self._job_id is None or (self._pulling and not self._pulling.dropped):
            return
        self._pulling = pull_progress(self._session, self._job_id, self.show_progress)

    def show_progress(self, progress: Progress) -> None:
        """Show a snapshot."""
        self._pulling = None
        if progress.job_id != self._job_id:
            return
        over = progress.state is JobState.DONE
        self._elapsed_s = progress.elapsed_s or self._elapsed_s
        self._fraction = progress.fraction or (self._fraction if progress.state in _RESTING else 0.0)
        self.stages.show_stage(stages_of(self._depth, writes=self._writes), progress.stage, over=over)
        self.headline.setText(_HEADLINE[progress.state])
        self.bar.setValue(1000 if over else min(round(self._fraction * 1000), 999))
        self.remaining.setText(_remaining(progress))
        self._show_figures(progress)
        self.donut.set_counts(progress.segments)
        self.legend.set_counts(progress.segments)
        self._show_rate(progress)
        if progress.state is JobState.FAILED and progress.message:
            self.notice.say("The job stopped with an error.", progress.message, level="error")
        self._show_buttons(progress.state)

    def _show_figures(self, progress: Progress) -> None:
        decided = sum(count.rows for count in progress.segments)
        asked = bool(progress.domains_total or progress.domains_done)
        self.figures.show_texts(
            (
                number(max(progress.rows_read, progress.rows_done)),
                number(decided),
                number(progress.domains_done) if asked and self._depth is not Depth.SYNTAX else _NOTHING,
                duration(self._elapsed_s) if self._elapsed_s else _NOTHING,
            )
        )

    def _show_rate(self, progress: Progress) -> None:
        if progress.state is JobState.RUNNING:
            self._rate.setText(f"{number(round(progress.rate_per_s))} rows a second")
            self.line.add(progress.rate_per_s)
        elif progress.state in _RESTING:
            self._rate.setText("")

    def _show_buttons(self, state: JobState) -> None:
        self._state = state
        resting = state in _RESTING
        self.pause.setText("Go on" if resting else "Pause")
        self.pause.set_icon("play" if resting else "pause")
        self.pause.setEnabled(state is JobState.RUNNING or resting)
        self.pause.setVisible(state is not JobState.DONE)
        self.cancel.setVisible(state not in (JobState.DONE, JobState.CANCELLED, JobState.FAILED))
        self.cancel.setEnabled(state in (JobState.RUNNING, JobState.QUEUED, JobState.PAUSED))
        self.results.setVisible(state is JobState.DONE)

    def _show_queue(self) -> None:
        waiting = [job for job in self._session.jobs.queue if job != self._job_id]
        more = counted(len(waiting), "more list is", "more lists are")
        self._queue.setText(f"{more} waiting or running." if waiting else "")
        self._queue.setVisible(bool(waiting))

    def _pause_or_go_on(self) -> None:
        if self._job_id is None:
            return
        if self._state in _RESTING:
            self.notice.clear()
            self._session.jobs.go_on(self._job_id)
        else:
            self._session.jobs.pause(self._job_id)
        self.pause.setEnabled(False)

    def _ask_cancel(self) -> None:
        if self._job_id is None:
            return
        box = QMessageBox(self)
        box.setWindowTitle("Cancel cleaning")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Stop cleaning {self._name}?")
        box.setInformativeText("What was found so far is kept, and you can go on later.")
        stop = box.addButton("Stop", QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep cleaning", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.exec()
        if box.clickedButton() is stop and self._job_id is not None:
            self._session.jobs.cancel(self._job_id)
            self.cancel.setEnabled(False)


def _remaining(progress: Progress) -> str:
    if progress.state is not JobState.RUNNING:
        return ""
    share = f"{min(int(progress.fraction * 100), 99)} %"
    if progress.remaining_s is None:
        return share
    return f"{share} \u00b7 about {duration(progress.remaining_s)} left"
