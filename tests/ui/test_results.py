"""Results: chips, search, sorting, the explanation of a row, copying and exporting."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from emailcleaner.core.model import OutputFormat, Segment, Status
from emailcleaner.ui.dialogs.export_dialog import ExportDialog
from emailcleaner.ui.main_window import MainWindow
from emailcleaner.ui.models.results_columns import Column
from emailcleaner.ui.pages.results_page import ResultsPage
from emailcleaner.ui.theme.theme import Theme
from tests.ui.driving import PATIENCE_MS, clean_to_results


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot, sample_list: Path) -> ResultsPage:
    clean_to_results(window, qtbot, [sample_list])
    return window.results


def _texts(page: ResultsPage, column: Column) -> list[str]:
    return [str(page.model.index(row, column).data()) for row in range(page.model.rowCount())]


def test_chips_count_the_segments_and_filter(page: ResultsPage, qtbot: QtBot) -> None:
    assert page.opened is not None
    counts = page.opened.data.segment_counts()
    chip = page.chips.chip(Segment.INVALID)
    assert chip.accessibleName() == f"Invalid, {counts[Segment.INVALID]} rows"

    chip.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == counts[Segment.INVALID], timeout=PATIENCE_MS)
    page.chips.chip(Segment.DISPOSABLE).click()
    both = counts[Segment.INVALID] + counts[Segment.DISPOSABLE]
    qtbot.waitUntil(lambda: page.model.rowCount() == both, timeout=PATIENCE_MS)
    assert page.export.text() == f"Export {both} rows\u2026"
    page.chips.chip(None).click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 400, timeout=PATIENCE_MS)


def test_search_looks_at_address_and_reason_whatever_the_case(page: ResultsPage, qtbot: QtBot) -> None:
    page.search.setText("GMAIL")
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 400, timeout=PATIENCE_MS)
    rows = zip(_texts(page, Column.ADDRESS), _texts(page, Column.SUGGESTION), strict=True)
    assert all("gmail" in f"{address} {suggestion}".lower() for address, suggestion in rows)

    page.search.setText("does not exist")
    qtbot.waitUntil(
        lambda: set(_texts(page, Column.REASON)) == {"Domain does not exist"}, timeout=PATIENCE_MS
    )


def test_nothing_found_says_what_to_do(page: ResultsPage, qtbot: QtBot) -> None:
    page.search.setText("(.*")
    qtbot.waitUntil(page.no_match.isVisible, timeout=PATIENCE_MS)

    page.no_match.button.click()

    qtbot.waitUntil(lambda: page.model.rowCount() == 400, timeout=PATIENCE_MS)


def test_columns_sort_both_ways_and_back(page: ResultsPage, qtbot: QtBot) -> None:
    source_order = _texts(page, Column.ADDRESS)
    scores = [int(text) for text in _texts(page, Column.SCORE)]

    page.table.sortByColumn(Column.SCORE, Qt.SortOrder.DescendingOrder)
    highest = sorted(scores, reverse=True)
    qtbot.waitUntil(lambda: [int(t) for t in _texts(page, Column.SCORE)] == highest, timeout=PATIENCE_MS)
    page.table.sortByColumn(Column.ADDRESS, Qt.SortOrder.AscendingOrder)
    by_address = sorted(source_order, key=str.lower)
    qtbot.waitUntil(
        lambda: [t.lower() for t in _texts(page, Column.ADDRESS)] == [a.lower() for a in by_address],
        timeout=PATIENCE_MS,
    )
    page.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: _texts(page, Column.ADDRESS) == source_order, timeout=PATIENCE_MS)


def test_rows_without_a_suggestion_come_last(page: ResultsPage, qtbot: QtBot) -> None:
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        page.table.sortByColumn(Column.SUGGESTION, order)
        qtbot.waitUntil(lambda: _texts(page, Column.SUGGESTION)[0] != "", timeout=PATIENCE_MS)
        assert _texts(page, Column.SUGGESTION)[-1] == ""


def test_a_chosen_row_is_explained(page: ResultsPage, qtbot: QtBot) -> None:
    page.search.setText("does not exist")
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 400, timeout=PATIENCE_MS)

    page.table.selectRow(0)
    qtbot.waitUntil(lambda: bool(page.detail.headline()), timeout=PATIENCE_MS)

    qtbot.waitUntil(lambda: "The domain does not exist." in page.detail.words(), timeout=PATIENCE_MS)
    assert "Customer" in page.detail.words()  # the row as it stands in the list
    assert page.detail.isVisible()
    page.detail.close_button.click()
    assert not page.detail.isVisible()


def test_addresses_of_chosen_rows_are_copied(page: ResultsPage) -> None:
    page.table.setFocus()
    page.table.selectRow(0)

    page.copy_addresses()

    assert QGuiApplication.clipboard().text() == _texts(page, Column.ADDRESS)[0]


def test_the_shown_rows_are_exported_exactly(
    page: ResultsPage, window: MainWindow, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    page.chips.chip(Segment.CLEAN).click()
    assert page.opened is not None
    clean = page.opened.data.segment_counts()[Segment.CLEAN]
    qtbot.waitUntil(lambda: page.model.rowCount() == clean, timeout=PATIENCE_MS)
    shown = _texts(page, Column.ADDRESS)
    order = page.model.rows()
    assert order is not None
    dialog = ExportDialog(theme, window.session, page.opened, order, window)
    qtbot.addWidget(dialog)
    assert dialog.go.text() == f"Export {clean} rows"

    out = tmp_path / "clean.csv"
    with qtbot.waitSignal(dialog.exported, timeout=PATIENCE_MS) as told:
        dialog.export_to(out)

    assert told.args[0].rows == clean
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == clean
    assert {row["ec_status"] for row in rows} == {Status.VALID.value}
    assert [row["Email"] for row in rows] == [
        row["Email"] for row in rows if any(address in row["Email"] for address in shown)
    ]


def test_segments_are_exported_one_file_each(
    page: ResultsPage, window: MainWindow, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    order = page.model.rows()
    assert order is not None
    assert page.opened is not None
    dialog = ExportDialog(theme, window.session, page.opened, order, window)
    qtbot.addWidget(dialog)
    dialog.by_segment.setChecked(True)
    dialog.chips[Segment.REJECTED].setChecked(False)
    dialog.format.setCurrentIndex(dialog.format.findData(OutputFormat.JSONL))

    with qtbot.waitSignal(dialog.exported, timeout=PATIENCE_MS):
        dialog.export_to(tmp_path / "out")

    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert "clean.jsonl" in names
    assert "rejected.jsonl" not in names


def test_everything_is_exported(
    page: ResultsPage, window: MainWindow, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    order = page.model.rows()
    assert order is not None
    assert page.opened is not None
    dialog = ExportDialog(theme, window.session, page.opened, order, window)
    qtbot.addWidget(dialog)
    dialog.everything.setChecked(True)

    with qtbot.waitSignal(dialog.exported, timeout=PATIENCE_MS):
        dialog.export_to(tmp_path / "spring-newsletter-cleaned")

    names = {path.name for path in (tmp_path / "spring-newsletter-cleaned").iterdir()}
    assert {"results.csv", "clean.csv", "summary.json", "report.html"} <= names


def test_the_source_is_never_exported_over(
    page: ResultsPage, window: MainWindow, theme: Theme, qtbot: QtBot, sample_list: Path
) -> None:
    before = sample_list.read_bytes()
    order = page.model.rows()
    assert order is not None
    assert page.opened is not None
    dialog = ExportDialog(theme, window.session, page.opened, order, window)
    qtbot.addWidget(dialog)

    dialog.export_to(sample_list)

    assert "the list itself" in dialog.notice.text()
    assert sample_list.read_bytes() == before
