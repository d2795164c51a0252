"""The first rows of a list, as the Prepare page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from emailcleaner.ui.widgets.text import one_line

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

    from emailcleaner.core.model import ListPreview

Index = QModelIndex | QPersistentModelIndex

#: A cell longer than this (characters) is cut for the screen; the list itself is not touched.
_CELL_LIMIT = 200
#: Rows and columns shown of a list; it is a preview.
ROW_LIMIT = 50
_COLUMN_LIMIT = 100


class PreviewModel(QAbstractTableModel):
    """The head of a list; address columns stand out."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[tuple[str, ...], ...] = ()
        self._names: tuple[str, ...] = ()
        self._address_columns: frozenset[int] = frozenset()
        self._mark: QIcon | None = None

    def show_preview(self, preview: ListPreview | None) -> None:
        """Show another list, or none."""
        self.beginResetModel()
        if preview is None:
            self._rows, self._names, self._address_columns = (), (), frozenset()
        else:
            self._rows = preview.rows[:ROW_LIMIT]
            width = max([len(preview.dialect.column_names), *(len(row) for row in self._rows)], default=0)
            self._names = tuple(_column_name(preview, at) for at in range(min(width, _COLUMN_LIMIT)))
            self._address_columns = frozenset(preview.dialect.address_columns)
        self.endResetModel()

    def set_mark(self, mark: QIcon) -> None:
        """The icon at the head of an address column."""
        self._mark = mark
        if self._names:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._names) - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            row = self._rows[index.row()]
            return one_line(row[index.column()][:_CELL_LIMIT]) if index.column() < len(row) else ""
        if role == Qt.ItemDataRole.FontRole and index.column() in self._address_columns:
            font = QFont()
            font.setWeight(QFont.Weight.Medium)
            return font
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._names):
            return None
        chosen = section in self._address_columns
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[section]
        if role == Qt.ItemDataRole.DecorationRole and chosen:
            return self._mark
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                "Addresses are read from this column"
                if chosen
                else "Click to read addresses from this column"
            )
        return None


def _column_name(preview: ListPreview, at: int) -> str:
    names = preview.dialect.column_names
    name = one_line(names[at].strip()[:60]) if at < len(names) else ""
    return name or f"Column {at + 1}"
