"""What an earlier run left unfinished is offered, and gone on with."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from emailcleaner.core.model import CleanRequest, Depth, JobState
from emailcleaner.ui.main_window import MainWindow
from emailcleaner.ui.session import Session
from emailcleaner.ui.theme.theme import Theme
from tests.ui.conftest import Opener
from tests.ui.driving import PATIENCE_MS


def test_an_unfinished_job_is_offered_and_gone_on_with(
    qtbot: QtBot, theme: Theme, session: Session, opener: Opener, sample_list: Path
) -> None:
    with opener() as services:
        job_id = services.create(CleanRequest(sources=(str(sample_list),), depth=Depth.SYNTAX))
    window = MainWindow(theme, session)
    qtbot.addWidget(window)
    window.show()
    session.start()
    notice = window.clean.start.notice
    qtbot.waitUntil(lambda: "not finished" in notice.text(), timeout=PATIENCE_MS)

    notice.act()

    qtbot.waitUntil(lambda: window.results.model.rowCount() == 400, timeout=PATIENCE_MS)
    assert window.results.job_id == job_id


def test_closing_while_a_job_runs_pauses_it(
    qtbot: QtBot, theme: Theme, opener: Opener, tmp_path: Path
) -> None:
    large = tmp_path / "large.csv"
    lines = (f"person{number}@customer{number % 5000}.example.net" for number in range(600_000))
    large.write_text("Email\n" + "\n".join(lines), encoding="utf-8")
    session = Session(opener, tmp_path / "pasted")
    window = MainWindow(theme, session)
    qtbot.addWidget(window)
    window.show()
    session.start()
    started: list[str] = []
    session.jobs.start(CleanRequest(sources=(str(large),)), started.append, lambda error: None)
    qtbot.waitUntil(lambda: bool(started), timeout=PATIENCE_MS)

    window.close()
    assert session.close()

    with opener() as services:
        states = {job.state for job in services.jobs()}
    assert states <= {JobState.PAUSED, JobState.DONE, JobState.QUEUED}
    assert states


def test_going_on_while_a_job_comes_to_rest_is_not_lost(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    large = tmp_path / "large.csv"
    lines = (f"person{number}@customer{number % 50}.example.net" for number in range(300_000))
    large.write_text("Email\n" + "\n".join(lines), encoding="utf-8")
    jobs = window.session.jobs
    ended: list[JobState] = []
    jobs.ended.connect(lambda summary: ended.append(summary.state))
    jobs.start(CleanRequest(sources=(str(large),), depth=Depth.SYNTAX), lambda _id: None, lambda _error: None)
    qtbot.waitUntil(lambda: bool(jobs.queue), timeout=PATIENCE_MS)
    (job_id,) = jobs.queue

    jobs.pause(job_id)
    jobs.go_on(job_id)

    qtbot.waitUntil(lambda: bool(ended), timeout=PATIENCE_MS)
    assert ended == [JobState.DONE]
    assert jobs.queue == ()


def test_a_failure_to_open_is_said_in_the_window(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    from contextlib import contextmanager

    from emailcleaner.core.errors import UserError

    @contextmanager
    def locked():  # type: ignore[no-untyped-def]  # never yields
        raise UserError("Another window works on these lists.", "Close it first.")
        yield

    session = Session(locked, tmp_path / "pasted")
    window = MainWindow(theme, session)
    qtbot.addWidget(window)
    window.show()
    session.start()

    qtbot.waitUntil(lambda: "Another window" in window.notice.text(), timeout=PATIENCE_MS)
    assert session.close()
