"""Says that something unexpected happened: one dialog at a time, never a traceback, all of it in the log."""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QMessageBox

if TYPE_CHECKING:
    from types import TracebackType

    from PySide6.QtWidgets import QWidget

_log = logging.getLogger(__name__)

_LOOK_MS = 250


class BugReporter(QObject):
    """Takes exceptions nobody expected, from any thread, and tells the user once."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._waiting: deque[str] = deque(maxlen=100)
        self._open = False
        self._count = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def install(self) -> None:
        """Receive what slots, paint events and threads raise."""
        sys.excepthook = self._from_main
        threading.excepthook = self._from_thread

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        self._timer.stop()

    def report(self, error: BaseException) -> None:
        """Tell the user that `error` happened; it has been logged already."""
        self._waiting.append(type(error).__name__)

    @property
    def count(self) -> int:
        """How many unexpected exceptions there were."""
        return self._count

    def _from_main(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.error("unexpected exception", exc_info=(kind, error, trace))
        self._waiting.append(kind.__name__)

    def _from_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._from_main(args.exc_type, args.exc_value, args.exc_traceback)

    def _look(self) -> None:
        if not self._waiting or self._open:
            return
        self._count += len(self._waiting)
        kinds = sorted(set(self._waiting))
        self._waiting.clear()
        self._open = True
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("Email Cleaner")
        box.setText("Something went wrong that should not have.")
        box.setInformativeText(
            "Your lists and finished results are safe. The last action may not have been done; try it again. "
            f"What happened is in the log ({', '.join(kinds)})."
        )
        box.finished.connect(self._closed)
        box.open()

    def _closed(self) -> None:
        self._open = False
