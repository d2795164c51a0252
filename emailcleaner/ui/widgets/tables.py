"""A table view set up as the program's tables are: no grid, whole rows, spare width to the first column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent


class PlainTable(QTableView):
    """A read-only table of rows of one height."""

    def __init__(self, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widths: tuple[int, ...] = ()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(row_height)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setMinimumSectionSize(56)

    def set_widths(self, widths: Sequence[int]) -> None:
        """Column widths; what the view has to spare goes to the first column."""
        self._widths = tuple(widths)
        for at, width in enumerate(self._widths):
            self.setColumnWidth(at, width)
        self._give_spare_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_spare_width()

    def _give_spare_width(self) -> None:
        if self._widths:
            spare = self.viewport().width() - sum(self._widths)
            self.setColumnWidth(0, self._widths[0] + max(spare, 0))
