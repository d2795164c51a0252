"""Lists come in by drop, choice and paste, are prepared, and become jobs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from emailcleaner.core.model import Depth, JobState, Segment
from emailcleaner.ui.main_window import MainWindow
from tests.ui.driving import PATIENCE_MS, clean_to_results, prepare
from tests.ui.sample_lists import write_list


def _drop(target: QWidget, *paths: Path, offered: Qt.DropAction) -> QDropEvent:
    """Drop files as a file manager does that proposes `offered`."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    enter = QDragEnterEvent(
        QPoint(20, 20), both, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    enter.setDropAction(offered)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(20, 20), both, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    drop.setDropAction(offered)
    QApplication.sendEvent(target, drop)
    return drop


@pytest.mark.parametrize(
    "offered", [Qt.DropAction.MoveAction, Qt.DropAction.CopyAction], ids=["move", "copy"]
)
def test_a_drop_is_taken_as_a_copy_whatever_is_proposed(
    window: MainWindow, sample_list: Path, offered: Qt.DropAction
) -> None:
    drop = _drop(window.clean.start.drop, sample_list, offered=offered)

    assert drop.isAccepted()
    assert drop.dropAction() is Qt.DropAction.CopyAction
    assert window.clean.current() is window.clean.prepare
    assert sample_list.exists()


def test_a_drop_beside_the_zone_is_taken_too(window: MainWindow, sample_list: Path) -> None:
    drop = _drop(window.clean, sample_list, offered=Qt.DropAction.MoveAction)

    assert drop.dropAction() is Qt.DropAction.CopyAction
    assert window.clean.prepare.sources == (str(sample_list),)


