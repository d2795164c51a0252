"""Chosen files as chips, each with a button that takes it away."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from emailcleaner.ui.widgets.buttons import Button
from emailcleaner.ui.widgets.chips import FlowBox
from emailcleaner.ui.widgets.text import escape_tip, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emailcleaner.ui.theme.theme import Theme

_NAME_LIMIT = 40


class FileChips(FlowBox):
    """A set of files; hidden while it is empty."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chips: dict[str, Button] = {}
        self.hide()

    def paths(self) -> tuple[str, ...]:
        """The chosen files, in the order they were chosen."""
        return tuple(self._chips)

    def add(self, paths: Iterable[str]) -> None:
        """Take more files in; one that is there already stays once."""
        for path in paths:
            if path in self._chips:
                continue
            name = one_line(PurePath(path).name)
            shown = name if len(name) <= _NAME_LIMIT else f"{name[:18]}\u2026{name[-18:]}"
            chip = Button(
                self._theme, shown.replace("&", "&&"), icon="close", name=f"Remove {name}", parent=self
            )
            chip.setToolTip(escape_tip(path))
            chip.clicked.connect(lambda _checked=False, p=path: self.remove(p))
            self.flow.addWidget(chip)
            chip.show()
            self._chips[path] = chip
        self._refresh()

    def remove(self, path: str) -> None:
        """Take a file away."""
        chip = self._chips.pop(path)
        self.flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        self._refresh()

    def clear(self) -> None:
        """Take all files away."""
        for path in list(self._chips):
            self.remove(path)

    def _refresh(self) -> None:
        self.setVisible(bool(self._chips))
        self.updateGeometry()
        self.changed.emit()
