"""Puts a theme on the application and tells widgets when it changes.

One object, made at the start and handed to whoever paints. It knows no page and no data.
"""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette, QPixmap, Qt

from emailcleaner.ui.theme import fonts, icons, tokens

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

#: Pictures the style sheet needs as files: name in the style sheet -> (icon, colour token).
_SHEET_PICTURES = {
    "chevron": ("chevron-down", "text_muted"),
    "chevron_disabled": ("chevron-down", "border_strong"),
    "check": ("check-bold", "on_accent"),
    "sort_up": ("sort-up", "text_muted"),
    "sort_down": ("sort-down", "text_muted"),
}


#: What the application is started with: `QApplication.setStyle` would give the same, but brings the whole of
#: QStyle with its tables of enums into the first window's time.
STYLE_ARGUMENTS = ("-style", "fusion")


class Mode(StrEnum):
    """Which of the two themes; the start follows the system."""

    LIGHT = "light"
    DARK = "dark"


def system_mode() -> Mode:
    """What the desktop asks for; light where it says nothing."""
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return Mode.DARK if dark else Mode.LIGHT


class Theme(QObject):
    """The theme in force: colours, icons, and the `changed` signal."""

    changed = Signal()

    def __init__(self, app: QApplication, mode: Mode, resources: Path) -> None:
        super().__init__()
        self._app = app
        self._resources = resources
        self._mode = mode
        self._pictures = QTemporaryDir()
        self._icons: dict[tuple[str, str, int], QIcon] = {}
        fonts.load_fonts(resources / "fonts")
        app.setFont(fonts.font())
        self._apply()

    @property
    def mode(self) -> Mode:
        """Light or dark."""
        return self._mode

    @property
    def colors(self) -> tokens.Colors:
        """The colours in force."""
        return tokens.DARK if self._mode is Mode.DARK else tokens.LIGHT

    def set_mode(self, mode: Mode) -> None:
        """Change to `mode`; everything on the screen follows."""
        if mode is not self._mode:
            self._mode = mode
            self._apply()
            self.changed.emit()

    def icon(self, name: str, role: str = "text_muted", size: int = 18) -> QIcon:
        """An icon in the colour of token `role`, for controls that show it at `size` logical pixels."""
        key = (name, role, size)
        if key not in self._icons:
            color, pale = str(getattr(self.colors, role)), self.colors.border_strong
            ratio = self._app.devicePixelRatio()
            self._icons[key] = icons.icon(self._resources / "icons", name, color, pale, size, ratio)
        return self._icons[key]

    def pixmap(self, name: str, role: str, size: int, ratio: float) -> QPixmap:
        """An icon as a picture of `size` logical pixels."""
        return icons.pixmap(self._resources / "icons", name, str(getattr(self.colors, role)), size, ratio)

    def color(self, role: str) -> QColor:
        """The colour of token `role`."""
        return QColor(str(getattr(self.colors, role)))

    def _apply(self) -> None:
        self._icons.clear()
        self._app.setPalette(make_palette(self.colors))
        self._app.setStyleSheet(self._style_sheet())

    def _style_sheet(self) -> str:
        values: dict[str, object] = dict(asdict(self.colors))
        measures = {
            name: value for name, value in vars(tokens).items() if isinstance(value, int) and name.isupper()
        }
        values.update(measures)
        folder = Path(self._pictures.path())
        for name, (icon_name, role) in _SHEET_PICTURES.items():
            target = folder / f"{self._mode}-{name}.svg"
            color = str(getattr(self.colors, role))
            target.write_bytes(icons.tinted_svg(self._resources / "icons", icon_name, color))
            values[f"picture_{name}"] = target.as_posix()
        text = (self._resources / "styles" / "window.qss").read_text(encoding="utf-8")
        return Template(text).substitute(values)


def make_palette(colors: tokens.Colors) -> QPalette:
    """The whole palette, also of disabled controls: what the style sheet leaves to Fusion."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colors.surface,
        QPalette.ColorRole.WindowText: colors.text,
        QPalette.ColorRole.Base: colors.surface,
        QPalette.ColorRole.AlternateBase: colors.hover,
        QPalette.ColorRole.Text: colors.text,
        QPalette.ColorRole.PlaceholderText: colors.text_faint,
        QPalette.ColorRole.Button: colors.raised,
        QPalette.ColorRole.ButtonText: colors.text,
        QPalette.ColorRole.BrightText: colors.on_accent,
        QPalette.ColorRole.ToolTipBase: colors.raised,
        QPalette.ColorRole.ToolTipText: colors.text,
        QPalette.ColorRole.Highlight: colors.accent,
        QPalette.ColorRole.HighlightedText: colors.on_accent,
        QPalette.ColorRole.Accent: colors.accent,
        QPalette.ColorRole.Link: colors.accent_text,
        QPalette.ColorRole.LinkVisited: colors.accent_text,
        QPalette.ColorRole.Light: colors.hover,
        QPalette.ColorRole.Midlight: colors.hover,
        QPalette.ColorRole.Mid: colors.border,
        QPalette.ColorRole.Dark: colors.border_strong,
        QPalette.ColorRole.Shadow: colors.border_strong,
    }
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    faded = QColor(colors.text_faint)
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return palette
