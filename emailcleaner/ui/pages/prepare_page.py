"""Clean, second view: what the list is, how it is read, how deep to check. One button: Start."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QFileDialog,
    QFrame,
    QVBoxLayout,
    QWidget,
)

from emailcleaner.core.model import CleanRequest, Depth, ReadOptions
from emailcleaner.ui.models.preview_model import PreviewModel
from emailcleaner.ui.operations.lists import count_lists, look_at_list
from emailcleaner.ui.pages.estimates import estimate
from emailcleaner.ui.pages.list_options import ListOptions
from emailcleaner.ui.pages.page_frame import row, rule, scrolled
from emailcleaner.ui.theme import tokens
from emailcleaner.ui.widgets.buttons import Button
from emailcleaner.ui.widgets.cards import DepthCard
from emailcleaner.ui.widgets.choices import Choice
from emailcleaner.ui.widgets.figures import Figures
from emailcleaner.ui.widgets.file_chips import FileChips
from emailcleaner.ui.widgets.notices import NoticeBar
from emailcleaner.ui.widgets.tables import PlainTable
from emailcleaner.ui.widgets.text import ElidedLabel, PlainLabel, list_names, number, size

if TYPE_CHECKING:
    from emailcleaner.core.errors import UserError
    from emailcleaner.core.model import ListPreview
    from emailcleaner.core.services import ListCounts
    from emailcleaner.ui.bridge import Task
    from emailcleaner.ui.session import Session
    from emailcleaner.ui.theme.theme import Theme
    from emailcleaner.ui.worker_pool import StopFlag

_PREVIEW_ROWS = 5
_ROW = 28
#: Head, rows, frame and room for the scroll bar across.
_TABLE_HEIGHT = 34 + _ROW * _PREVIEW_ROWS + 2 + 12
#: Changes in quick succession are counted once.
_SETTLE_MS = 150


class PreparePage(QWidget):
    """Shows a list before it is cleaned."""

    back_clicked = Signal()
    start_clicked = Signal(object)  # CleanRequest

    def __init__(self, theme: Theme, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._sources: tuple[str, ...] = ()
        self._counts: ListCounts | None = None
        self._looking: Task | None = None
        self._counting: Task | None = None
        self._flag: StopFlag | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._count)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        area, layout = scrolled(self)
        layout.setSpacing(tokens.SPACE_M)
        outer.addWidget(area, 1)
        self._build_head(layout)
        self._body = QWidget(self)
        outer_layout, layout = layout, QVBoxLayout(self._body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.SPACE_M)
        outer_layout.addWidget(self._body)
        self._build_preview(layout)
        self.figures = Figures(("Rows", "Addresses", "Duplicates", "Domains"), self)
        layout.addWidget(self.figures)
        self._build_depths(layout)
        self._build_suppression(layout)
        outer_layout.addStretch(1)
        outer.addWidget(rule(self))
        outer.addWidget(self._build_foot())
        theme.changed.connect(self._tint)
        self._tint()

    # -- building ----------------------------------------------------------------------------

    def _build_head(self, layout: QVBoxLayout) -> None:
        head = row(spacing=tokens.SPACE_M)
        self._back = Button(
            self._theme, "", kind="quiet", icon="back", name="Back to choosing a list", parent=self
        )
        self._back.clicked.connect(self.back_clicked)
        self._title = ElidedLabel("", "title", self)
        self._which = Choice("List shown in the preview", self)
        self._which.setMaximumWidth(280)
        self._which.activated.connect(lambda _at: self._look())
        self._facts = PlainLabel("", "muted", self)
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        head.addWidget(self._which)
        head.addWidget(self._facts)
        layout.addLayout(head)
        self.notice = NoticeBar(self._theme, self)
        layout.addWidget(self.notice)

    def _build_preview(self, layout: QVBoxLayout) -> None:
        self.options = ListOptions(self._theme, self)
        self.options.changed.connect(lambda _options: self._options_changed())
        layout.addWidget(self.options)
        self.preview = PreviewModel()
        self.table = PlainTable(_ROW, self)
        self.table.setModel(self.preview)
        self.table.setProperty("role", "framed")
        self.table.setAccessibleName("First rows of the list")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        head = self.table.horizontalHeader()
        head.setSectionsClickable(True)
        head.sectionClicked.connect(self.options.only_column)
        self.table.setFixedHeight(_TABLE_HEIGHT)
        layout.addWidget(self.table)

    def _build_depths(self, layout: QVBoxLayout) -> None:
        layout.addWidget(PlainLabel("How deep to check", "subheading", self))
        cards = row(spacing=tokens.SPACE_M)
        self.syntax = DepthCard(
            self._theme,
            Depth.SYNTAX,
            "syntax",
            "Syntax",
            "Is it written as an address that can receive mail? Asks nobody outside this computer.",
            self,
        )
        self.domain = DepthCard(
            self._theme,
            Depth.DOMAIN,
            "domain",
            "Domain",
            "Also asks whether each domain exists and takes mail. Not a promise that the mailbox exists.",
            self,
        )
        self._depths = QButtonGroup(self)
        for depth_card in (self.syntax, self.domain):
            self._depths.addButton(depth_card)
            cards.addWidget(depth_card, 1)
        self.domain.setChecked(True)
        layout.addLayout(cards)

    def _build_suppression(self, layout: QVBoxLayout) -> None:
        line = row(spacing=tokens.SPACE_M)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(PlainLabel("Suppression lists", "strong", self))
        words.addWidget(
            PlainLabel("Addresses and domains on these lists are set aside and never asked.", "caption", self)
        )
        self.suppress = FileChips(self._theme, self)
        self.add_suppress = Button(self._theme, "Add a list\u2026", icon="plus", parent=self)
        self.add_suppress.clicked.connect(self._choose_suppression)
        line.addLayout(words)
        line.addStretch(1)
        line.addWidget(self.add_suppress)
        layout.addSpacing(tokens.SPACE_XS)
        layout.addLayout(line)
        layout.addWidget(self.suppress)

    def _build_foot(self) -> QWidget:
        foot = QFrame(self)
        line = row(spacing=tokens.SPACE_S)
        foot.setLayout(line)
        line.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_M, tokens.SPACE_XL, tokens.SPACE_M)
        note = PlainLabel(
            "Your file stays as it is; results are kept until you export them.", "caption", foot
        )
        cancel = Button(self._theme, "Cancel", kind="quiet", parent=foot)
        cancel.clicked.connect(self.back_clicked)
        self.start = Button(self._theme, "Start cleaning", kind="primary", icon="play", parent=foot)
        self.start.setToolTip("Ctrl+Return")
        self.start.setEnabled(False)
        self.start.clicked.connect(self.begin)
        line.addWidget(note)
        line.addStretch(1)
        line.addWidget(cancel)
        line.addWidget(self.start)
        return foot

    # -- what is shown -----------------------------------------------------------------------

    def show_lists(self, sources: tuple[str, ...]) -> None:
        """Look at these lists; the first is previewed."""
        self._sources = sources
        self._counts = None
        self.options.reset()
        self.notice.clear()
        self.suppress.clear()
        self._title.setText(list_names(sources))
        self._which.clear()
        for source in sources:
            self._which.addItem(PurePath(source).name, source)
        self._which.setVisible(len(sources) > 1)
        self.preview.show_preview(None)
        self.start.setEnabled(False)
        self._facts.setText("")
        self._look()

    def add_list(self, source: str) -> None:
        """Take one more list into the job."""
        if source not in self._sources:
            self.show_lists((*self._sources, source))

    @property
    def sources(self) -> tuple[str, ...]:
        """The lists shown."""
        return self._sources

    @property
    def counts(self) -> ListCounts | None:
        """What is in the lists; None until it has been counted."""
        return self._counts

    def request(self) -> CleanRequest:
        """What Start asks for."""
        depth = Depth.SYNTAX if self.syntax.isChecked() else Depth.DOMAIN
        return CleanRequest(
            sources=self._sources, depth=depth, read=self.options.options, suppress=self.suppress.paths()
        )

    def begin(self) -> None:
        """Start, if the list can be read."""
        if self.start.isEnabled():
            self._stop_counting()
            self.start.setEnabled(False)
            self.start_clicked.emit(self.request())

    def leave(self) -> None:
        """Stop asking about a list that is no longer shown."""
        self._settle.stop()
        self._stop_counting()
        if self._looking:
            self._looking.drop()

    def say_error(self, error: UserError) -> None:
        """Show what is wrong with the list or the start."""
        self.notice.say(error.title, error.hint, level="error")

    def start_failed(self, error: UserError) -> None:
        """The job could not be made: say why, and let the user try again."""
        self.say_error(error)
        self.start.setEnabled(True)

    # -- looking and counting ----------------------------------------------------------------

    def _options_changed(self) -> None:
        self._look()

    def _look(self) -> None:
        if self._looking:
            self._looking.drop()
        self._stop_counting()
        self.figures.waiting()
        self._show_estimates()
        path = self._which.currentData() or (self._sources[0] if self._sources else "")
        self._looking = look_at_list(
            self._session, path, self.options.options, self._show_preview, self._not_readable
        )

    def _show_preview(self, preview: ListPreview) -> None:
        self._looking = None
        self.notice.clear()
        self._body.show()
        self.preview.show_preview(preview)
        self.options.show_dialect(preview.dialect)
        self._fit_columns(preview)
        total = sum(_size(source) for source in self._sources)
        self._facts.setText(f"{size(total)}{', compressed' if preview.dialect.compressed else ''}")
        self._facts.setToolTip("\n".join(preview.dialect.notes))
        self.start.setEnabled(True)
        self._settle.start()

    def _not_readable(self, error: UserError) -> None:
        self._looking = None
        self.preview.show_preview(None)
        self.figures.unknown()
        self._body.setVisible(self.options.known)
        self.start.setEnabled(False)
        self.notice.say(
            error.title,
            error.hint,
            level="error",
            button="Choose another list",
            action=self.back_clicked.emit,
        )

    def _fit_columns(self, preview: ListPreview) -> None:
        metrics = self.table.fontMetrics()
        for at in range(self.preview.columnCount()):
            cells = [r[at][:40] for r in preview.rows[:_PREVIEW_ROWS] if at < len(r)]
            head = str(self.preview.headerData(at, Qt.Orientation.Horizontal))
            width = max([metrics.horizontalAdvance(text) for text in (*cells, head + "WW")], default=0)
            self.table.setColumnWidth(at, min(max(width + 28, 72), 260))

    def _count(self) -> None:
        self._stop_counting()
        self._flag = self._session.new_flag()
        options: ReadOptions = self.options.options
        self._counting = count_lists(
            self._session, self._sources, options, self._flag, self._show_counts, self._count_failed
        )

    def _show_counts(self, counts: ListCounts) -> None:
        self._counts = counts
        self.figures.show_numbers((counts.rows, counts.addresses, counts.duplicates, counts.domains))
        self._show_estimates()
        if counts.malformed:
            lines = number(counts.malformed)
            self.notice.say(
                f"{lines} {'line' if counts.malformed == 1 else 'lines'} cannot be read as a row.",
                "They are kept apart as rejected, with their line numbers; nothing is lost.",
                level="warning",
            )

    def _count_failed(self, error: UserError) -> None:
        self.figures.unknown()
        self.start.setEnabled(False)
        self.say_error(error)

    def _stop_counting(self) -> None:
        self._counts = None
        if self._flag:
            self._flag.stop()
            self._flag = None
        if self._counting:
            self._counting.drop()
            self._counting = None

    def _show_estimates(self) -> None:
        for depth_card in (self.syntax, self.domain):
            depth_card.set_estimate(estimate(depth_card.choice, self._counts))

    def _choose_suppression(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, "Choose suppression lists")
        self.suppress.add(paths)

    def _tint(self) -> None:
        self.preview.set_mark(self._theme.icon("check", "accent_text"))


def _size(source: str) -> int:
    try:
        return Path(source).stat().st_size
    except OSError:
        return 0
