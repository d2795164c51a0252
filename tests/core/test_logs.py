from __future__ import annotations

import io
import json
import logging
import os
import stat
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.clock import SystemClock
from emailcleaner.core.logs import KEY_DAYS, log_key, logging_to
from emailcleaner.core.paths import Home
from emailcleaner.core.settings import LogSettings

_log = logging.getLogger("emailcleaner.tests")


class ShiftedClock(SystemClock):
    """The real time, so many days later: files have real times of change."""

    def __init__(self) -> None:
        self.days = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(days=self.days)


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").prepare()


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def test_an_event_is_one_object_with_the_promised_fields(place: Home) -> None:
    with logging_to(place, LogSettings()) as path:
        _log.info("webhook sent", extra={"webhook_id": "wh_1", "status_code": 200, "include_smtp": True})
    [event] = events(path)
    assert event["message"] == "webhook sent"
    assert (event["name"], event["levelname"]) == ("emailcleaner.tests", "INFO")
    assert (event["webhook_id"], event["status_code"], event["include_smtp"]) == ("wh_1", 200, True)
    for field in ("asctime", "timestamp"):
        assert datetime.fromisoformat(event[field]).utcoffset() == timedelta(0)


def test_an_event_is_one_line_whatever_is_in_it(place: Home) -> None:
    hostile = "a\nb\r\x00\x1b[31m\x85\u2028\u2029\u202e\ud800"
    with logging_to(place, LogSettings()) as path:
        _log.info("said %s", hostile, extra={"reply": hostile})
    content = path.read_bytes()
    assert content.count(b"\n") == 1
    assert all(32 <= byte < 127 for byte in content[:-1])
    assert events(path)[0]["reply"] == hostile


def test_no_address_is_in_the_file_not_in_message_fields_or_traceback(place: Home) -> None:
    def fail() -> None:
        raise ValueError("bad ann.smith@example.com")

    with logging_to(place, LogSettings(level="DEBUG")) as path:
        _log.info("to %s", "ann.smith@example.com", extra={"to": ["ann.smith@example.com"], "token": "t0k3n"})
        try:
            fail()
        except ValueError:
            _log.exception("failed", extra={"ann.smith@example.com": 1})
        logging.getLogger("library").warning("for <ann.smith@example.com>")
    text = path.read_text()
    assert len(events(path)) == 3
    assert "smith" not in text
    assert "t0k3n" not in text
    assert text.count("@other") == 6  # the traceback shows the line of the program too


@given(text=st.text(max_size=50))
def test_an_address_in_any_text_never_reaches_the_file(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = Home(tmp_path_factory.mktemp("logs")).prepare()
    with logging_to(home, LogSettings()) as path:
        _log.info(text.replace("%", "%%") + " zebra.quagga@example.com" + text, extra={"x": {text: [text]}})
    assert b"quagga" not in path.read_bytes()


def test_an_event_that_cannot_be_shown_is_dropped_and_counted(
    place: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    class Stubborn:
        def __str__(self) -> str:
            raise RuntimeError("ann@example.com")

    with logging_to(place, LogSettings()) as path:
        _log.info("one")
        _log.info("two", extra={"x": Stubborn()})
    assert [(e["message"], e.get("count")) for e in events(path)] == [("one", None), ("events dropped", 1)]
    assert capsys.readouterr() == ("", "")


def test_the_level_holds_for_our_events_and_libraries_only_warn(place: Home) -> None:
    with logging_to(place, LogSettings(level="DEBUG")) as path:
        _log.debug("ours")
        logging.getLogger("library").info("quiet")
        logging.getLogger("library").warning("loud")
    assert [e["message"] for e in events(path)] == ["ours", "loud"]
    with logging_to(place, LogSettings(level="ERROR")) as path:
        _log.warning("not this")
        _log.error("this")
    assert [e["message"] for e in events(path)] == ["ours", "loud", "this"]


def test_the_console_is_written_to_only_by_choice(place: Home) -> None:
    console = io.StringIO()
    with logging_to(place, LogSettings(), console=console):
        _log.info("one")
    assert not console.getvalue()
    with logging_to(place, LogSettings(console=True), console=console):
        _log.info("to ann@example.com")
    assert json.loads(console.getvalue())["message"].startswith("to a:")
    assert not console.closed


def test_logging_is_left_as_it_was(place: Home) -> None:
    root, ours = logging.getLogger(), logging.getLogger("emailcleaner")
    before = (list(root.handlers), root.level, list(ours.handlers), ours.level)
    with pytest.raises(KeyError), logging_to(place, LogSettings(console=True), console=io.StringIO()):
        raise KeyError
    assert (list(root.handlers), root.level, list(ours.handlers), ours.level) == before


def test_files_are_private(place: Home) -> None:
    with logging_to(place, LogSettings()) as path:
        _log.info("x")
    for file in (path, place.log_key_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_large_file_is_put_aside_and_all_together_stay_below_the_cap(place: Home) -> None:
    with logging_to(place, LogSettings(size_mb=1)) as path:
        for _ in range(300):
            _log.info("x" * 10_000)
    files = list(place.logs_dir.iterdir())
    sizes = sum(file.stat().st_size for file in files)
    assert path in files
    assert len(files) > 5
    assert 500_000 < sizes <= 2**20


def test_a_file_of_another_day_is_put_aside_and_an_old_one_deleted(place: Home) -> None:
    clock = ShiftedClock()
    for days in (0, 1, 29):
        clock.days = days
        with logging_to(place, LogSettings(retention_days=30), clock=clock) as path:
            _log.info("day %d", days)
        written = clock.now().timestamp()
        os.utime(path, (written, written))
    assert len(list(place.logs_dir.iterdir())) == 3
    clock.days = 30.5
    with logging_to(place, LogSettings(retention_days=30), clock=clock) as path:
        _log.info("today")
    assert [e["message"] for e in events(path)] == ["today"]
    messages = [events(f)[0]["message"] for f in sorted(place.logs_dir.glob("emailcleaner-*.log"))]
    assert messages == ["day 1", "day 29"]


def test_the_day_may_change_while_running(place: Home) -> None:
    clock = ShiftedClock()
    with logging_to(place, LogSettings(), clock=clock) as path:
        _log.info("before midnight")
        clock.days = 1
        _log.info("after midnight")
    assert [e["message"] for e in events(path)] == ["after midnight"]
    assert len(list(place.logs_dir.iterdir())) == 2


def test_pseudonyms_stay_for_ninety_days(place: Home) -> None:
    clock = ShiftedClock()
    key = log_key(place.log_key_file, clock)
    clock.days = KEY_DAYS - 1
    assert log_key(place.log_key_file, clock) == key
    clock.days = KEY_DAYS + 1
    newer = log_key(place.log_key_file, clock)
    assert newer != key
    assert log_key(place.log_key_file, clock) == newer


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"key": "zz", "made_at": "2026-01-01"}', "\xff"])
def test_a_damaged_key_is_made_anew(content: str, place: Home) -> None:
    place.log_key_file.write_text(content, encoding="utf-8")
    key = log_key(place.log_key_file, SystemClock())
    assert len(key) == 32
    assert log_key(place.log_key_file, SystemClock()) == key


def test_events_of_many_threads_stay_whole(place: Home) -> None:
    def work(number: int) -> None:
        for count in range(50):
            _log.info("event", extra={"number": number, "count": count})

    with logging_to(place, LogSettings()) as path:
        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({(e["number"], e["count"]) for e in events(path)}) == 200
