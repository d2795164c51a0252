"""One verdict in plain words: the pane beside the results table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from emailcleaner.core.model import Segment
from emailcleaner.ui.pages.page_frame import empty, row
from emailcleaner.ui.theme import fonts, tokens
from emailcleaner.ui.widgets.buttons import Button
from emailcleaner.ui.widgets.reason_words import REASON_WORDS
from emailcleaner.ui.widgets.text import PlainLabel, moment, one_line
from emailcleaner.ui.widgets.verdict_look import SEGMENT_HELP, SEGMENT_WORD, paint_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from emailcleaner.core.model import Contribution, HistoryEntry
    from emailcleaner.ui.operations.results import RowDetail
    from emailcleaner.ui.theme.theme import Theme

WIDTH = 320
_CELL_LIMIT = 300
#: Earlier findings of an address that are shown.
_EARLIER = 5
_MARK = 12
#: Where a line may break inside a word: zero width space.
_BREAK = "\u200b"
#: Evidence that stands in the pane already.
_SHOWN_ABOVE = frozenset({"Address", "Score"})


class MarkedWord(QWidget):
    """A segment's shape and word."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._segment = Segment.UNKNOWN
        self.setFixedHeight(22)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_segment(self, segment: Segment) -> None:
        """Show this segment."""
        self._segment = segment
        self.setAccessibleName(f"Segment: {SEGMENT_WORD[segment]}")
        self.setToolTip(SEGMENT_HELP[segment])
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 22)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        mark = QRectF(0, (self.height() - _MARK) / 2, _MARK, _MARK)
        paint_mark(painter, mark, self._segment, self._theme.color(self._segment.value))
        painter.setFont(fonts.font(tokens.TEXT_BODY, weight=QFont.Weight.DemiBold))
        painter.setPen(self._theme.color("text"))
        area = QRectF(_MARK + 8, 0, self.width() - _MARK - 8, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, SEGMENT_WORD[self._segment])


