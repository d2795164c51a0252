"""The Qt model of the results table: an order of row numbers over columns in memory.

Filtering and sorting happen in `results_data` on a worker; this only shows their outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from emailcleaner.core.model import Status
from emailcleaner.ui.models.results_columns import Column
from emailcleaner.ui.widgets.text import one_line
from emailcleaner.ui.widgets.verdict_look import STATUS_WORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    from PySide6.QtGui import QIcon

    from emailcleaner.ui.models.results_data import ResultsData

Index = QModelIndex | QPersistentModelIndex

HEADERS = {
    Column.ADDRESS: "Address",
    Column.STATUS: "Status",
    Column.REASON: "Reason",
    Column.SCORE: "Score",
    Column.FLAGS: "Flags",
    Column.SUGGESTION: "Suggestion",
    Column.PROVIDER: "Provider",
}

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ResultsModel(QAbstractTableModel):
    """Rows of a job in the order asked for."""

    sort_asked = Signal(object, bool)  # Column, descending

    def __init__(self) -> None:
        super().__init__()
        self._data: ResultsData | None = None
        self._order: npt.NDArray[np.int64] | None = None
        self._icons: Mapping[Status, QIcon] = {}

    def show_data(self, data: ResultsData | None, order: npt.NDArray[np.int64] | None) -> None:
        """Show these rows, in this order."""
        self.beginResetModel()
        self._data, self._order = data, order
        self.endResetModel()

    def set_icons(self, icons: Mapping[Status, QIcon]) -> None:
        """The marks of the statuses in the colours of the theme."""
        self._icons = icons
        if self.rowCount():
            last = self.index(self.rowCount() - 1, Column.STATUS)
            self.dataChanged.emit(self.index(0, Column.STATUS), last, [Qt.ItemDataRole.DecorationRole])

    def source_row(self, row: int) -> int:
        """The row number in the data behind row `row` of the table."""
        if self._order is None:
            raise IndexError(row)
        return int(self._order[row])

    def rows(self) -> npt.NDArray[np.int64] | None:
        """All shown rows, in order."""
        return self._order

    def addresses(self, rows: Sequence[int]) -> list[str]:
        """The addresses of some rows of the table, for the clipboard."""
        if self._data is None:
            return []
        return [self._data.address(self.source_row(row)) for row in rows]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        if parent.isValid() or self._order is None:
            return 0
        return len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self._data is None or not index.isValid() or not 0 <= index.row() < self.rowCount():
            return None
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(self.source_row(index.row()), column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column is Column.SCORE else _LEFT
        if role == Qt.ItemDataRole.DecorationRole and column is Column.STATUS:
            return self._icons.get(Status(self._data.status[self.source_row(index.row())]))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADERS[column]}: {self._text(self.source_row(index.row()), column) or 'none'}"
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[Column(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section == Column.SCORE else _LEFT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Ask for another order; the page has it worked out on a worker."""
        chosen = Column(column) if 0 <= column < len(Column) else None
        self.sort_asked.emit(chosen, order == Qt.SortOrder.DescendingOrder)

    def _text(self, row: int, column: Column) -> str:
        data = self._data
        if data is None:
            return ""
        if column is Column.ADDRESS:
            return one_line(data.address(row))
        if column is Column.STATUS:
            return STATUS_WORD[Status(data.status[row])]
        if column is Column.REASON:
            return data.reason_words(row)
        if column is Column.SCORE:
            return str(data.score[row])
        if column is Column.FLAGS:
            return flag_words(data.flags[row])
        if column is Column.SUGGESTION:
            return one_line(data.suggestion(row))
        return data.provider[row]


def flag_words(flags: str) -> str:
    """An exported `flags` text as it is shown: words with a comma; the provider has its own column."""
    return ", ".join(
        flag.replace("_", " ") for flag in flags.split(";") if flag and not flag.startswith("provider:")
    )
