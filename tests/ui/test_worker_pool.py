"""The worker pool keeps its promises, and the bridge brings every result to the UI thread."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from emailcleaner.core.errors import Cancelled, UserError
from emailcleaner.ui.bridge import Bridge
from emailcleaner.ui.worker_pool import QtWorkerPool, StopFlag

_PATIENCE_MS = 20_000


def _raise(error: BaseException) -> None:
    raise error


def _hold(begun: threading.Event, release: threading.Event) -> None:
    begun.set()
    release.wait(20)


def test_results_and_exceptions_are_in_the_future() -> None:
    pool = QtWorkerPool(2, "test")

    good, bad = pool.submit(lambda: 6 * 7), pool.submit(lambda: _raise(ValueError("no")))

    assert good.result(10) == 42
    assert isinstance(bad.exception(10), ValueError)
    assert pool.close(10)


def test_closing_cancels_what_has_not_begun() -> None:
    pool = QtWorkerPool(1, "test")
    begun, release = threading.Event(), threading.Event()
    first = pool.submit(lambda: _hold(begun, release))
    assert begun.wait(10)
    waiting = [pool.submit(lambda: 1) for _ in range(20)]
    threading.Timer(0.05, release.set).start()

    assert pool.close(10)

    assert first.done()
    assert all(future.cancelled() for future in waiting)
    assert pool.submit(lambda: 1).cancelled()


def test_closing_says_when_work_does_not_end_in_time() -> None:
    pool = QtWorkerPool(1, "test")
    begun, release = threading.Event(), threading.Event()
    pool.submit(lambda: _hold(begun, release))
    assert begun.wait(10)

    assert pool.close(0.01) is False

    release.set()
    assert pool.close(10)


def test_every_one_of_many_results_arrives_on_the_ui_thread(qtbot: QtBot) -> None:
    pool = QtWorkerPool(4, "test")
    bridge = Bridge(pool)
    arrived: list[tuple[int, bool]] = []
    main = threading.main_thread()
    for number in range(3_000):
        bridge.run(
            lambda n=number: n,  # type: ignore[misc]  # bound now
            lambda n: arrived.append((n, threading.current_thread() is main)),
        )

    qtbot.waitUntil(lambda: len(arrived) == 3_000, timeout=_PATIENCE_MS)

    assert {number for number, _ in arrived} == set(range(3_000))
    assert all(on_main for _, on_main in arrived)
    assert bridge.idle
    assert pool.close(10)


def test_each_kind_of_failure_goes_where_it_belongs(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    pool = QtWorkerPool(2, "test")
    bridge = Bridge(pool)
    taken: list[str] = []
    bridge.user_error.connect(lambda error: taken.append(f"bar: {error.title}"))
    bridge.bug.connect(lambda error: taken.append(f"bug: {type(error).__name__}"))

    bridge.run(lambda: _raise(UserError("page")), lambda _n: None, lambda error: taken.append(error.title))
    bridge.run(lambda: _raise(UserError("nobody")), lambda _n: None)
    bridge.run(lambda: _raise(Cancelled()), lambda _n: taken.append("never"))
    bridge.run(lambda: _raise(KeyError("x")), lambda _n: taken.append("never"))
    qtbot.waitUntil(lambda: bridge.idle, timeout=_PATIENCE_MS)

    assert sorted(taken) == ["bar: nobody", "bug: KeyError", "page"]
    assert any("work failed" in record.message for record in caplog.records)
    assert pool.close(10)


def test_a_dropped_answer_is_not_delivered(qtbot: QtBot) -> None:
    pool = QtWorkerPool(1, "test")
    bridge = Bridge(pool)
    taken: list[str] = []

    bridge.run(lambda: "old", taken.append).drop()
    bridge.run(lambda: "new", taken.append)
    qtbot.waitUntil(lambda: bridge.idle, timeout=_PATIENCE_MS)

    assert taken == ["new"]
    assert pool.close(10)


def test_a_stop_flag_raises_once_it_is_set() -> None:
    flag = StopFlag()
    flag.check()
    flag.stop()

    assert flag.stopped
    with pytest.raises(Cancelled):
        flag.check()
