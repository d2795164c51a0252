"""The donut of segments and the line of throughput, drawn with QPainter.

Each says in its accessible description what it shows.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QLinearGradient, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from emailcleaner.ui.theme import fonts, tokens
from emailcleaner.ui.widgets.text import number
from emailcleaner.ui.widgets.verdict_look import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor, QPaintEvent

    from emailcleaner.core.model import SegmentCount
    from emailcleaner.ui.theme.theme import Theme

_RING = 22
_FULL_CIRCLE = 360 * 16
#: Points of the throughput line, and how many readings one of them stands for.
_LINE_POINTS = 120
_READINGS_A_POINT = 5


class Donut(QWidget):
    """Shares of the segments as a ring, with the number of rows in its middle."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._counts: tuple[SegmentCount, ...] = ()
        self.setAccessibleName("Segments")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_counts(())
        theme.changed.connect(self.update)

    def set_counts(self, counts: Sequence[SegmentCount]) -> None:
        """Show these counts."""
        self._counts = tuple(counts)
        self.setAccessibleDescription(describe(self._counts))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(184, 184)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = self._theme.colors
        side = min(self.width(), self.height())
        inset = _RING / 2 + 1
        ring = QRectF(inset, inset, side - 2 * inset, side - 2 * inset)
        total = sum(count.rows for count in self._counts)
        painter.setPen(_flat_pen(self._theme.color("pressed")))
        painter.drawEllipse(ring)
        start = 90.0 * 16
        for count in self._counts:
            if count.rows and total:
                span = _FULL_CIRCLE * count.rows / total
                painter.setPen(_flat_pen(self._theme.color(count.segment.value)))
                gap = 10.0 if span > 60 and count.rows < total else 0.0
                painter.drawArc(ring, round(start - gap), -round(max(span - gap, 12)))
                start -= span
        painter.setPen(colors.text)
        painter.setFont(fonts.font(tokens.TEXT_TITLE - 2, weight=QFont.Weight.DemiBold, figures=True))
        middle = QRectF(0, side / 2 - 24, side, 28)
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, number(total))
        painter.setPen(colors.text_faint)
        painter.setFont(fonts.font(tokens.TEXT_CAPTION))
        painter.drawText(
            middle.translated(0, 26), Qt.AlignmentFlag.AlignCenter, "row" if total == 1 else "rows"
        )


def _flat_pen(color: QColor) -> QPen:
    pen = QPen(color, _RING)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


class ThroughputLine(QWidget):
    """Rows a second over the last two minutes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rates: deque[float] = deque(maxlen=_LINE_POINTS)
        self._readings = 0
        self._best = 0.0
        self.setMinimumHeight(112)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Throughput")
        self.clear()
        theme.changed.connect(self.update)

    def clear(self) -> None:
        """Forget the line, for another job."""
        self._rates.clear()
        self._readings = 0
        self._best = 0.0
        self._describe()
        self.update()

    def add(self, rate_per_s: float) -> None:
        """Take the present rate; called at a steady pace."""
        self._best = max(self._best, rate_per_s)
        if self._readings % _READINGS_A_POINT == 0:
            self._rates.append(max(rate_per_s, 0.0))
            self._describe()
            self.update()
        self._readings += 1

    def _describe(self) -> None:
        if self._rates:
            now, best = round(self._rates[-1]), round(self._best)
            self.setAccessibleDescription(f"Now {number(now)} rows a second, at best {number(best)}")
        else:
            self.setAccessibleDescription("Nothing measured yet")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0.5, 20.5, self.width() - 1, self.height() - 22)
        painter.setPen(QPen(self._theme.color("border"), 1))
        for step in range(3):
            y = round(area.top() + area.height() * step / 2) + 0.5
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setFont(fonts.font(tokens.TEXT_CAPTION, figures=True))
        painter.setPen(self._theme.color("text_faint"))
        top = QRectF(0, 0, self.width(), 16)
        if len(self._rates) < 2:
            painter.drawText(top, Qt.AlignmentFlag.AlignLeft, "Measuring\u2026")
            return
        best = max(self._best, 1.0)
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft, f"{number(round(best))} rows a second at best")
        self._paint_line(painter, area, best)

    def _paint_line(self, painter: QPainter, area: QRectF, best: float) -> None:
        step = area.width() / (_LINE_POINTS - 1)
        left = area.right() - step * (len(self._rates) - 1)
        points = [
            QPointF(left + step * i, area.bottom() - area.height() * rate / best)
            for i, rate in enumerate(self._rates)
        ]
        line = QPainterPath(points[0])
        for point in points[1:]:
            line.lineTo(point)
        ground = QPainterPath(line)
        ground.lineTo(points[-1].x(), area.bottom())
        ground.lineTo(points[0].x(), area.bottom())
        strong, weak = self._theme.color("accent"), self._theme.color("accent")
        strong.setAlphaF(0.22)
        weak.setAlphaF(0.02)
        shade = QLinearGradient(area.topLeft(), area.bottomLeft())
        shade.setColorAt(0, strong)
        shade.setColorAt(1, weak)
        painter.fillPath(ground, shade)
        painter.setPen(
            QPen(
                self._theme.color("accent"),
                2,
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.RoundCap,
                Qt.PenJoinStyle.RoundJoin,
            )
        )
        painter.drawPath(line)
