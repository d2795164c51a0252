"""The strip of stages a job goes through: done, under way, to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from emailcleaner.core.model import Depth, Stage
from emailcleaner.ui.theme import fonts, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from emailcleaner.ui.theme.theme import Theme

_WORD = {
    Stage.READ: "Read and check syntax",
    Stage.SYNTAX: "Verdicts",
    Stage.DOMAINS: "Domains",
    Stage.MAILBOXES: "Mailboxes",
    Stage.EXPORT: "Write",
}
_DOT = 20


def stages_of(depth: Depth, *, writes: bool) -> tuple[Stage, ...]:
    """The stages of a job of this depth in the order the engine does them; `writes`: it ends with files."""
    stages = [Stage.READ]
    if depth is not Depth.SYNTAX:
        stages.append(Stage.DOMAINS)
    if depth is Depth.MAILBOX:
        stages.append(Stage.MAILBOXES)
    stages.append(Stage.SYNTAX)
    if writes:
        stages.append(Stage.EXPORT)
    return tuple(stages)


class StageStrip(QWidget):
    """Stages in a line, joined by a rule."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._stages: tuple[Stage, ...] = ()
        self._at = 0
        self._over = False
        self.setAccessibleName("Stages")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_stage(self, stages: tuple[Stage, ...], stage: Stage, *, over: bool) -> None:
        """Mark `stage` as the present one; `over`: all are done."""
        self._stages = stages
        self._at = stages.index(stage) if stage in stages else 0
        self._over = over
        done = ", ".join(_WORD[s] for s in (stages if over else stages[: self._at])) or "nothing"
        now = "finished" if over else f"now {_WORD[stages[self._at]]}"
        self.setAccessibleDescription(f"Done: {done}; {now}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = 1.0
        y = self.height() / 2
        for at, stage in enumerate(self._stages):
            done = self._over or at < self._at
            now = not self._over and at == self._at
            if at:
                painter.setPen(QPen(self._theme.color("accent" if done or now else "border_strong"), 1.5))
                painter.drawLine(QPointF(x, y), QPointF(x + 40, y))
                x += 40 + tokens.SPACE_S
            self._paint_dot(painter, QRectF(x, y - _DOT / 2, _DOT, _DOT), at + 1, done=done, now=now)
            x += _DOT + tokens.SPACE_S
            written = fonts.font(
                tokens.TEXT_BODY, weight=QFont.Weight.DemiBold if now else QFont.Weight.Normal
            )
            painter.setFont(written)
            painter.setPen(self._theme.color("text" if done or now else "text_faint"))
            width = QFontMetrics(written).horizontalAdvance(_WORD[stage])
            painter.drawText(
                QRectF(x, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, _WORD[stage]
            )
            x += width + tokens.SPACE_S

    def _paint_dot(self, painter: QPainter, dot: QRectF, step: int, *, done: bool, now: bool) -> None:
        painter.setPen(QPen(self._theme.color("accent" if done or now else "border_strong"), 1.5))
        painter.setBrush(self._theme.color("accent" if done else "surface"))
        painter.drawEllipse(dot)
        if done:
            tick = self._theme.pixmap("check-bold", "on_accent", 12, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(dot.x() + 4, dot.y() + 4), tick)
            return
        painter.setPen(self._theme.color("accent_text" if now else "text_faint"))
        painter.setFont(fonts.font(tokens.TEXT_CAPTION - 1, weight=QFont.Weight.DemiBold))
        painter.drawText(dot, Qt.AlignmentFlag.AlignCenter, str(step))
