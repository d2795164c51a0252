"""A line of figures with their names: rows, addresses, duplicates, domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from emailcleaner.ui.theme import fonts, tokens
from emailcleaner.ui.widgets.text import PlainLabel, number

if TYPE_CHECKING:
    from collections.abc import Sequence

_WAITING = "\u2026"
_UNKNOWN = "\u2013"


class Figures(QFrame):
    """Numbers in a row, each with a caption."""

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._names = tuple(names)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(tokens.SPACE_L, tokens.SPACE_S, tokens.SPACE_L, tokens.SPACE_S)
        layout.setSpacing(tokens.SPACE_XL)
        self._values: list[PlainLabel] = []
        for name in names:
            cell = QVBoxLayout()
            cell.setSpacing(0)
            value = PlainLabel(_UNKNOWN, "figure", self)
            value.setFont(fonts.font(tokens.TEXT_TITLE, figures=True))
            cell.addWidget(PlainLabel(name, "caption", self))
            cell.addWidget(value)
            layout.addLayout(cell, 1)
            self._values.append(value)
        self.unknown()

    def show_numbers(self, values: Sequence[int]) -> None:
        """Show the numbers, in the order of the names."""
        self._set([number(value) for value in values])

    def show_texts(self, texts: Sequence[str]) -> None:
        """Show what is already written out."""
        self._set(texts)

    def waiting(self) -> None:
        """The numbers are being found."""
        self._set([_WAITING] * len(self._names))

    def unknown(self) -> None:
        """There are no numbers."""
        self._set([_UNKNOWN] * len(self._names))

    def texts(self) -> list[str]:
        """The numbers as shown."""
        return [value.text() for value in self._values]

    def _set(self, texts: Sequence[str]) -> None:
        for label, text in zip(self._values, texts, strict=True):
            label.setText(text)
        said = ", ".join(f"{name} {text}" for name, text in zip(self._names, texts, strict=True))
        self.setAccessibleName(said)
