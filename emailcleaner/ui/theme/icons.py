"""Icons: our own SVG files, tinted with a colour of the tokens at any scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

if TYPE_CHECKING:
    from pathlib import Path


def tinted_svg(folder: Path, name: str, color: str) -> bytes:
    """The icon's file with `currentColor` replaced. Raises FileNotFoundError for an unknown name."""
    return (folder / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", color).encode()


def pixmap(folder: Path, name: str, color: str, size: int, ratio: float) -> QPixmap:
    """The icon at `size` logical pixels for a screen of the pixel `ratio`."""
    from PySide6.QtSvg import QSvgRenderer  # late: the module costs a few ms of the first window

    renderer = QSvgRenderer(QByteArray(tinted_svg(folder, name, color)))
    made = QPixmap(QSize(size, size) * ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, made.width(), made.height()))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def icon(folder: Path, name: str, color: str, disabled_color: str, size: int, ratio: float) -> QIcon:
    """The icon for controls that show it at `size` logical pixels, with a paler one for disabled controls."""
    made = QIcon()
    made.addPixmap(pixmap(folder, name, color, size, ratio), QIcon.Mode.Normal)
    made.addPixmap(pixmap(folder, name, disabled_color, size, ratio), QIcon.Mode.Disabled)
    return made
