"""Loads the bundled Inter and makes the fonts of the type scale from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFont, QFontDatabase

from emailcleaner.ui.theme import tokens

if TYPE_CHECKING:
    from pathlib import Path

FAMILY = "Inter"


def load_fonts(folder: Path) -> bool:
    """Make Inter known to Qt; False when its files are missing (the system's font is used then)."""
    loaded = [QFontDatabase.addApplicationFont(str(path)) for path in sorted(folder.glob("Inter-*.otf"))]
    return bool(loaded) and all(number >= 0 for number in loaded)


def font(
    size: int = tokens.TEXT_BODY, *, weight: QFont.Weight = QFont.Weight.Normal, figures: bool = False
) -> QFont:
    """A font of `size` pixels; `figures` sets digits of equal width, for columns of numbers."""
    made = QFont(FAMILY)
    made.setPixelSize(size)
    made.setWeight(weight)
    if figures:
        made.setFeature(QFont.Tag.fromString("tnum"), 1)
    return made
