"""Messages inside a page: a bar that stays until seen, and the page that has nothing to show yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from emailcleaner.ui.theme import tokens
from emailcleaner.ui.widgets.buttons import Button
from emailcleaner.ui.widgets.text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from emailcleaner.ui.theme.theme import Theme

_LEVEL_ICON = {
    "info": ("info", "accent_text"),
    "success": ("check", "success"),
    "warning": ("warning", "warning"),
    "error": ("error", "danger"),
}


class IconLabel(QLabel):
    """A picture in the colours of the theme; decoration, so a screen reader skips it."""

    def __init__(self, theme: Theme, icon: str, role: str, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._size = size
        self._shown = (icon, role)
        self.setFixedSize(QSize(size, size))
        theme.changed.connect(self._draw)
        self._draw()

    def show_icon(self, icon: str, role: str) -> None:
        """Show another icon."""
        self._shown = (icon, role)
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(self._theme.pixmap(*self._shown, self._size, self.devicePixelRatioF()))


class NoticeBar(QFrame):
    """Says what happened and what to do; hidden until there is something to say."""

    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action: Callable[[], None] | None = None
        self.setProperty("role", "notice")
        self._icon = IconLabel(theme, "info", "accent_text", 20, self)
        self._title = PlainLabel("", "strong", self, wrap=True)
        self._hint = PlainLabel("", "muted", self, wrap=True)
        self._button = Button(theme, "", parent=self)
        self._button.hide()
        self._button.clicked.connect(self.act)
        self._close = Button(theme, "", kind="quiet", icon="close", name="Dismiss this message", parent=self)
        self._close.clicked.connect(self.clear)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_M, tokens.SPACE_S, tokens.SPACE_S, tokens.SPACE_S)
        row.setSpacing(tokens.SPACE_M)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def say(
        self,
        title: str,
        hint: str = "",
        *,
        level: str = "info",
        button: str = "",
        action: Callable[[], None] | None = None,
    ) -> None:
        """Show a message of a level (info, success, warning, error), with an action if one helps."""
        self._icon.show_icon(*_LEVEL_ICON[level])
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._action = action
        self.setProperty("level", level)
        self.style().polish(self)
        self.setAccessibleName(f"{level.capitalize()}: {title}")
        self.setAccessibleDescription(hint)
        self.show()

    def text(self) -> str:
        """What the bar says now; empty when it is hidden."""
        return "" if self.isHidden() else f"{self._title.text()} {self._hint.text()}".strip()

    def clear(self) -> None:
        """Hide the bar."""
        if not self.isHidden():
            self.hide()
            self.dismissed.emit()

    def act(self) -> None:
        """Do what the button of the bar offers, and hide the bar."""
        action = self._action
        self.clear()
        if action:
            action()


class EmptyState(QWidget):
    """What a page is for while it has nothing to show, and the one next step."""

    pressed = Signal()

    def __init__(
        self, theme: Theme, icon: str, title: str, words: str, button: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setSpacing(tokens.SPACE_S)
        layout.addStretch(2)
        center = Qt.AlignmentFlag.AlignHCenter
        layout.addWidget(IconLabel(theme, icon, "text_faint", 48, self), 0, center)
        layout.addSpacing(tokens.SPACE_S)
        self._title = PlainLabel(title, "heading", self)
        layout.addWidget(self._title, 0, center)
        self._words = PlainLabel(words, "muted", self)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self._words, 0, center)
        layout.addSpacing(tokens.SPACE_M)
        self.button = Button(theme, button, kind="primary", parent=self)
        self.button.setVisible(bool(button))
        self.button.clicked.connect(self.pressed)
        layout.addWidget(self.button, 0, center)
        layout.addStretch(3)

    def say(self, title: str, words: str, *, button: bool) -> None:
        """Show other words, for instance while something is loading."""
        self._title.setText(title)
        self._words.setText(words)
        self.button.setVisible(button)
