"""Starts the window: checks the display in words, shows the first window, builds the services behind it.

Heavy libraries are imported behind the first window, never before it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from emailcleaner.ui.start_checks import find_screen, what_is_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from emailcleaner.core.services import Services

#: Exit status when the window cannot be shown.
CANNOT_SHOW = 1


def run_window(
    lists: Sequence[str], *, open_services: Callable[[], AbstractContextManager[Services]] | None = None
) -> int:
    """Show the window, with `lists` opened in it, until it is closed; returns the exit status.

    `open_services` opens the services of the home in use, on a worker; whoever starts the program gives
    the one that holds the instance lock. What keeps Qt from starting is said on standard error.
    """
    missing = what_is_missing(find_screen())
    if missing:
        sys.stderr.write("".join(f"{sentence}\n" for sentence in missing))
        return CANNOT_SHOW
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from emailcleaner.core.paths import Home, resource_dir
    from emailcleaner.ui.dialogs.bug_dialog import BugReporter
    from emailcleaner.ui.main_window import MainWindow
    from emailcleaner.ui.session import Session
    from emailcleaner.ui.theme.theme import STYLE_ARGUMENTS, Theme, system_mode

    app = QApplication([sys.argv[0], *STYLE_ARGUMENTS])
    app.setApplicationName("emailcleaner")
    app.setApplicationDisplayName("Email Cleaner")
    app.setDesktopFileName("emailcleaner")
    theme = Theme(app, system_mode(), resource_dir())
    session = Session(open_services or _open_services, Home.find().root / "pasted")
    window = MainWindow(theme, session)
    app.setWindowIcon(theme.icon("envelope-check", "accent", 64))
    bugs = BugReporter(window)
    bugs.install()
    session.bridge.bug.connect(bugs.report)
    window.show()
    QTimer.singleShot(0, session.start)
    if lists:
        QTimer.singleShot(0, lambda: window.open_lists([str(Path(path).absolute()) for path in lists]))
    try:
        return app.exec()
    finally:
        bugs.uninstall()
        session.close()


def _open_services() -> AbstractContextManager[Services]:
    from emailcleaner.core.bootstrap import open_services

    return open_services()
