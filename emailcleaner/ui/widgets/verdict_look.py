"""How verdicts look and read: the word, the colour and the shape of each segment and status.

Never colour alone: each segment has a shape of its own, and words stand beside it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from emailcleaner.core.model import Segment, Status
from emailcleaner.ui.widgets.text import counted, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtGui import QColor

    from emailcleaner.core.model import SegmentCount

SEGMENT_WORD: Mapping[Segment, str] = MappingProxyType(
    {
        Segment.CLEAN: "Clean",
        Segment.ROLE_BASED: "Role",
        Segment.CATCHALL: "Catch-all",
        Segment.RISKY: "Risky",
        Segment.DISPOSABLE: "Disposable",
        Segment.INVALID: "Invalid",
        Segment.UNKNOWN: "Unknown",
        Segment.SUPPRESSED: "Suppressed",
        Segment.DUPLICATE: "Duplicate",
        Segment.REJECTED: "Rejected",
    }
)

SEGMENT_HELP: Mapping[Segment, str] = MappingProxyType(
    {
        Segment.CLEAN: "Passed every check that was asked for",
        Segment.ROLE_BASED: "A function such as info@ or sales@, not a person",
        Segment.CATCHALL: "The domain accepts any name, so the mailbox cannot be told",
        Segment.RISKY: "May be reached, but with a reason to be careful",
        Segment.DISPOSABLE: "A throw-away address that soon stops working",
        Segment.INVALID: "Cannot receive mail",
        Segment.UNKNOWN: "A check could not answer; not a verdict about the address",
        Segment.SUPPRESSED: "On one of your suppression lists",
        Segment.DUPLICATE: "Repeats an earlier row",
        Segment.REJECTED: "No address, or not readable as a row",
    }
)

STATUS_WORD: Mapping[Status, str] = MappingProxyType(
    {Status.VALID: "Valid", Status.RISKY: "Risky", Status.INVALID: "Invalid", Status.UNKNOWN: "Unknown"}
)

STATUS_SEGMENT: Mapping[Status, Segment] = MappingProxyType(
    {
        Status.VALID: Segment.CLEAN,
        Status.RISKY: Segment.RISKY,
        Status.INVALID: Segment.INVALID,
        Status.UNKNOWN: Segment.UNKNOWN,
    }
)


def describe(counts: Sequence[SegmentCount]) -> str:
    """The segments in words, largest first: what a screen reader says of a chart."""
    total = sum(count.rows for count in counts)
    if not total:
        return "Nothing counted yet"
    ordered = sorted((c for c in counts if c.rows), key=lambda c: -c.rows)
    parts = [f"{SEGMENT_WORD[c.segment]} {number(c.rows)} ({percent(c.rows, total)})" for c in ordered]
    return f"{counted(total, 'row', 'rows')}: " + ", ".join(parts)


def paint_mark(painter: QPainter, area: QRectF, segment: Segment, color: QColor) -> None:
    """Draw the shape of `segment` into the square `area`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    _PAINTERS[segment](painter, area, color)
    painter.restore()


def _disc(painter: QPainter, area: QRectF, _color: QColor) -> None:
    painter.drawEllipse(area)


def _polygon(*points: tuple[float, float]) -> Callable[[QPainter, QRectF, QColor], None]:
    def paint(painter: QPainter, area: QRectF, _color: QColor) -> None:
        shape = [QPointF(area.x() + x * area.width(), area.y() + y * area.height()) for x, y in points]
        painter.drawPolygon(QPolygonF(shape))

    return paint


def _ring(painter: QPainter, area: QRectF, color: QColor) -> None:
    stroke = area.width() * 0.22
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, stroke))
    half = stroke / 2
    painter.drawEllipse(area.adjusted(half, half, -half, -half))


def _half_disc(painter: QPainter, area: QRectF, color: QColor) -> None:
    _ring(painter, area, color)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPie(area, 90 * 16, 180 * 16)


def _cross(painter: QPainter, area: QRectF, color: QColor) -> None:
    pen = QPen(color, area.width() * 0.3)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    inset = area.width() * 0.16
    box = area.adjusted(inset, inset, -inset, -inset)
    painter.drawLine(box.topLeft(), box.bottomRight())
    painter.drawLine(box.topRight(), box.bottomLeft())


def _bar(painter: QPainter, area: QRectF, _color: QColor) -> None:
    height = area.height() * 0.34
    painter.drawRoundedRect(QRectF(area.x(), area.center().y() - height / 2, area.width(), height), 2, 2)


def _twice(painter: QPainter, area: QRectF, color: QColor) -> None:
    side = area.width() * 0.62
    painter.drawRoundedRect(QRectF(area.right() - side, area.bottom() - side, side, side), 1.5, 1.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, area.width() * 0.14))
    painter.drawRoundedRect(QRectF(area.x() + 0.7, area.y() + 0.7, side, side), 1.5, 1.5)


def _square(painter: QPainter, area: QRectF, _color: QColor) -> None:
    inset = area.width() * 0.08
    painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), 1.5, 1.5)


_PAINTERS = {
    Segment.CLEAN: _disc,
    Segment.ROLE_BASED: _polygon((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)),
    Segment.CATCHALL: _half_disc,
    Segment.RISKY: _polygon((0.5, 0.04), (1, 0.94), (0, 0.94)),
    Segment.DISPOSABLE: _polygon((0.27, 0.06), (0.73, 0.06), (1, 0.5), (0.73, 0.94), (0.27, 0.94), (0, 0.5)),
    Segment.INVALID: _cross,
    Segment.UNKNOWN: _ring,
    Segment.SUPPRESSED: _bar,
    Segment.DUPLICATE: _twice,
    Segment.REJECTED: _square,
}
