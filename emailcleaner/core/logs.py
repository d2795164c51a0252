"""Structured logs: one JSON object an event, one line an event, no address and no secret in it.

Modules log with `logging.getLogger(__name__)`, an event in a few words and fields in `extra`. `logging_to`
sends that to a rotating file, and to standard error if asked for, and leaves logging as it was. Text is
redacted here, at the sink, after all formatting; an event that cannot be redacted is dropped and counted.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from emailcleaner.core.clock import SystemClock
from emailcleaner.core.ports import Clock
from emailcleaner.core.redaction import Redactor

if TYPE_CHECKING:
    from emailcleaner.core.paths import Home
    from emailcleaner.core.settings import LogSettings

#: After so many days pseudonyms change, so that old logs cannot be linked with new ones.
KEY_DAYS = 90

_FILE_NAME = "emailcleaner.log"
_OUR_LOGGERS = "emailcleaner"
_MIB = 2**20

#: The size cap holds for all files together; one of them is at most this part of it.
_FILES_IN_CAP = 10


@contextmanager
def logging_to(
    home: Home, settings: LogSettings, *, clock: Clock | None = None, console: TextIO | None = None
) -> Iterator[Path]:
    """Log into the home's log folder until the block ends; gives the path of the current file.

    Our own events are logged from `settings.level` on, those of libraries from WARNING on. `console` is where
    `settings.console` writes to: standard error if not given.
    """
    clock = clock or SystemClock()
    path = home.logs_dir / _FILE_NAME
    formatter = _LazyFormatter(Redactor(log_key(home.log_key_file, clock)))
    handlers: list[_Sink] = [
        _RotatingFile(path, settings.size_mb * _MIB, timedelta(days=settings.retention_days), clock)
    ]
    if settings.console:
        handlers.append(_Sink(console or sys.stderr))
    root, ours = logging.getLogger(), logging.getLogger(_OUR_LOGGERS)
    before = root.level, ours.level
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    level = logging.getLevelNamesMapping()[settings.level]
    root.setLevel(max(level, logging.WARNING))
    ours.setLevel(level)
    try:
        yield path
    finally:
        for handler in handlers:
            _tell_dropped(handler)
            root.removeHandler(handler)
            handler.close()
        root.setLevel(before[0])
        ours.setLevel(before[1])


def log_key(file: Path, clock: Clock) -> bytes:
    """The key for pseudonyms; a new one if there is none, it is damaged, or older than `KEY_DAYS`.

    Where it cannot be kept, it is good for this run only.
    """
    now = clock.now()
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(file.read_text(encoding="ascii"))
        age = now - datetime.fromisoformat(kept["made_at"])
        if timedelta(0) <= age < timedelta(days=KEY_DAYS):
            return bytes.fromhex(kept["key"])
    key = secrets.token_bytes(32)
    temporary = file.with_name(file.name + ".new")
    with suppress(OSError):
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            json.dump({"key": key.hex(), "made_at": now.isoformat()}, out)
        temporary.replace(file)
    return key


class _LazyFormatter(logging.Formatter):
    """Makes the real formatter at the first event, so that a start without events does not wait for it."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor
        self._real: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._real is None:
            self._real = _json_formatter(self._redactor)
        return self._real.format(record)


def _json_formatter(redactor: Redactor) -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter

    class RedactingFormatter(JsonFormatter):
        """The fields `asctime`, `name`, `levelname`, `message`, `timestamp` and the event's own, in ASCII."""

        default_time_format = "%Y-%m-%dT%H:%M:%S"
        default_msec_format = "%s.%03dZ"

        def process_log_record(self, log_data: dict[str, object]) -> dict[str, object]:
            clean: dict[str, object] = redactor.value(log_data)
            return clean

    formatter = RedactingFormatter(
        "%(asctime)s %(name)s %(levelname)s %(message)s", timestamp=True, json_ensure_ascii=True
    )
    formatter.converter = time.gmtime
    return formatter


class _Sink(logging.StreamHandler[TextIO]):
    """Writes events, or drops and counts them: a fault of logging must never show an event unredacted."""

    dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
            self.stream.write(line + self.terminator)
            self.flush()
        except Exception:  # noqa: BLE001 - whatever it is, printing the event would leak it
            self.dropped += 1


class _RotatingFile(_Sink):
    """A log file that is put aside when it is large or of another day, and deleted when it is old."""

    def __init__(self, path: Path, cap: int, keep: timedelta, clock: Clock) -> None:
        self._path = path
        self._cap = cap
        self._keep = keep
        self._clock = clock
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._day = self._day_of_file()
        super().__init__(_open_private(path))
        if self._is_due():
            self._put_aside()
        self._delete_old()

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # it then grows until it can be put aside
            if self._is_due():
                self._put_aside()
                self._delete_old()
        super().emit(record)

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self.stream.close()
        super().close()

    def _day_of_file(self) -> str:
        try:
            written = self._path.stat().st_mtime
        except OSError:
            return self._today()
        return datetime.fromtimestamp(written, UTC).date().isoformat()

    def _today(self) -> str:
        return self._clock.now().date().isoformat()

    def _is_due(self) -> bool:
        return self._day != self._today() or self.stream.tell() > self._cap // _FILES_IN_CAP

    def _put_aside(self) -> None:
        if self.stream.tell():
            name = f"{self._path.stem}-{self._clock.now():%Y%m%dT%H%M%S%f}{self._path.suffix}"
            self.stream.close()
            try:
                self._path.rename(self._path.with_name(name))
            finally:
                self.stream = _open_private(self._path)
        self._day = self._today()

    def _delete_old(self) -> None:
        """Delete what is too old, and the oldest beyond the size cap; the current file stays."""
        oldest_kept = (self._clock.now() - self._keep).timestamp()
        room = self._cap - self._cap // _FILES_IN_CAP
        aside = self._path.parent.glob(f"{self._path.stem}-*{self._path.suffix}")
        for file in sorted(aside, reverse=True):
            with suppress(OSError):
                facts = file.stat()
                room -= facts.st_size
                if room < 0 or facts.st_mtime < oldest_kept:
                    file.unlink()


def _open_private(path: Path) -> TextIO:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    stream = os.fdopen(handle, "a", encoding="ascii", errors="backslashreplace", newline="\n")
    stream.seek(0, os.SEEK_END)
    return stream


def _tell_dropped(handler: _Sink) -> None:
    if handler.dropped:
        event = "events dropped"
        record = logging.LogRecord(__name__, logging.ERROR, __file__, 0, event, None, None)
        record.count = handler.dropped
        handler.emit(record)
