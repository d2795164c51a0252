"""Chips: small switches with a shape, a word and a count, used as filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QLayout, QLayoutItem, QSizePolicy, QWidget

from emailcleaner.core.model import Segment
from emailcleaner.ui.theme import fonts, tokens
from emailcleaner.ui.widgets.text import counted, number
from emailcleaner.ui.widgets.verdict_look import SEGMENT_HELP, SEGMENT_WORD, paint_mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QPaintEvent

    from emailcleaner.ui.theme.theme import Theme

_HEIGHT = 32
_MARK = 10
_PAD = 12
_GAP = 7


class SegmentChip(QAbstractButton):
    """One segment as a switch; without a segment it is the chip "All"."""

    def __init__(self, theme: Theme, segment: Segment | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.segment = segment
        self._rows = 0
        self.setText(SEGMENT_WORD[segment] if segment else "All")
        self.setToolTip(SEGMENT_HELP[segment] if segment else "Every row of the list")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_rows(0)
        theme.changed.connect(self.update)

    def set_rows(self, rows: int) -> None:
        """Show how many rows the segment has."""
        self._rows = rows
        self.setAccessibleName(f"{self.text()}, {counted(rows, 'row', 'rows')}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self._word_font()).horizontalAdvance(self.text())
        figures = QFontMetrics(self._count_font()).horizontalAdvance(number(self._rows))
        mark = _MARK + _GAP if self.segment else 0
        return QSize(_PAD * 2 + mark + words + _GAP + figures, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        self._paint_ground(painter, chosen=chosen)
        x = float(_PAD)
        if self.segment:
            mark = QRectF(x, (self.height() - _MARK) / 2, _MARK, _MARK)
            paint_mark(painter, mark, self.segment, self._theme.color(self.segment.value))
            x += _MARK + _GAP
        painter.setFont(self._word_font())
        painter.setPen(self._theme.color("accent_text" if chosen else "text"))
        rest = QRectF(x, 0, self.width() - x - _PAD, self.height())
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.setFont(self._count_font())
        painter.setPen(self._theme.color("accent_text" if chosen else "text_faint"))
        painter.drawText(
            rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number(self._rows)
        )

    def _paint_ground(self, painter: QPainter, *, chosen: bool) -> None:
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        hovered = self.underMouse() and self.isEnabled()
        ground = "accent_soft" if chosen else ("hover" if hovered else "raised")
        edge = "accent" if chosen or self.hasFocus() else "border"
        painter.setBrush(self._theme.color(ground))
        painter.setPen(QPen(self._theme.color(edge), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)

    @staticmethod
    def _word_font() -> QFont:
        return fonts.font(tokens.TEXT_BODY, weight=QFont.Weight.Medium)

    @staticmethod
    def _count_font() -> QFont:
        return fonts.font(tokens.TEXT_BODY, figures=True)


class FlowLayout(QLayout):
    """Lays widgets in lines like words, wrapping where the width ends."""

    def __init__(self, parent: QWidget | None = None, spacing: int = tokens.SPACE_S) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]  # Qt allows none
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]  # Qt allows none
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            widget = item.widget()
            if widget is None or widget.isHidden():
                continue
            hint = item.sizeHint()
            if x + hint.width() > rect.right() + 1 and line:
                x, y, line = rect.x(), y + line + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), hint))
            x += hint.width() + self.spacing()
            line = max(line, hint.height())
        return y + line - rect.y()


class FlowBox(QWidget):
    """A widget that lays its children like words and is always as tall as their lines need.

    A window does not ask a layout inside for its height at a width when it finds its first size.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = FlowLayout(self)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show):
            needed = self.flow.heightForWidth(self.width())
            if needed != self.minimumHeight():
                self.setMinimumHeight(needed)
        return handled


class SegmentChips(FlowBox):
    """The row of chips over the results. Several may be chosen; "All" takes the choice back."""

    chosen = Signal(object)  # frozenset[Segment]; empty means all

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = self.flow
        self._all = SegmentChip(theme, None, self)
        self._all.setChecked(True)
        self._all.clicked.connect(self._choose_all)
        layout.addWidget(self._all)
        self._chips: dict[Segment, SegmentChip] = {}
        for segment in Segment:
            chip = SegmentChip(theme, segment, self)
            chip.clicked.connect(self._choose)
            chip.hide()
            layout.addWidget(chip)
            self._chips[segment] = chip

    def set_counts(self, counts: Mapping[Segment, int]) -> None:
        """Show the segments that have rows; the choice starts again with all."""
        self._all.set_rows(sum(counts.values()))
        for segment, chip in self._chips.items():
            chip.set_rows(counts.get(segment, 0))
            chip.setVisible(counts.get(segment, 0) > 0)
            chip.setChecked(False)
        self._all.setChecked(True)
        self.updateGeometry()

    def chip(self, segment: Segment | None) -> SegmentChip:
        """The chip of a segment, or of all."""
        return self._chips[segment] if segment else self._all

    def selection(self) -> frozenset[Segment]:
        """The chosen segments; empty means all."""
        return frozenset(segment for segment, chip in self._chips.items() if chip.isChecked())

    def _choose_all(self) -> None:
        for chip in self._chips.values():
            chip.setChecked(False)
        self._all.setChecked(True)
        self.chosen.emit(frozenset())

    def _choose(self) -> None:
        selection = self.selection()
        self._all.setChecked(not selection)
        self.chosen.emit(selection)
