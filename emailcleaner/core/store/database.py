"""The connection to the embedded database: how it is opened, and how a transaction begins.

Many readers, one writer: writers of this process queue on a lock, those of other processes on SQLite's own.
This module knows no table.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from emailcleaner.core.errors import UserError

#: How long a statement waits for another process's transaction.
BUSY_TIMEOUT_MS = 30_000

_WRITING = "emailcleaner_writing"


class Database:
    """One SQLite file: `read` and `write` give connections inside a transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = threading.Lock()
        self.engine = _engine(path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database. Keep it short: it can hold up a commit."""
        with translated_faults(self.path), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The only writing connection; committed at the end of the block, rolled back on an exception."""
        with (
            translated_faults(self.path),
            self._writer,
            self.engine.connect() as connection,
            connection.execution_options(**{_WRITING: True}).begin(),
        ):
            yield connection

    @contextmanager
    def change_schema(self) -> Iterator[Connection]:
        """Like `write`, with foreign keys looked at only at the end: a step that makes a table anew must not
        take the rows along that point to the old one."""
        with translated_faults(self.path), self._writer, self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None  # just connected
            driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.execution_options(**{_WRITING: True}).begin():
                    yield connection
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                    if broken is not None:
                        raise RuntimeError(f"a step left rows of {broken[0]} that point to nothing")
            finally:
                driver.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset fault, which can corrupt a database when two connections
    write and checkpoint at the same moment: mended in 3.51.3, and in 3.50.7 and 3.44.6 of the older lines."""
    if version >= (3, 51, 3):
        return True
    line = version[:2]
    return (line == (3, 50) and version >= (3, 50, 7)) or (line == (3, 44) and version >= (3, 44, 6))


def create_private(path: Path) -> None:
    """Make the file, readable for this user only, unless it is there. SQLite gives its companions the same
    mode."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise UserError(
            f"The database {path} cannot be opened: {fault.strerror}.", "Check the folder's permissions."
        ) from fault
    os.close(handle)
    path.chmod(0o600)


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        hide_parameters=True,  # they are addresses, and would stand in messages of exceptions
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "TRUNCATE"

    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own habit of opening transactions late is off: `begin` below does it.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    def begin(connection: Connection) -> None:
        # A transaction that begins by reading and then writes fails at once when another process has written
        # meanwhile, without waiting: whoever is going to write says so from the start.
        writing = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


@contextmanager
def translated_faults(path: Path) -> Iterator[None]:
    """Faults of the file that the user can mend, in words."""
    try:
        yield
    except OperationalError as fault:
        if "locked" in str(fault.orig):
            raise UserError(
                "The database is busy with another program.",
                "Close the other window of Email Cleaner, or try again in a moment.",
                exit_code=1,
            ) from fault
        if "full" in str(fault.orig):
            raise UserError(
                f"The disk of {path.parent} is full.", "Free some space and go on.", exit_code=1
            ) from fault
        raise
    except DatabaseError as fault:
        if "malformed" in str(fault.orig) or "not a database" in str(fault.orig):
            raise UserError(
                f"The database {path} is damaged or is no database.",
                "Restore it from a backup, or move it away to begin anew.",
                exit_code=1,
            ) from fault
        raise
