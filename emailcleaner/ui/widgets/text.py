"""Labels that never interpret what they show, and the way numbers and times are written."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtGui import QPaintEvent

_MINUTE_S = 60
_HOUR_S = 3600


class PlainLabel(QLabel):
    """A label whose text is shown as it is: text of lists and servers is never markup."""

    def __init__(
        self, text: str = "", role: str = "body", parent: QWidget | None = None, *, wrap: bool = False
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setWordWrap(wrap)
        self.setText(text)


class ElidedLabel(PlainLabel):
    """A one-line label that shortens its text in the middle; the whole of it is in the tool tip."""

    def __init__(self, text: str = "", role: str = "body", parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(one_line(text))
        self.setToolTip(escape_tip(text))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, area.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(area, int(self.alignment() | Qt.TextFlag.TextSingleLine), shown)


def one_line(text: str) -> str:
    """`text` with line breaks and other control characters made visible."""
    return "".join(c if c.isprintable() else "\u2423" for c in text)


def escape_tip(text: str) -> str:
    """`text` for a tool tip, which Qt would otherwise take for markup when it looks like it."""
    safe = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<span>{safe}</span>" if safe else ""


def locale() -> QLocale:
    """The user's locale; English where the system names none, since "C" has no thousands separators."""
    own = QLocale()
    return QLocale("en_US") if own.language() == QLocale.Language.C else own


def number(value: int) -> str:
    """A whole number with the thousands separators of the user's locale."""
    return locale().toString(value)


def counted(value: int, one: str, many: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number(value)} {one if value == 1 else many}"


def percent(part: int, whole: int) -> str:
    """A share for the eye: never `0 %` of something, never `100 %` of not all."""
    if whole <= 0 or part <= 0:
        return "0 %"
    if part >= whole:
        return "100 %"
    share = 100 * part / whole
    if share < 1:
        return "< 1 %"
    return f"{min(round(share), 99)} %"


def duration(seconds: float) -> str:
    """How long, in the words one would say: `8 s`, `3 min`, `2 h 5 min`."""
    whole = max(round(seconds), 0)
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        minutes, rest = divmod(whole, _MINUTE_S)
        return f"{minutes} min {rest} s" if minutes < 10 and rest else f"{minutes} min"
    hours, rest = divmod(whole, _HOUR_S)
    return f"{hours} h {rest // _MINUTE_S} min"


def size(octets: int) -> str:
    """A file size as the desktop writes it."""
    return locale().formattedDataSize(octets, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


def moment(when: datetime) -> str:
    """Date and time in the user's zone and locale."""
    local = QDateTime.fromSecsSinceEpoch(int(when.timestamp()))
    return locale().toString(local, QLocale.FormatType.ShortFormat)


def list_names(sources: tuple[str, ...]) -> str:
    """The lists of a job as a name: the first file's, and how many more."""
    if not sources:
        return "No list"
    first = PurePath(sources[0]).name or sources[0]
    more = len(sources) - 1
    return first if more == 0 else f"{first} and {more} more"
