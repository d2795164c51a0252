"""The table beside the donut: shape, word, count and share of each segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from emailcleaner.core.model import Segment
from emailcleaner.ui.theme import fonts, tokens
from emailcleaner.ui.widgets.text import number, percent
from emailcleaner.ui.widgets.verdict_look import SEGMENT_WORD, describe, paint_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from emailcleaner.core.model import SegmentCount
    from emailcleaner.ui.theme.theme import Theme

_LINE = 24
_MARK = 10
_SHARE_WIDTH = 56
_ALWAYS = (
    Segment.CLEAN,
    Segment.ROLE_BASED,
    Segment.RISKY,
    Segment.DISPOSABLE,
    Segment.INVALID,
    Segment.UNKNOWN,
    Segment.DUPLICATE,
)


class Legend(QWidget):
    """One line a segment; the usual segments always, the others when they have rows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: list[tuple[Segment, int]] = []
        self._total = 0
        self.setAccessibleName("Counts of the segments")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_counts(())
        theme.changed.connect(self.update)

    def set_counts(self, counts: Sequence[SegmentCount]) -> None:
        """Show these counts, in the order of the segments."""
        rows = {count.segment: count.rows for count in counts}
        self._total = sum(rows.values())
        before = len(self._lines)
        self._lines = [(s, rows.get(s, 0)) for s in Segment if s in _ALWAYS or rows.get(s)]
        self.setAccessibleDescription(describe(counts))
        if len(self._lines) != before:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, _LINE * len(self._lines))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = Qt.AlignmentFlag.AlignVCenter
        for at, (segment, rows) in enumerate(self._lines):
            line = QRectF(0, at * _LINE, self.width(), _LINE)
            mark = QRectF(0, line.center().y() - _MARK / 2, _MARK, _MARK)
            paint_mark(painter, mark, segment, self._theme.color(segment.value))
            painter.setFont(fonts.font(tokens.TEXT_BODY))
            painter.setPen(self._theme.color("text" if rows else "text_faint"))
            painter.drawText(line.adjusted(22, 0, 0, 0), middle, SEGMENT_WORD[segment])
            painter.setFont(fonts.font(tokens.TEXT_BODY, figures=True))
            right = middle | Qt.AlignmentFlag.AlignRight
            painter.drawText(line.adjusted(0, 0, -_SHARE_WIDTH, 0), right, number(rows))
            painter.setPen(self._theme.color("text_faint"))
            painter.drawText(line, right, percent(rows, self._total))
