"""Where lists are dropped, and the one place that says how a drop is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from emailcleaner.ui.theme import tokens
from emailcleaner.ui.widgets.buttons import Button
from emailcleaner.ui.widgets.notices import IconLabel
from emailcleaner.ui.widgets.text import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPaintEvent

    from emailcleaner.ui.theme.theme import Theme


def dropped_paths(data: QMimeData) -> list[str]:
    """The local files of a drag or of the clipboard."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]


def take_as_copy(event: QDropEvent) -> None:
    """Accept a drop so that the source keeps its file.

    `acceptProposedAction` may accept a move, after which the file manager deletes the user's file.
    """
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


class DropZone(QFrame):
    """A large area for dropping lists, with the button for those who would rather choose."""

    files_dropped = Signal(list)
    choose_clicked = Signal()
    paste_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._over = False
        self.setAcceptDrops(True)
        self.setAccessibleName("Drop lists here")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(252)
        layout = QVBoxLayout(self)
        layout.setSpacing(tokens.SPACE_XS)
        center = Qt.AlignmentFlag.AlignHCenter
        layout.addStretch(1)
        layout.addWidget(IconLabel(theme, "envelope-check", "accent", 48, self), 0, center)
        layout.addSpacing(tokens.SPACE_S)
        layout.addWidget(PlainLabel("Drop a list here", "heading", self), 0, center)
        kinds = (
            "CSV, TSV, text, Excel, OpenDocument or JSON lines, also gzipped. Several at once are one job."
        )
        layout.addWidget(PlainLabel(kinds, "muted", self), 0, center)
        layout.addSpacing(tokens.SPACE_M)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_S)
        self.choose = Button(theme, "Choose files\u2026", kind="primary", icon="folder", parent=self)
        self.choose.clicked.connect(self.choose_clicked)
        self.paste = Button(theme, "Paste addresses", icon="copy", parent=self)
        self.paste.setToolTip("Ctrl+V works anywhere in this window")
        self.paste.clicked.connect(self.paste_clicked)
        buttons.addStretch(1)
        buttons.addWidget(self.choose)
        buttons.addWidget(self.paste)
        buttons.addStretch(1)
        layout.addLayout(buttons)
        layout.addStretch(1)
        theme.changed.connect(self.update)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            take_as_copy(event)
            self._set_over(over=True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        take_as_copy(event)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._set_over(over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_over(over=False)
        paths = dropped_paths(event.mimeData())
        if paths:
            take_as_copy(event)
            self.files_dropped.emit(paths)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._theme.color("accent" if self._over else "border_strong"), 1.5)
        if not self._over:
            pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(self._theme.color("accent_soft" if self._over else "canvas"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 16, 16)

    def _set_over(self, *, over: bool) -> None:
        self._over = over
        self.update()
