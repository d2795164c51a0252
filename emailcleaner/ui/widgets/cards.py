"""Cards: a recent list, and a depth to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QRadioButton, QSizePolicy, QWidget

from emailcleaner.core.model import JobState, Segment
from emailcleaner.ui.theme import fonts, tokens
from emailcleaner.ui.widgets.text import counted, escape_tip, list_names, moment, one_line, percent
from emailcleaner.ui.widgets.verdict_look import describe

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from emailcleaner.core.model import Depth, JobSummary
    from emailcleaner.ui.theme.theme import Theme

_JOB_HEIGHT = 112
_DEPTH_HEIGHT = 106

_STATE_WORD = {
    JobState.QUEUED: "Waiting",
    JobState.RUNNING: "Running",
    JobState.PAUSING: "Pausing",
    JobState.PAUSED: "Paused",
    JobState.CANCELLING: "Stopping",
    JobState.CANCELLED: "Stopped",
    JobState.FAILED: "Failed",
    JobState.DONE: "Done",
}


def state_word(summary: JobSummary) -> str:
    """The state of a job, and how far it is where it is not done."""
    word = _STATE_WORD[summary.state]
    if summary.state is JobState.DONE or not summary.records:
        return word
    return f"{word} at {percent(summary.done, summary.records)}"


class JobCard(QAbstractButton):
    """A list that was cleaned, or is being cleaned: name, when, how far, and its segments."""

    def __init__(self, theme: Theme, summary: JobSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.summary = summary
        self.setText(list_names(summary.sources))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_JOB_HEIGHT)
        self.setToolTip(escape_tip("\n".join(summary.sources)))
        self.setAccessibleName(f"{one_line(self.text())}, {state_word(summary)}, {self._size_line()}")
        self.setAccessibleDescription(describe(summary.segments))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(280, self.height())

    def _size_line(self) -> str:
        clean = sum(c.rows for c in self.summary.segments if c.segment is Segment.CLEAN)
        total = self.summary.records
        if self.summary.state is JobState.DONE and total:
            return f"{counted(total, 'row', 'rows')}, {percent(clean, total)} clean"
        return counted(total, "row", "rows") if total else "Not counted yet"

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        focused = self.hasFocus()
        painter.setBrush(self._theme.color("hover" if self.underMouse() else "raised"))
        painter.setPen(QPen(self._theme.color("accent" if focused else "border"), 2 if focused else 1))
        painter.drawRoundedRect(area, tokens.RADIUS_L, tokens.RADIUS_L)
        self._paint_words(painter, area.adjusted(tokens.SPACE_L, 14, -tokens.SPACE_L, -14))
        self._paint_bar(painter, QRectF(area.left() + 16, area.bottom() - 22, area.width() - 32, 6))

    def _paint_words(self, painter: QPainter, inner: QRectF) -> None:
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        line = QRectF(inner.left(), inner.top(), inner.width(), 20)
        strong = fonts.font(tokens.TEXT_BODY + 1, weight=QFont.Weight.DemiBold)
        painter.setFont(strong)
        painter.setPen(self._theme.color("text"))
        name = one_line(self.text())
        shown = QFontMetrics(strong).elidedText(name, Qt.TextElideMode.ElideMiddle, int(line.width()))
        painter.drawText(line, left, shown)
        line.translate(0, 21)
        painter.setFont(fonts.font(tokens.TEXT_CAPTION, figures=True))
        painter.setPen(self._theme.color("text_muted"))
        painter.drawText(line, left, self._size_line())
        painter.setFont(fonts.font(tokens.TEXT_CAPTION, weight=QFont.Weight.Medium))
        painter.setPen(self._theme.color(self._state_color()))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(line, right, state_word(self.summary))
        line.translate(0, 19)
        painter.setFont(fonts.font(tokens.TEXT_CAPTION))
        painter.setPen(self._theme.color("text_faint"))
        painter.drawText(line, left, moment(self.summary.finished_at or self.summary.created_at))

    def _paint_bar(self, painter: QPainter, bar: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("pressed"))
        painter.drawRoundedRect(bar, 3, 3)
        total = max(self.summary.records, sum(c.rows for c in self.summary.segments), 1)
        x = bar.left()
        for count in self.summary.segments:
            width = bar.width() * count.rows / total
            if width >= 1:
                painter.fillRect(
                    QRectF(x, bar.top(), max(width - 1, 1), bar.height()),
                    self._theme.color(count.segment.value),
                )
            x += width

    def _state_color(self) -> str:
        if self.summary.state is JobState.FAILED:
            return "danger"
        return "success" if self.summary.state is JobState.DONE else "warning"


class DepthCard(QRadioButton):
    """One depth as a card: what is checked, how long it takes, what it does not promise."""

    def __init__(
        self, theme: Theme, depth: Depth, icon: str, title: str, words: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.choice = depth
        self._icon = icon
        self._title = title
        self._words = words
        self._estimate = ""
        self.setAccessibleName(title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_DEPTH_HEIGHT)
        self.set_estimate("")
        self._follow_choice(chosen=False)
        self.toggled.connect(self._follow_choice)
        theme.changed.connect(self.update)

    def _follow_choice(self, chosen: bool) -> None:
        """Tab goes to the chosen card of a group, the arrow keys from there to the others."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)

    def set_estimate(self, estimate: str) -> None:
        """Say how long this list will take."""
        self._estimate = estimate
        self.setAccessibleDescription(f"{self._words} {estimate}".strip())
        self.update()

    def hitButton(self, position: object) -> bool:
        return self.rect().contains(position)  # type: ignore[call-overload]  # Qt passes a QPoint

    def sizeHint(self) -> QSize:
        return QSize(280, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, focused = self.isChecked(), self.hasFocus()
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = "accent_soft" if chosen else ("hover" if self.underMouse() else "raised")
        painter.setBrush(self._theme.color(ground))
        edge = "accent" if chosen or focused else "border_strong"
        painter.setPen(QPen(self._theme.color(edge), 2 if focused else 1))
        painter.drawRoundedRect(area, tokens.RADIUS_L, tokens.RADIUS_L)
        self._paint_dot(painter, area, chosen=chosen)
        icon = self._theme.pixmap(
            self._icon, "accent_text" if chosen else "text_muted", 20, self.devicePixelRatioF()
        )
        painter.drawPixmap(round(area.left()) + 16, round(area.top()) + 14, icon)
        inner = area.adjusted(tokens.SPACE_L, 14, -tokens.SPACE_L, -tokens.SPACE_M)
        painter.setFont(fonts.font(tokens.TEXT_BODY + 1, weight=QFont.Weight.DemiBold))
        painter.setPen(self._theme.color("text"))
        top = QRectF(inner.left() + 28, inner.top(), inner.width() - 28, 20)
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, self._title)
        painter.setFont(fonts.font(tokens.TEXT_BODY))
        painter.setPen(self._theme.color("text_muted"))
        words = QRectF(inner.left(), inner.top() + 26, inner.width(), 40)
        painter.drawText(words, int(Qt.TextFlag.TextWordWrap), self._words)
        painter.setFont(fonts.font(tokens.TEXT_CAPTION, weight=QFont.Weight.Medium, figures=True))
        painter.setPen(self._theme.color("accent_text" if chosen else "text_faint"))
        last = QRectF(inner.left(), inner.bottom() - 17, inner.width(), 18)
        painter.drawText(last, Qt.AlignmentFlag.AlignVCenter, self._estimate)

    def _paint_dot(self, painter: QPainter, area: QRectF, *, chosen: bool) -> None:
        dot = QRectF(area.right() - 32, area.top() + 15, 16, 16)
        painter.setBrush(self._theme.color("accent" if chosen else "raised"))
        painter.setPen(QPen(self._theme.color("accent" if chosen else "border_strong"), 1.5))
        painter.drawEllipse(dot)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("on_accent"))
            painter.drawEllipse(dot.adjusted(5, 5, -5, -5))
