"""The history of addresses: filled while nothing else is to be done, and shown beside a row."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from emailcleaner.ui.main_window import MainWindow
from emailcleaner.ui.session import Session
from tests.ui.driving import PATIENCE_MS, clean_to_results


def test_what_an_earlier_list_said_of_an_address_stands_beside_its_row(
    window: MainWindow, qtbot: QtBot, sample_list: Path
) -> None:
    clean_to_results(window, qtbot, [sample_list])
    clean_to_results(window, qtbot, [sample_list], deep=False)
    page = window.results
    page.table.selectRow(0)
    qtbot.waitUntil(lambda: "(score 85)" in page.detail.words(), timeout=PATIENCE_MS)
    assert "This address in earlier lists" in page.detail.words()


def test_finished_jobs_move_into_the_history_by_themselves(
    window: MainWindow, session: Session, qtbot: QtBot, sample_list: Path
) -> None:
    clean_to_results(window, qtbot, [sample_list], deep=False)
    store = session.services()._parts.store
    qtbot.waitUntil(lambda: store.history.pending() == 0, timeout=PATIENCE_MS)
    assert store.history.find("nobody@nowhere.example") == []