class ScoreParts(QWidget):
    """What gave and what took points, as signed numbers with small bars."""

    _LINE = 24

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._parts: tuple[Contribution, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Parts of the score")
        theme.changed.connect(self.update)

    def show_parts(self, parts: Sequence[Contribution]) -> None:
        """Show these contributions."""
        self._parts = tuple(parts)
        self.setAccessibleDescription("; ".join(f"{p.label} {p.points:+d}" for p in parts) or "none")
        self.setFixedHeight(self._LINE * len(self._parts))
        self.setToolTip("")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        top = max((abs(part.points) for part in self._parts), default=1) or 1
        for at, part in enumerate(self._parts):
            line = QRectF(0, at * self._LINE, self.width(), self._LINE)
            painter.setFont(fonts.font(tokens.TEXT_BODY))
            painter.setPen(self._theme.color("text_muted"))
            room = line.width() - 96
            label = painter.fontMetrics().elidedText(
                one_line(part.label), Qt.TextElideMode.ElideRight, int(room)
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, label)
            role = "clean" if part.points > 0 else "invalid"
            width = 40 * abs(part.points) / top
            bar = QRectF(line.right() - 44 - width, line.center().y() - 3, width, 6)
            painter.fillRect(bar, self._theme.color(role))
            painter.setFont(fonts.font(tokens.TEXT_BODY, figures=True))
            painter.setPen(self._theme.color("text"))
            text = (
                f"+{part.points}" if part.points > 0 else f"\u2212{abs(part.points)}" if part.points else "0"
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)


class TextColumn(QWidget):
    """A column of wrapped texts that asks for the height they need at its width.

    A scroll area does not ask for a height for a width by itself, and would squeeze the texts.
    """

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        layout = self.layout()
        if layout is not None and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            needed = layout.totalHeightForWidth(self.width())
            if needed > 0 and needed != self.minimumHeight():
                self.setMinimumHeight(needed)
        return handled


class ResultsDetail(QFrame):
    """Shows one row; text can be selected and copied."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("role", "side")
        self.setMinimumWidth(WIDTH - 40)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Explanation of the chosen row")
        outer.addWidget(area)
        self._inner = TextColumn()
        self._inner.setObjectName("detail")
        area.setWidget(self._inner)
        layout = QVBoxLayout(self._inner)
        layout.setContentsMargins(tokens.SPACE_L, tokens.SPACE_L, tokens.SPACE_L, tokens.SPACE_L)
        layout.setSpacing(tokens.SPACE_S)
        head = row()
        self._segment = MarkedWord(theme, self)
        self.close_button = Button(
            theme, "", kind="quiet", icon="close", name="Hide the explanation", parent=self
        )
        head.addWidget(self._segment, 1)
        head.addWidget(self.close_button)
        layout.addLayout(head)
        self._address = _selectable("subheading")
        layout.addWidget(self._address)
        self._headline = _selectable("strong")
        layout.addWidget(self._headline)
        self._sentences = QVBoxLayout()
        self._sentences.setSpacing(tokens.SPACE_S)
        layout.addLayout(self._sentences)
        self._score_title = PlainLabel("Score", "strong")
        self._score = ScoreParts(theme, self)
        layout.addSpacing(tokens.SPACE_S)
        layout.addWidget(self._score_title)
        layout.addWidget(self._score)
        self._evidence_title = PlainLabel("Evidence", "strong")
        self._evidence = _pairs()
        layout.addSpacing(tokens.SPACE_S)
        layout.addWidget(self._evidence_title)
        layout.addLayout(self._evidence)
        self._source_title = PlainLabel("Row in your list", "strong")
        self._source = _pairs()
        layout.addSpacing(tokens.SPACE_S)
        layout.addWidget(self._source_title)
        layout.addLayout(self._source)
        self._earlier_title = PlainLabel("This address in earlier lists", "strong")
        self._earlier = _pairs()
        layout.addSpacing(tokens.SPACE_S)
        layout.addWidget(self._earlier_title)
        layout.addLayout(self._earlier)
        layout.addStretch(1)

    def words(self) -> str:
        """All that the pane says, without the hints where a line may break."""
        labels = (label.text() for label in self._inner.findChildren(PlainLabel) if not label.isHidden())
        return "\n".join(labels).replace(_BREAK, "")

    def headline(self) -> str:
        """What is said of the row in one line; empty until it is known."""
        return self._headline.text()

    def show_waiting(self, address: str, segment: Segment) -> None:
        """A row was chosen; its explanation is on its way."""
        self._segment.show_segment(segment)
        self._address.setText(_breakable(address) or "No address")
        self._headline.setText("")

    def show_detail(self, detail: RowDetail, address: str, segment: Segment, score: int) -> None:
        """Show everything about a row."""
        self.show_waiting(address, segment)
        explanation = detail.explanation
        self._headline.setText(explanation.headline)
        empty(self._sentences)
        for sentence in explanation.sentences:
            self._sentences.addWidget(_selectable("muted", sentence))
        self._score_title.setText(f"Score {score} of 100")
        self._score.show_parts(explanation.contributions)
        evidence = tuple(pair for pair in explanation.evidence if pair[0] not in _SHOWN_ABOVE)
        self._evidence_title.setVisible(bool(evidence))
        _fill(self._evidence, evidence)
        self._source_title.setVisible(bool(detail.source_cells))
        _fill(self._source, detail.source_cells)
        self._earlier_title.setVisible(bool(detail.earlier))
        _fill(self._earlier, [(moment(e.checked_at), _found(e)) for e in detail.earlier[:_EARLIER]])


def _found(entry: HistoryEntry) -> str:
    return f"{entry.status.value.capitalize()}: {REASON_WORDS[entry.reason].lower()} (score {entry.score})"


def _selectable(role: str, text: str = "") -> PlainLabel:
    label = PlainLabel(text, role, wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _pairs() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.SPACE_M)
    grid.setVerticalSpacing(tokens.SPACE_XS)
    grid.setColumnStretch(1, 1)
    grid.setColumnMinimumWidth(0, 84)
    return grid


def _fill(grid: QGridLayout, pairs: Sequence[tuple[str, str]]) -> None:
    empty(grid)
    for at, (name, value) in enumerate(pairs):
        label = PlainLabel(one_line(name)[:40], "caption", wrap=True)
        shown = _selectable("body", _breakable(value[:_CELL_LIMIT]))
        grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(shown, at, 1, Qt.AlignmentFlag.AlignTop)


def _breakable(text: str) -> str:
    """A long word with places where a line may break, so that the pane keeps its width."""
    return one_line(text).replace("@", f"{_BREAK}@").replace(".", f".{_BREAK}")
