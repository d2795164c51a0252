"""Buttons whose icon follows the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

if TYPE_CHECKING:
    from emailcleaner.ui.theme.theme import Theme

_ICON_ROLE = {"primary": "on_accent", "link": "accent_text"}


class Button(QPushButton):
    """A push button of one `kind`: primary, secondary, quiet, link or danger.

    Enter presses it like Space does. Without a text, `name` is what a screen reader says.
    """

    def __init__(
        self,
        theme: Theme,
        text: str,
        *,
        kind: str = "secondary",
        icon: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._icon = icon
        self.setProperty("kind", kind)
        self.setAutoDefault(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(24, 18) if text else QSize(18, 18))  # wider: room before the words
        if name:
            self.setAccessibleName(name)
            if not text:
                self.setToolTip(name)
        self._tint()
        theme.changed.connect(self._tint)

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        self._icon = icon
        self._tint()

    def _tint(self) -> None:
        if self._icon:
            self.setIcon(
                self._theme.icon(self._icon, _ICON_ROLE.get(str(self.property("kind")), "text_muted"))
            )


class NavButton(QToolButton):
    """One entry of the side navigation."""

    def __init__(self, theme: Theme, text: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self.setText(f"  {text}")
        self.setAccessibleName(text)
        self.setProperty("role", "nav")
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(20, 20))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._tint)
        theme.changed.connect(self._tint)
        self._tint()

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        self._icon = icon
        self._tint()

    def _tint(self) -> None:
        self.setIcon(self._theme.icon(self._icon, "accent_text" if self.isChecked() else "text_muted"))
