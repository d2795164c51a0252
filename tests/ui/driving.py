"""Steps that several tests take through the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pytestqt.qtbot import QtBot

from emailcleaner.core.model import JobId
from emailcleaner.ui.main_window import MainWindow
from emailcleaner.ui.pages.prepare_page import PreparePage

PATIENCE_MS = 30_000


def prepare(window: MainWindow, qtbot: QtBot, paths: Sequence[Path]) -> PreparePage:
    """Open lists and wait until they are counted."""
    window.open_lists([str(path) for path in paths])
    page = window.clean.prepare
    qtbot.waitUntil(lambda: page.counts is not None, timeout=PATIENCE_MS)
    return page


def clean_to_results(window: MainWindow, qtbot: QtBot, paths: Sequence[Path], *, deep: bool = True) -> JobId:
    """Clean lists and wait until the results are shown."""
    window.clean.show_start()
    page = prepare(window, qtbot, paths)
    (page.domain if deep else page.syntax).setChecked(True)
    page.begin()
    qtbot.waitUntil(lambda: window.clean.progress.job_id is not None, timeout=PATIENCE_MS)
    job_id = window.clean.progress.job_id
    assert job_id is not None
    results = window.results
    qtbot.waitUntil(lambda: results.opened is not None and results.job_id == job_id, timeout=PATIENCE_MS)
    return job_id