def test_several_dropped_files_are_one_job(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    one, two = write_list(tmp_path / "one.csv", 30), write_list(tmp_path / "two.csv", 20, seed=7)
    _drop(window.clean.start.drop, one, two, offered=Qt.DropAction.CopyAction)
    page = window.clean.prepare

    qtbot.waitUntil(lambda: page.counts is not None, timeout=PATIENCE_MS)

    assert page.request().sources == (str(one), str(two))
    assert page.counts is not None
    assert page.counts.rows == 50


def test_files_dropped_while_preparing_are_added(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    one, two = write_list(tmp_path / "one.csv", 30), write_list(tmp_path / "two.csv", 20, seed=7)
    prepare(window, qtbot, [one])

    _drop(window.clean, two, offered=Qt.DropAction.CopyAction)

    assert window.clean.prepare.sources == (str(one), str(two))


def test_pasted_addresses_become_a_list(window: MainWindow, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("anna.smith@gmail.com\r\nomar.haddad@orange.fr\r\nnonsense\r\n")
    QTest.keySequence(window, "Ctrl+V")

    qtbot.waitUntil(lambda: window.clean.current() is window.clean.prepare, timeout=PATIENCE_MS)
    page = window.clean.prepare
    qtbot.waitUntil(lambda: page.counts is not None, timeout=PATIENCE_MS)

    assert page.counts is not None
    assert page.counts.rows == 3
    assert Path(page.sources[0]).stat().st_mode & 0o077 == 0


def test_pasted_files_are_lists(window: MainWindow, sample_list: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(sample_list))])
    QGuiApplication.clipboard().setMimeData(data)

    window.paste()

    assert window.clean.prepare.sources == (str(sample_list),)


def test_a_clipboard_without_an_address_is_said_to_have_none(window: MainWindow, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("good morning")

    window.paste()

    qtbot.waitUntil(lambda: "no e-mail address" in window.notice.text(), timeout=PATIENCE_MS)
    assert window.clean.current() is window.clean.start


def test_prepare_shows_what_was_guessed(window: MainWindow, qtbot: QtBot, sample_list: Path) -> None:
    page = prepare(window, qtbot, [sample_list])

    assert page.options.delimiter.currentText() == "Semicolon (guessed)"
    assert page.options.encoding.currentText() == "UTF-8 (guessed)"
    assert page.options.header.isChecked()
    assert page.options.columns.text() == "Email"
    assert page.preview.rowCount() > 3
    assert page.figures.texts()[0] == "400"
    assert page.start.isEnabled()


def test_another_delimiter_is_looked_at_again(window: MainWindow, qtbot: QtBot, sample_list: Path) -> None:
    page = prepare(window, qtbot, [sample_list])
    combo = page.options.delimiter

    combo.setCurrentIndex(combo.findText("Pipe"))
    combo.activated.emit(combo.currentIndex())
    qtbot.waitUntil(lambda: page.preview.columnCount() == 1, timeout=PATIENCE_MS)

    assert page.request().read.delimiter == "|"


def test_another_address_column_is_counted_again(window: MainWindow, qtbot: QtBot, sample_list: Path) -> None:
    page = prepare(window, qtbot, [sample_list])
    assert page.counts is not None
    before = page.counts

    page.options.only_column(4)  # the city
    qtbot.waitUntil(lambda: page.counts not in (None, before), timeout=PATIENCE_MS)

    assert page.counts is not None
    assert page.counts.rows == before.rows
    assert page.counts.domains == 0
    assert page.request().read.columns == (5,)


def test_a_header_that_is_none_becomes_a_row(window: MainWindow, qtbot: QtBot, sample_list: Path) -> None:
    page = prepare(window, qtbot, [sample_list])

    page.options.header.click()
    qtbot.waitUntil(lambda: page.counts is not None and page.counts.rows == 401, timeout=PATIENCE_MS)

    assert page.request().read.header is False


def test_an_unreadable_list_is_said_and_cannot_be_started(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    window.open_lists([str(empty)])
    page = window.clean.prepare

    qtbot.waitUntil(lambda: bool(page.notice.text()), timeout=PATIENCE_MS)

    assert not page.start.isEnabled()
    page.begin()
    assert window.clean.current() is page


def test_a_missing_file_is_said(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_lists([str(tmp_path / "nowhere.csv")])

    qtbot.waitUntil(lambda: bool(window.clean.prepare.notice.text()), timeout=PATIENCE_MS)

    assert "nowhere.csv" in window.clean.prepare.notice.text()


def test_depth_and_suppression_are_asked_for(
    window: MainWindow, qtbot: QtBot, sample_list: Path, tmp_path: Path
) -> None:
    stop = tmp_path / "stop.txt"
    stop.write_text("@gmail.com\n", encoding="utf-8")
    page = prepare(window, qtbot, [sample_list])

    page.syntax.click()
    page.suppress.add([str(stop), str(stop)])
    request = page.request()

    assert request.depth is Depth.SYNTAX
    assert request.suppress == (str(stop),)
    assert page.syntax.accessibleDescription().endswith("At once")


def test_a_list_goes_from_start_to_results(window: MainWindow, qtbot: QtBot, sample_list: Path) -> None:
    before = sample_list.read_bytes()

    job_id = clean_to_results(window, qtbot, [sample_list])

    page = window.results
    assert page.isVisible()
    assert page.job_id == job_id
    assert page.model.rowCount() == 400
    assert page.opened is not None
    counts = page.opened.data.segment_counts()
    assert sum(counts.values()) == 400
    assert counts[Segment.CLEAN] > 200
    assert counts[Segment.INVALID] > 10
    assert sample_list.read_bytes() == before


def test_a_job_is_found_again_after_leaving_its_page(
    window: MainWindow, qtbot: QtBot, sample_list: Path
) -> None:
    page = prepare(window, qtbot, [sample_list])
    page.begin()
    window.clean.show_start()
    window.show_results()

    qtbot.waitUntil(lambda: "is cleaned" in window.notice.text(), timeout=PATIENCE_MS)
    window.show_clean()
    cards = window.clean.start.cards
    qtbot.waitUntil(lambda: [c.summary.state for c in cards()] == [JobState.DONE], timeout=PATIENCE_MS)
    card = cards()[0]

    card.click()
    qtbot.waitUntil(lambda: window.results.model.rowCount() == 400, timeout=PATIENCE_MS)
