"""Keyboard, names for screen readers, texts that are no markup, errors in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from emailcleaner.core.errors import UserError
from emailcleaner.ui.dialogs.bug_dialog import BugReporter
from emailcleaner.ui.dialogs.export_dialog import ExportDialog
from emailcleaner.ui.main_window import MainWindow
from emailcleaner.ui.theme.theme import Theme
from tests.ui.driving import PATIENCE_MS, clean_to_results, prepare


def _nameless(root: QWidget) -> list[str]:
    """Focusable widgets that a screen reader would pass over in silence."""
    found = []
    for widget in root.findChildren(QWidget):
        inside_other = isinstance(widget.parent(), QAbstractScrollArea) or widget.objectName().startswith(
            "qt_"
        )
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or inside_other or widget.isHidden():
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


def test_every_focusable_widget_has_a_name(
    window: MainWindow, qtbot: QtBot, sample_list: Path, theme: Theme
) -> None:
    clean_to_results(window, qtbot, [sample_list])
    page = window.results
    page.table.selectRow(0)
    qtbot.waitUntil(lambda: bool(page.detail.headline()), timeout=PATIENCE_MS)
    order = page.model.rows()
    assert order is not None
    assert page.opened is not None
    dialog = ExportDialog(theme, window.session, page.opened, order, window)
    qtbot.addWidget(dialog)

    assert _nameless(window) == []
    assert _nameless(dialog) == []


def test_no_label_takes_text_for_markup(window: MainWindow, qtbot: QtBot, sample_list: Path) -> None:
    clean_to_results(window, qtbot, [sample_list])

    formats = {label.textFormat() for label in window.findChildren(QLabel) if label.text()}

    assert formats == {Qt.TextFormat.PlainText}


def test_a_list_is_cleaned_with_the_keyboard_alone(
    window: MainWindow, qtbot: QtBot, sample_list: Path
) -> None:
    page = prepare(window, qtbot, [sample_list])
    QTest.keySequence(window, "Ctrl+Return")
    results = window.results
    qtbot.waitUntil(lambda: results.model.rowCount() == 400, timeout=PATIENCE_MS)
    assert page.isHidden()

    QTest.keySequence(window, "Ctrl+F")
    assert QApplication.focusWidget() is results.search
    QTest.keyClicks(results.search, "gmail")
    qtbot.waitUntil(lambda: 0 < results.model.rowCount() < 400, timeout=PATIENCE_MS)
    QTest.keySequence(window, "Ctrl+1")
    assert window.clean.isVisible()
    QTest.keySequence(window, "Ctrl+2")
    assert results.isVisible()
    results.table.setFocus()
    QTest.keyClick(results.table, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: bool(results.detail.headline()), timeout=PATIENCE_MS)
    QTest.keyClick(results.table, Qt.Key.Key_Escape)
    assert results.detail.isHidden()


def test_tab_reaches_every_control_of_prepare(window: MainWindow, qtbot: QtBot, sample_list: Path) -> None:
    page = prepare(window, qtbot, [sample_list])
    wanted = {
        page.options.columns,
        page.options.encoding,
        page.options.delimiter,
        page.options.header,
        page.table,
        page.domain,
        page.add_suppress,
        page.start,
    }
    reached: set[QWidget | None] = set()
    for _ in range(40):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())

    assert wanted <= reached


def test_space_and_enter_press_buttons(window: MainWindow, qtbot: QtBot) -> None:
    drop = window.clean.start.drop
    pressed: list[str] = []
    drop.paste_clicked.disconnect()
    drop.paste_clicked.connect(lambda: pressed.append("paste"))
    drop.paste.setFocus()

    QTest.keyClick(drop.paste, Qt.Key.Key_Space)
    QTest.keyClick(drop.paste, Qt.Key.Key_Return)

    assert pressed == ["paste", "paste"]


def test_an_error_from_behind_stays_until_it_is_seen(window: MainWindow) -> None:
    window.session.bridge.user_error.emit(UserError("The disk is full.", "Free some space."))

    assert window.notice.text() == "The disk is full. Free some space."
    assert window.notice.isVisible()


def test_an_unexpected_fault_is_said_once_without_a_traceback(window: MainWindow, qtbot: QtBot) -> None:
    reporter = BugReporter(window)
    for _ in range(3):
        reporter.report(ZeroDivisionError("secret@example.org"))
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is not None, timeout=PATIENCE_MS)

    boxes = window.findChildren(QMessageBox)

    assert len(boxes) == 1
    shown = boxes[0].text() + boxes[0].informativeText()
    assert "ZeroDivisionError" in shown
    assert "Traceback" not in shown
    assert "secret@example.org" not in shown
    assert reporter.count == 3
    boxes[0].close()
    reporter.uninstall()


@pytest.mark.parametrize("text", ["<b>bold</b>", "line\nbreak", "a\x00b\x1b[31m", "\u202eright to left"])
def test_hostile_names_are_shown_as_they_are(window: MainWindow, text: str) -> None:
    from emailcleaner.ui.widgets.text import ElidedLabel

    label = ElidedLabel(text, parent=window)

    assert "\n" not in label.text()
    assert all(character.isprintable() for character in label.text())
    assert "<b>" not in label.toolTip()
