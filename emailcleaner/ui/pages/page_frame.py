"""What pages have in common: margins, a bar for messages, a column of bounded width that scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from emailcleaner.ui.theme import tokens

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayout


def column(parent: QWidget, *, spacing: int = tokens.SPACE_L) -> QVBoxLayout:
    """A layout from top to bottom with the margins of a page."""
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_XL, tokens.SPACE_XL, tokens.SPACE_XL)
    layout.setSpacing(spacing)
    return layout


def row(*, spacing: int = tokens.SPACE_S) -> QHBoxLayout:
    """A layout from left to right without margins."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    return layout


def scrolled(parent: QWidget) -> tuple[QScrollArea, QVBoxLayout]:
    """A scrolling area with a centred column of at most the page width; returns area and column."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    ground = QWidget()
    ground.setObjectName("scrolled")
    across = QHBoxLayout(ground)
    across.setContentsMargins(0, 0, 0, 0)
    inner = QWidget()
    inner.setMaximumWidth(tokens.PAGE_WIDTH)
    across.addStretch(1)
    across.addWidget(inner, 1000)
    across.addStretch(1)
    area.setWidget(ground)
    return area, column(inner)


def rule(parent: QWidget) -> QFrame:
    """A thin line across."""
    line = QFrame(parent)
    line.setProperty("role", "line")
    line.setFixedHeight(1)
    return line


def card(parent: QWidget, *, role: str = "card") -> tuple[QFrame, QVBoxLayout]:
    """A frame with rounded corners, and its layout."""
    frame = QFrame(parent)
    frame.setProperty("role", role)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(tokens.SPACE_L, tokens.SPACE_L, tokens.SPACE_L, tokens.SPACE_L)
    layout.setSpacing(tokens.SPACE_M)
    return frame, layout


def empty(layout: QLayout) -> None:
    """Take all widgets out of a layout and delete them."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
