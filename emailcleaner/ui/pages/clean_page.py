"""Clean: choosing a list, preparing it, following its job. Three views, one page of the navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from emailcleaner.core.model import JobState
from emailcleaner.ui.operations.lists import keep_pasted_text
from emailcleaner.ui.pages.start_page import StartPage
from emailcleaner.ui.widgets.drop_zone import dropped_paths, take_as_copy
from emailcleaner.ui.widgets.text import list_names

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

    from emailcleaner.core.errors import UserError
    from emailcleaner.core.model import CleanRequest, JobId, JobSummary
    from emailcleaner.ui.pages.prepare_page import PreparePage
    from emailcleaner.ui.pages.progress_page import ProgressPage
    from emailcleaner.ui.session import Session
    from emailcleaner.ui.theme.theme import Theme

_FILTER = "Lists (*.csv *.tsv *.txt *.tab *.psv *.xlsx *.xls *.ods *.jsonl *.ndjson *.gz);;All files (*)"


class CleanPage(QWidget):
    """Brings a list from the drop to its job. Files may be dropped anywhere on it."""

    results_wanted = Signal(object)  # JobId

    def __init__(self, theme: Theme, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._prepare: PreparePage | None = None
        self._progress: ProgressPage | None = None
        self.setAcceptDrops(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedWidget(self)
        layout.addWidget(self._stack)
        self.start = StartPage(theme, session, self)
        self.start.files_chosen.connect(self.open_lists)
        self.start.choose_clicked.connect(self.choose_files)
        self.start.paste_clicked.connect(self._paste_clicked)
        self.start.job_chosen.connect(self._open_job)
        self.start.go_on_clicked.connect(self._go_on)
        self._stack.addWidget(self.start)

    @property
    def prepare(self) -> PreparePage:
        """The view Prepare, made when it is first wanted."""
        if self._prepare is None:
            from emailcleaner.ui.pages.prepare_page import PreparePage

            self._prepare = PreparePage(self._theme, self._session, self)
            self._prepare.back_clicked.connect(self.show_start)
            self._prepare.start_clicked.connect(self._start_job)
            self._stack.addWidget(self._prepare)
        return self._prepare

    @property
    def progress(self) -> ProgressPage:
        """The view Progress, made when it is first wanted."""
        if self._progress is None:
            from emailcleaner.ui.pages.progress_page import ProgressPage

            self._progress = ProgressPage(self._theme, self._session, self)
            self._progress.another_clicked.connect(self.show_start)
            self._progress.results_clicked.connect(self.results_wanted)
            self._stack.addWidget(self._progress)
        return self._progress

    def current(self) -> QWidget | None:
        """The view that is shown."""
        return self._stack.currentWidget()

    def take_focus(self) -> None:
        """Let the keyboard begin at the view that is shown."""
        view = self._stack.currentWidget()
        if view is not None:
            view.setFocus()

    def _show(self, view: QWidget) -> None:
        self._stack.setCurrentWidget(view)
        view.setFocus()

    def shows_job(self, job_id: JobId) -> bool:
        """Whether the view Progress is shown with this job."""
        return (
            self._progress is not None
            and self.current() is self._progress
            and self._progress.job_id == job_id
        )

    def show_start(self) -> None:
        """Back to choosing a list."""
        if self._prepare is not None:
            self._prepare.leave()
        self._show(self.start)

    def show_progress(self) -> None:
        """Go to the view Progress."""
        self._show(self.progress)

    def open_lists(self, paths: list[str]) -> None:
        """Look at lists; while a list is being prepared, more are added to the same job."""
        if not paths:
            return
        if self._prepare is not None and self.current() is self._prepare:
            known = self._prepare.sources
            self._prepare.show_lists((*known, *(path for path in dict.fromkeys(paths) if path not in known)))
            return
        self.prepare.show_lists(tuple(dict.fromkeys(paths)))
        self._show(self.prepare)

    def take(self, data: QMimeData) -> None:
        """Take files or text from the clipboard or a drag."""
        paths = dropped_paths(data)
        if paths:
            self.open_lists(paths)
        else:
            keep_pasted_text(self._session, data.text(), lambda path: self.open_lists([path]))

    def choose_files(self) -> None:
        """Ask for files."""
        paths, _ = QFileDialog.getOpenFileNames(self, "Choose lists", "", _FILTER)
        self.open_lists(paths)

    def begin(self) -> None:
        """Start the list that is being prepared."""
        if self._prepare is not None and self.current() is self._prepare:
            self._prepare.begin()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            take_as_copy(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        take_as_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_paths(event.mimeData())
        if paths:
            take_as_copy(event)
            self.open_lists(paths)

    def _paste_clicked(self) -> None:
        from PySide6.QtGui import QGuiApplication

        self.take(QGuiApplication.clipboard().mimeData())

    def _start_job(self, request: CleanRequest) -> None:
        self.progress.preparing(list_names(request.sources))
        self._show(self.progress)
        self._session.jobs.start(request, self.progress.follow, self._not_started)

    def _not_started(self, error: UserError) -> None:
        self._show(self.prepare)
        self.prepare.start_failed(error)

    def _open_job(self, summary: JobSummary) -> None:
        if summary.state is JobState.DONE:
            self.results_wanted.emit(summary.job_id)
        else:
            self._follow(summary.job_id)

    def _go_on(self, job_ids: list[JobId]) -> None:
        for job_id in job_ids:
            self._session.jobs.go_on(job_id)
        if job_ids:
            self._follow(job_ids[0])

    def _follow(self, job_id: JobId) -> None:
        self.progress.follow(job_id)
        self._show(self.progress)
