"""The frame of the program: side navigation, the pages, keys that work anywhere. Nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from emailcleaner.ui.pages.clean_page import CleanPage
from emailcleaner.ui.theme import tokens
from emailcleaner.ui.theme.theme import Mode
from emailcleaner.ui.widgets.buttons import NavButton
from emailcleaner.ui.widgets.notices import IconLabel, NoticeBar
from emailcleaner.ui.widgets.text import PlainLabel, list_names

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from emailcleaner.core.errors import UserError
    from emailcleaner.core.model import JobId, JobSummary
    from emailcleaner.ui.pages.results_page import ResultsPage
    from emailcleaner.ui.session import Session
    from emailcleaner.ui.theme.theme import Theme


class MainWindow(QMainWindow):
    """Navigation on the left, the chosen page beside it, messages from behind above it."""

    closed = Signal()

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._theme = theme
        self.session = session
        self._results: ResultsPage | None = None
        self.setWindowTitle("Email Cleaner")
        self.setMinimumSize(QSize(960, 620))
        self.resize(1180, 760)
        ground = QWidget(self)
        across = QHBoxLayout(ground)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self._build_navigation())
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        self._notice_place = QWidget(self)
        notice_layout = QVBoxLayout(self._notice_place)
        notice_layout.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_M, tokens.SPACE_XL, 0)
        self.notice = NoticeBar(theme, self._notice_place)
        self.notice.dismissed.connect(self._notice_place.hide)
        notice_layout.addWidget(self.notice)
        self._notice_place.hide()
        right.addWidget(self._notice_place)
        self._stack = QStackedWidget(ground)
        right.addWidget(self._stack, 1)
        across.addLayout(right, 1)
        self.setCentralWidget(ground)
        self.clean = CleanPage(theme, session, self)
        self.clean.results_wanted.connect(self.show_results)
        self._stack.addWidget(self.clean)
        QTimer.singleShot(0, self._bind_keys)  # behind the first picture: Qt's table of keys is large
        self.clean.take_focus()
        session.bridge.user_error.connect(self.say_error)
        session.jobs.ended.connect(self._job_ended)

    @property
    def results(self) -> ResultsPage:
        """The results page, made when it is first wanted."""
        if self._results is None:
            from emailcleaner.ui.pages.results_page import ResultsPage

            self._results = ResultsPage(self._theme, self.session, self)
            self._results.clean_clicked.connect(self.show_clean)
            self._stack.addWidget(self._results)
        return self._results

    def show_clean(self) -> None:
        """Go to the page Clean."""
        self._mark(self._to_clean)
        self._stack.setCurrentWidget(self.clean)
        self.clean.take_focus()

    def show_results(self, job_id: JobId | None = None) -> None:
        """Go to the page Results, with the results of this job."""
        page = self.results
        self._mark(self._to_results)
        self._stack.setCurrentWidget(page)
        if job_id is not None:
            page.open_job(job_id)
        page.setFocus()

    def _mark(self, chosen: NavButton) -> None:
        """Show in the navigation which page is chosen; a click alone would toggle."""
        for button in (self._to_clean, self._to_results):
            button.setChecked(button is chosen)

    def open_lists(self, paths: list[str]) -> None:
        """Look at these lists."""
        self.show_clean()
        self.clean.open_lists(paths)

    def say_error(self, error: UserError) -> None:
        """Say above every page what went wrong behind it; stays until it is seen."""
        self._say(error.title, error.hint, level="error")

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def _build_navigation(self) -> QFrame:
        frame = QFrame(self)
        frame.setObjectName("navigation")
        frame.setFixedWidth(tokens.NAV_WIDTH)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(tokens.SPACE_M, tokens.SPACE_L, tokens.SPACE_M, tokens.SPACE_M)
        layout.setSpacing(tokens.SPACE_XS)
        brand = QHBoxLayout()
        brand.setContentsMargins(tokens.SPACE_S, 0, 0, 0)
        brand.setSpacing(tokens.SPACE_S)
        brand.addWidget(IconLabel(self._theme, "envelope-check", "accent", 22, frame))
        brand.addWidget(PlainLabel("Email Cleaner", "brand", frame), 1)
        layout.addLayout(brand)
        layout.addSpacing(tokens.SPACE_L)
        self._to_clean = NavButton(self._theme, "Clean", "clean", frame)
        self._to_clean.setToolTip("Ctrl+1")
        self._to_clean.setChecked(True)
        self._to_clean.clicked.connect(self.show_clean)
        self._to_results = NavButton(self._theme, "Results", "results", frame)
        self._to_results.setToolTip("Ctrl+2")
        self._to_results.clicked.connect(lambda _checked: self.show_results())
        layout.addWidget(self._to_clean)
        layout.addWidget(self._to_results)
        layout.addStretch(1)
        self._to_other_theme = NavButton(self._theme, "", "moon", frame)
        self._to_other_theme.setCheckable(False)
        self._to_other_theme.clicked.connect(self._other_theme)
        layout.addWidget(self._to_other_theme)
        self._name_other_theme()
        self._theme.changed.connect(self._name_other_theme)
        return frame

    def _bind_keys(self) -> None:
        keys = {
            "Ctrl+1": self.show_clean,
            "Ctrl+2": self.show_results,
            "Ctrl+O": self._choose,
            "Ctrl+Return": self._start,
            "Ctrl+F": self._search,
            "Ctrl+E": self._export,
            "Ctrl+Q": self.close,
        }
        for key, action in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(action)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.activated.connect(self.paste)

    def paste(self) -> None:
        """Take files or addresses from the clipboard as a list."""
        self.show_clean()
        self.clean.take(QGuiApplication.clipboard().mimeData())

    def _choose(self) -> None:
        self.show_clean()
        self.clean.choose_files()

    def _start(self) -> None:
        if self._stack.currentWidget() is self.clean:
            self.clean.begin()

    def _search(self) -> None:
        if self._results is not None and self._stack.currentWidget() is self._results:
            self._results.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._results.search.selectAll()

    def _export(self) -> None:
        if self._results is not None and self._stack.currentWidget() is self._results:
            self._results.ask_export()

    def _job_ended(self, summary: JobSummary) -> None:
        from emailcleaner.core.model import JobState

        if summary.state is JobState.DONE:
            if self._results is not None and self._results.job_id == summary.job_id:
                self._results.forget()
            if self._stack.currentWidget() is self.clean and self.clean.shows_job(summary.job_id):
                self.show_results(summary.job_id)
            else:
                name = list_names(summary.sources)
                self._say(
                    f"{name} is cleaned.",
                    level="success",
                    button="Show results",
                    action=lambda: self.show_results(summary.job_id),
                )
        elif summary.state is JobState.FAILED:
            self._say(f"{list_names(summary.sources)} could not be finished.", summary.error, level="error")

    def _say(self, title: str, hint: str = "", **how: object) -> None:
        self.notice.say(title, hint, **how)  # type: ignore[arg-type]  # the names of NoticeBar.say
        self._notice_place.show()

    def _other_theme(self) -> None:
        self._theme.set_mode(Mode.LIGHT if self._theme.mode is Mode.DARK else Mode.DARK)

    def _name_other_theme(self) -> None:
        dark = self._theme.mode is Mode.DARK
        name = "Light theme" if dark else "Dark theme"
        self._to_other_theme.setText(f"  {name}")
        self._to_other_theme.setAccessibleName(name)
        self._to_other_theme.set_icon("sun" if dark else "moon")
