"""The window: how late its event loop is while a job runs, how soon it shows, how quick its table is.

    python -m tests.benchmarks.bench_window [--rows 1000000]

Lateness: a timer of 5 ms in the UI thread notes how long after its due time each tick comes, while a job of
ROWS rows runs in the worker pool and the Progress page follows it. First window: from the start of a process
to the first paint, against a bare PySide6 window; the best of several starts of each, in turn.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from emailcleaner.core.bootstrap import open_services
from emailcleaner.core.model import CleanRequest, Depth, JobState, Segment
from emailcleaner.core.paths import Home, resource_dir
from emailcleaner.core.services import Services
from emailcleaner.ui.main_window import MainWindow
from emailcleaner.ui.models.results_columns import Arrangement, Column
from emailcleaner.ui.session import Session
from emailcleaner.ui.theme.theme import STYLE_ARGUMENTS, Mode, Theme
from tests.benchmarks.measure import Row

_TICK_MS = 5
_STARTS = 5

_BARE = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1180, 760)
window.show()
app.processEvents()
"""

_OURS = """
from contextlib import nullcontext
from pathlib import Path
from PySide6.QtWidgets import QApplication
from emailcleaner.core.paths import resource_dir
from emailcleaner.ui.main_window import MainWindow
from emailcleaner.ui.session import Session
from emailcleaner.ui.theme.theme import STYLE_ARGUMENTS, Theme, system_mode
app = QApplication(['emailcleaner', *STYLE_ARGUMENTS])
window = MainWindow(Theme(app, system_mode(), resource_dir()), Session(nullcontext, Path("unused")))
window.show()
app.processEvents()
"""


class Lateness:
    """Notes how late each tick of a timer is, in milliseconds."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._clock = QElapsedTimer()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._clock.start()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def percentile(self, share: float) -> float:
        ordered = sorted(self.late)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    def _tick(self) -> None:
        self.late.append(max(self._clock.nsecsElapsed() / 1e6 - _TICK_MS, 0.0))
        self._clock.restart()


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--rows", type=int, default=1_000_000)
    rows = told.parse_args().rows
    failed = 0
    with tempfile.TemporaryDirectory(prefix="bench-window-") as folder:
        for row in (*first_window(), *window_at_work(Path(folder), rows)):
            print(row)
            failed += not row.passed
    return 1 if failed else 0


def first_window() -> Iterator[Row]:
    """Start both kinds of window in turn."""
    best = {"bare": float("inf"), "ours": float("inf")}
    with tempfile.TemporaryDirectory() as folder:
        # an installed program has its modules compiled; the first start of each compiles them here
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environ["PYTHONPYCACHEPREFIX"] = folder
        for _ in range(1 + _STARTS):
            for name, code in (("bare", _BARE), ("ours", _OURS)):
                started = time.perf_counter()
                subprocess.run(
                    [sys.executable, "-c", code], check=True, capture_output=True, timeout=60, env=environ
                )
                best[name] = min(best[name], time.perf_counter() - started)
    note = f"{best['ours'] * 1000:.0f} ms against {best['bare'] * 1000:.0f} ms"
    yield Row("first window, ours / bare PySide6 window", best["ours"] / best["bare"], "x", 1.5, note=note)


def window_at_work(folder: Path, rows: int) -> Iterator[Row]:
    """Clean a list in the window, then arrange its results."""
    source = _write_list(folder / "list.csv", rows)
    home = Home(folder / "home")

    @contextmanager
    def opener() -> Iterator[Services]:
        with open_services(home=home) as services:
            yield services

    app = QApplication.instance() or QApplication(["emailcleaner", *STYLE_ARGUMENTS])
    assert isinstance(app, QApplication)
    session = Session(opener, folder / "pasted")
    window = MainWindow(Theme(app, Mode.LIGHT, resource_dir()), session)
    window.resize(1180, 760)
    window.show()
    session.start()
    session.services()
    yield from _lateness_of_job(window, session, source, rows)
    yield from _arranging(window)
    window.close()
    session.close()


def _lateness_of_job(window: MainWindow, session: Session, source: Path, rows: int) -> Iterator[Row]:
    loop = QEventLoop()
    lateness = Lateness()
    ended: list[JobState] = []

    def end(summary: object) -> None:
        lateness.stop()
        ended.append(summary.state)  # type: ignore[attr-defined]  # a JobSummary
        loop.quit()

    session.jobs.ended.connect(end)
    page = window.clean.progress
    page.preparing("list.csv")
    window.clean.show_progress()
    request = CleanRequest(sources=(str(source),), depth=Depth.SYNTAX)
    started = time.perf_counter()
    lateness.start()
    session.jobs.start(request, page.follow, lambda error: sys.exit(str(error)))
    loop.exec()
    assert ended == [JobState.DONE]
    note = f"job of {rows:,} rows in {time.perf_counter() - started:.1f} s, {len(lateness.late)} ticks"
    yield Row("event loop lateness while a job runs, p99", lateness.percentile(0.99), "ms", 8, note=note)
    yield Row("event loop lateness while a job runs, max", max(lateness.late), "ms", 30)


def _arranging(window: MainWindow) -> Iterator[Row]:
    page = window.results
    _wait(lambda: page.opened is not None)
    assert page.opened is not None
    data = page.opened.data
    data.prepare_address_order()
    arrangements = {
        "filter by segments": Arrangement(segments=frozenset({Segment.CLEAN, Segment.INVALID})),
        "search": Arrangement(search="gmail"),
        "sort by score": Arrangement(column=Column.SCORE, descending=True),
        "sort by reason": Arrangement(column=Column.REASON),
        "sort by address": Arrangement(column=Column.ADDRESS),
        "search, filter and sort by status": Arrangement(
            frozenset({Segment.CLEAN}), "person1", Column.STATUS
        ),
    }
    for what, arrangement in arrangements.items():
        started = time.perf_counter()
        order = data.arrange(arrangement)
        page.model.show_data(data, order)
        QApplication.processEvents()
        seconds = time.perf_counter() - started
        yield Row(f"{what}, shown", seconds, "s", 0.3, note=f"{len(order):,} rows")
    started = time.perf_counter()
    page.table.scrollToBottom()
    QApplication.processEvents()
    yield Row("scroll to the end", time.perf_counter() - started, "s", 0.3)


def _wait(condition: object, patience_s: float = 60.0) -> None:
    ends_at = time.monotonic() + patience_s
    while not condition():  # type: ignore[operator]  # a callable
        if time.monotonic() > ends_at:
            raise TimeoutError("the window did not get there")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def _write_list(path: Path, rows: int) -> Path:
    """A list with the usual share of faults: 3 % bad, 4 % duplicate, 2 % throw-away."""
    with path.open("w", encoding="utf-8") as file:
        file.write("Name,Email,City\n")
        for number in range(rows):
            kind = number % 100
            domain = "gmail.com" if kind < 40 else f"customer{number % 60_000}.com"
            if kind < 3:
                address = f"person{number}{domain}"
            elif kind < 7:
                address = f"person7@customer{kind}.com"
            elif kind < 9:
                address = f"person{number}@mailinator.com"
            else:
                address = f"person{number}@{domain}"
            file.write(f"Person {number},{address},Berlin\n")
    return path


if __name__ == "__main__":
    sys.exit(main())
