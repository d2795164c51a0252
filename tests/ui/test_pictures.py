"""Pictures of every page in both themes, to be looked at; PICTURES_DIR says where they go.

Here they are only made, and checked to be of the right size and not blank.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from emailcleaner.core.model import JobId, JobState, Progress, Segment, SegmentCount, Stage
from emailcleaner.ui.dialogs.export_dialog import ExportDialog
from emailcleaner.ui.main_window import MainWindow
from emailcleaner.ui.theme.theme import Mode, Theme
from tests.ui.driving import clean_to_results, prepare
from tests.ui.sample_lists import write_list

_SCALE = os.environ.get("QT_SCALE_FACTOR", "1").replace(".", "_")

Photograph = Callable[[QWidget, str], None]


@pytest.fixture
def photograph(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Photograph:
    folder = Path(os.environ.get("PICTURES_DIR") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def take(widget: QWidget, name: str) -> None:
        for mode in (Mode.LIGHT, Mode.DARK):
            theme.set_mode(mode)
            QApplication.processEvents()
            picture = widget.grab()
            path = folder / f"{name}-{mode.value}-{_SCALE}.png"
            assert picture.save(str(path))
            seen = picture.toImage()
            colors = {seen.pixel(x, y) for x in range(0, seen.width(), 9) for y in range(0, seen.height(), 9)}
            assert len(colors) > 6, f"{name} is blank"
        theme.set_mode(Mode.LIGHT)

    return take


def test_start(window: MainWindow, photograph: Photograph) -> None:
    photograph(window, "1-start-empty")


def test_results_empty(window: MainWindow, photograph: Photograph) -> None:
    window.show_results()
    photograph(window, "4-results-empty")


def test_prepare(window: MainWindow, qtbot: QtBot, sample_list: Path, photograph: Photograph) -> None:
    page = prepare(window, qtbot, [sample_list])
    page.suppress.add([str(sample_list.with_name("unsubscribed-2026.csv"))])
    photograph(window, "2-prepare")


def test_prepare_with_long_name_and_error(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photograph: Photograph
) -> None:
    name = "a very long name of a list that somebody exported from a customer relationship system " * 2
    broken = tmp_path / f"{name.strip()}.csv"
    broken.write_bytes(b"")
    window.open_lists([str(broken)])
    page = window.clean.prepare
    qtbot.waitUntil(lambda: bool(page.notice.text()), timeout=20_000)
    photograph(window, "2-prepare-error")


def test_progress(window: MainWindow, qtbot: QtBot, sample_list: Path, photograph: Photograph) -> None:
    job_id = clean_to_results(window, qtbot, [sample_list])
    page = window.clean.progress
    page.follow(job_id)
    page._timer.stop()
    qtbot.waitUntil(lambda: page.results.isVisibleTo(page), timeout=20_000)
    window.show_clean()
    window.clean._stack.setCurrentWidget(page)
    page._timer.stop()
    page._job_id = job_id = JobId("j_picture")  # answers about the real job are not taken from here on
    counts = {
        Segment.CLEAN: 612_480,
        Segment.ROLE_BASED: 18_212,
        Segment.RISKY: 4_018,
        Segment.DISPOSABLE: 21_877,
        Segment.INVALID: 39_410,
        Segment.UNKNOWN: 2_950,
        Segment.DUPLICATE: 41_007,
    }
    page.line.clear()
    for step in range(150):
        rate = 180_000 + 60_000 * ((step * 7919) % 13) / 13 + step * 900
        page.show_progress(
            Progress(
                job_id=job_id,
                state=JobState.RUNNING,
                stage=Stage.DOMAINS,
                rows_read=1_000_000,
                rows_total=1_000_000,
                rows_total_exact=True,
                rows_done=739_954,
                domains_total=60_214,
                domains_done=42_108,
                fraction=0.71,
                rate_per_s=rate,
                elapsed_s=64.0,
                remaining_s=27.0,
                segments=tuple(SegmentCount(segment, rows) for segment, rows in counts.items()),
            )
        )
    photograph(window, "3-progress")


def test_results(window: MainWindow, qtbot: QtBot, sample_list: Path, photograph: Photograph) -> None:
    clean_to_results(window, qtbot, [sample_list])
    photograph(window, "5-results")
    page = window.results
    page.chips.chip(Segment.INVALID).click()
    qtbot.waitUntil(lambda: page.model.rowCount() < 400, timeout=20_000)
    page.table.setFocus()
    page.table.selectRow(3)
    qtbot.waitUntil(lambda: bool(page.detail.headline()), timeout=20_000)
    photograph(window, "6-results-detail")
    page.search.setText("nothing like this")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0, timeout=20_000)
    photograph(window, "7-results-no-match")


def test_export(
    window: MainWindow, qtbot: QtBot, sample_list: Path, photograph: Photograph, theme: Theme
) -> None:
    clean_to_results(window, qtbot, [sample_list])
    page = window.results
    order = page.model.rows()
    assert order is not None
    assert page.opened is not None
    dialog = ExportDialog(theme, window.session, page.opened, order, window)
    dialog.by_segment.setChecked(True)
    dialog.show()
    photograph(dialog, "8-export")
    dialog.close()


def test_start_with_recent_lists(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photograph: Photograph
) -> None:
    long_name = "customers of the northern region, exported 2026-11-20 by the shop system (final, really).csv"
    for number, name in enumerate(
        ("spring-newsletter.csv", "webinar-leads.csv", long_name, "trade-fair.csv")
    ):
        clean_to_results(window, qtbot, [write_list(tmp_path / name, 60 + 900 * number, seed=number)])
    window.show_clean()
    window.clean.show_start()
    qtbot.waitUntil(lambda: window.clean.start.card_count() == 4, timeout=20_000)
    photograph(window, "1-start-recent")
