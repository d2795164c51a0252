"""Results: every row with its verdict; filter, search, sort, understand, export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QKeySequence, QPainter, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from emailcleaner.core.model import Depth, Segment, Status
from emailcleaner.ui.models.results_columns import Arrangement, Column
from emailcleaner.ui.models.results_model import ResultsModel
from emailcleaner.ui.operations.results import arrange_rows, explain_row, open_results, prepare_address_order
from emailcleaner.ui.pages.page_frame import row
from emailcleaner.ui.pages.results_detail import WIDTH, ResultsDetail
from emailcleaner.ui.theme import tokens
from emailcleaner.ui.widgets.buttons import Button
from emailcleaner.ui.widgets.chips import SegmentChips
from emailcleaner.ui.widgets.notices import EmptyState, NoticeBar
from emailcleaner.ui.widgets.tables import PlainTable
from emailcleaner.ui.widgets.text import ElidedLabel, PlainLabel, counted, list_names, moment, number
from emailcleaner.ui.widgets.verdict_look import STATUS_SEGMENT, paint_mark

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from emailcleaner.core.errors import UserError
    from emailcleaner.core.model import JobId
    from emailcleaner.ui.bridge import Task
    from emailcleaner.ui.operations.export import Exported
    from emailcleaner.ui.operations.results import OpenedResults, RowDetail
    from emailcleaner.ui.session import Session
    from emailcleaner.ui.theme.theme import Theme

_SEARCH_PAUSE_MS = 180
_WIDTHS = {
    Column.ADDRESS: 218,
    Column.STATUS: 100,
    Column.REASON: 202,
    Column.SCORE: 64,
    Column.FLAGS: 96,
    Column.SUGGESTION: 116,
    Column.PROVIDER: 76,
}
_MARK = 16
#: Rows copied at most at once; more belong into an export.
_COPY_LIMIT = 100_000

_DEPTH_WORD = {
    Depth.SYNTAX: "syntax checked, domains not asked",
    Depth.DOMAIN: "domains checked, mailboxes not asked",
    Depth.MAILBOX: "mailboxes checked",
}


class ResultsPage(QWidget):
    """The results of one job."""

    clean_clicked = Signal()

    def __init__(self, theme: Theme, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._opened: OpenedResults | None = None
        self._wanted: JobId | None = None
        self._arrangement = Arrangement()
        self._arranging: Task | None = None
        self._explaining: Task | None = None
        self._search_pause = QTimer(self)
        self._search_pause.setSingleShot(True)
        self._search_pause.setInterval(_SEARCH_PAUSE_MS)
        self._search_pause.timeout.connect(self._rearrange)
        self._stack = QStackedWidget(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.nothing = EmptyState(
            theme,
            "results",
            "No results yet",
            "Clean a list, and every address stands here with its verdict and the reason for it.",
            "Clean a list",
            self,
        )
        self.nothing.pressed.connect(self.clean_clicked)
        self._stack.addWidget(self.nothing)
        self._filled = QWidget(self)
        self._stack.addWidget(self._filled)
        self._build_filled()
        self._bind_keys()
        theme.changed.connect(self._tint)
        self._tint()

    # -- building ----------------------------------------------------------------------------

    def _build_filled(self) -> None:
        layout = QVBoxLayout(self._filled)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_XL, tokens.SPACE_XL, tokens.SPACE_M)
        head.setSpacing(tokens.SPACE_M)
        layout.addLayout(head)
        line = row()
        names = QVBoxLayout()
        names.setSpacing(2)
        self._title = ElidedLabel("", "title", self._filled)
        self._facts = PlainLabel("", "caption", self._filled)
        names.addWidget(self._title)
        names.addWidget(self._facts)
        self.copy = Button(self._theme, "Copy addresses", icon="copy", parent=self._filled)
        self.copy.clicked.connect(self.copy_addresses)
        self.export = Button(self._theme, "Export\u2026", kind="primary", icon="export", parent=self._filled)
        self.export.setToolTip("Ctrl+E")
        self.export.clicked.connect(self.ask_export)
        line.addLayout(names, 1)
        line.addWidget(self.copy)
        line.addWidget(self.export)
        head.addLayout(line)
        self.notice = NoticeBar(self._theme, self._filled)
        head.addWidget(self.notice)
        self.chips = SegmentChips(self._theme, self._filled)
        self.chips.chosen.connect(self._choose_segments)
        head.addWidget(self.chips)
        head.addLayout(self._build_search())
        self._build_table()
        self.detail = ResultsDetail(self._theme, self._filled)
        self.detail.close_button.clicked.connect(self.hide_detail)
        self.detail.hide()
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self._filled)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._tables = QStackedWidget(self._splitter)
        self._tables.setContentsMargins(tokens.SPACE_M, 0, 0, 0)
        self._tables.addWidget(self.table)
        self.no_match = EmptyState(
            self._theme,
            "search",
            "Nothing matches",
            "Try another word, or show all segments.",
            "Show everything",
            self._tables,
        )
        self.no_match.pressed.connect(self.show_everything)
        self._tables.addWidget(self.no_match)
        self._splitter.addWidget(self._tables)
        self._splitter.addWidget(self.detail)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        layout.addWidget(self._splitter, 1)

    def _build_search(self) -> QVBoxLayout:
        box = QVBoxLayout()
        line = row(spacing=tokens.SPACE_M)
        self.search = QLineEdit(self._filled)
        self.search.setPlaceholderText("Search address, reason, flag or provider")
        self.search.setAccessibleName("Search in the results")
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip("Ctrl+F")
        self.search.setMaximumWidth(360)
        self._search_icon = self.search.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(lambda _text: self._search_pause.start())
        self.search.returnPressed.connect(self._rearrange)
        self._shown = PlainLabel("", "muted", self._filled)
        line.addWidget(self.search, 1)
        line.addStretch(1)
        line.addWidget(self._shown)
        box.addLayout(line)
        return box

    def _build_table(self) -> None:
        self.model = ResultsModel()
        self.table = PlainTable(tokens.ROW_HEIGHT, self._filled)
        self.table.setModel(self.model)
        self.table.setAccessibleName("Results")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        head = self.table.horizontalHeader()
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.setSortingEnabled(True)
        self.table.set_widths([_WIDTHS[column] for column in Column])
        self.model.sort_asked.connect(self._sort)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)

    def _bind_keys(self) -> None:
        # QKeySequence.StandardKey.Copy works on the table alone: a line edit copies its own text
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy_addresses)
        hide = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.table)
        hide.setContext(Qt.ShortcutContext.WidgetShortcut)
        hide.activated.connect(self.hide_detail)

    def _tint(self) -> None:
        self._search_icon.setIcon(self._theme.icon("search", "text_faint"))
        self.model.set_icons({status: self._status_icon(status) for status in Status})

    def _status_icon(self, status: Status) -> QIcon:
        icon = QIcon()
        for ratio in (1, 2, 3):
            picture = QPixmap(_MARK * ratio, _MARK * ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            area = picture.rect().toRectF().adjusted(3 * ratio, 3 * ratio, -3 * ratio, -3 * ratio)
            paint_mark(painter, area, STATUS_SEGMENT[status], self._theme.color(STATUS_SEGMENT[status].value))
            painter.end()
            for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
                icon.addPixmap(picture, mode)
        return icon

    # -- opening -----------------------------------------------------------------------------

    @property
    def job_id(self) -> JobId | None:
        """The job whose results are shown or being read."""
        return self._wanted

    def open_job(self, job_id: JobId) -> None:
        """Read and show the results of a job."""
        if job_id == self._wanted and self._opened is not None:
            return
        self._wanted = job_id
        self._opened = None
        self._stack.setCurrentWidget(self.nothing)
        self.nothing.say("Reading the results\u2026", "A million rows take a moment.", button=False)
        open_results(self._session, job_id, self._show_opened, self._not_opened)

    def forget(self) -> None:
        """The results have changed: read them again when they are next asked for."""
        self._opened = None
        self._wanted = None

    def _not_opened(self, error: UserError) -> None:
        self._wanted = None
        self.nothing.say(error.title, error.hint, button=True)

    def _show_opened(self, opened: OpenedResults) -> None:
        if opened.results.job.job_id != self._wanted:
            return
        self._opened = opened
        job, data = opened.results.job, opened.data
        self._title.setText(list_names(job.sources))
        when = moment(job.finished_at or job.created_at)
        depth = _DEPTH_WORD[job.depth]
        self._facts.setText(f"{counted(data.rows, 'row', 'rows')} \u00b7 {depth} \u00b7 {when}")
        self.notice.clear()
        self.hide_detail()
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.chips.set_counts(data.segment_counts())
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._arrangement = Arrangement()
        self._show_order(data.arrange(self._arrangement))
        self._stack.setCurrentWidget(self._filled)
        prepare_address_order(self._session, data)

    # -- arranging ---------------------------------------------------------------------------

    @property
    def opened(self) -> OpenedResults | None:
        """What is shown; None while nothing is, or it is being read."""
        return self._opened

    @property
    def arrangement(self) -> Arrangement:
        """What is shown, and in which order."""
        return self._arrangement

    def show_everything(self) -> None:
        """Take back the search and the choice of segments."""
        self.search.clear()
        self.chips.chip(None).click()
        self._rearrange()

    def _choose_segments(self, segments: frozenset[Segment]) -> None:
        self._rearrange(segments=segments)

    def _sort(self, column: Column | None, descending: bool) -> None:
        self._rearrange(column=column, descending=descending)

    def _rearrange(self, **changes: object) -> None:
        from dataclasses import replace

        self._search_pause.stop()
        if self._opened is None:
            return
        said = replace(self._arrangement, search=self.search.text().strip(), **changes)  # type: ignore[arg-type]  # names of Arrangement
        if said == self._arrangement and not self._arranging:
            return
        self._arrangement = said
        if self._arranging:
            self._arranging.drop()
        self._arranging = arrange_rows(self._session, self._opened.data, said, self._show_order)

    def _show_order(self, order: npt.NDArray[np.int64]) -> None:
        self._arranging = None
        if self._opened is None:
            return
        data = self._opened.data
        self.model.show_data(data, order)
        self.table.scrollToTop()
        every = len(order) == data.rows
        shown = counted(len(order), "row", "rows")
        self._shown.setText(
            shown if every else f"{number(len(order))} of {counted(data.rows, 'row', 'rows')}"
        )
        self.export.setText(f"Export {shown}\u2026")
        self.export.setEnabled(len(order) > 0)
        self.copy.setEnabled(len(order) > 0)
        if len(order) or not data.rows:
            self._tables.setCurrentWidget(self.table)
        else:
            self._tables.setCurrentWidget(self.no_match)
            self.hide_detail()

    # -- one row -----------------------------------------------------------------------------

    def _row_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if self._opened is None or not current.isValid():
            return
        index = self.model.source_row(current.row())
        data = self._opened.data
        if self.detail.isHidden():
            self.detail.show()
            self._splitter.setSizes([max(self._splitter.width() - WIDTH, 300), WIDTH])
        self.detail.show_waiting(data.address(index), Segment(data.segment[index]))
        if self._explaining:
            self._explaining.drop()
        self._explaining = explain_row(
            self._session, self._opened.results, index, self._show_detail, self._say_error
        )

    def _show_detail(self, detail: RowDetail) -> None:
        self._explaining = None
        if self._opened is None:
            return
        data = self._opened.data
        self.detail.show_detail(
            detail,
            data.address(detail.index),
            Segment(data.segment[detail.index]),
            int(data.score[detail.index]),
        )

    def hide_detail(self) -> None:
        """Hide the explanation; the row stays where it is."""
        self.detail.hide()
        self.table.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)

    # -- taking away -------------------------------------------------------------------------

    def copy_addresses(self) -> None:
        """Put the addresses of the chosen rows, else of all shown, on the clipboard."""
        chosen = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        rows = chosen if len(chosen) > 1 or self.table.hasFocus() else range(self.model.rowCount())
        if len(rows) > _COPY_LIMIT:
            self.notice.say(
                f"{number(len(rows))} addresses are too many for the clipboard.",
                "Export them into a file, or choose fewer.",
                level="warning",
            )
            return
        if not len(rows):
            return
        QApplication.clipboard().setText("\n".join(self.model.addresses(list(rows))))
        self.notice.say(
            f"{counted(len(rows), 'address is', 'addresses are')} on the clipboard.", level="success"
        )

    def ask_export(self) -> None:
        """Ask where and how the shown rows are written."""
        order = self.model.rows()
        if self._opened is None or order is None or not len(order):
            return
        from emailcleaner.ui.dialogs.export_dialog import ExportDialog

        dialog = ExportDialog(self._theme, self._session, self._opened, order, self)
        dialog.exported.connect(self._say_exported)
        dialog.exec()
        dialog.deleteLater()

    def _say_exported(self, exported: Exported) -> None:
        from emailcleaner.ui.operations.folders import show_in_folder

        self.notice.say(
            f"{counted(exported.rows, 'row is', 'rows are')} written.",
            str(exported.place),
            level="success",
            button="Open folder",
            action=lambda: show_in_folder(exported.place),
        )

    def _say_error(self, error: UserError) -> None:
        self.notice.say(error.title, error.hint, level="error")
