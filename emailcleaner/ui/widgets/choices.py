"""A combo box whose list, too, has a name for screen readers."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QWidget


class Choice(QComboBox):
    """Chooses one of a few; as wide as its widest word."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.view().setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setMinimumWidth(110)
