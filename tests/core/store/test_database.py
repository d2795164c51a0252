from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from emailcleaner.core.errors import UserError
from emailcleaner.core.store.database import BUSY_TIMEOUT_MS, Database, create_private, wal_is_safe


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "x.sqlite3")
    with opened.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    yield opened
    opened.close()


def pragma(database: Database, name: str) -> object:
    with database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one())


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_used_only_where_its_fault_is_mended(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_every_connection_is_durable_and_keeps_references(database: Database) -> None:
    journal = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "truncate"
    assert pragma(database, "journal_mode") == journal
    assert pragma(database, "synchronous") == 2  # FULL
    assert pragma(database, "foreign_keys") == 1
    assert pragma(database, "busy_timeout") == BUSY_TIMEOUT_MS >= 30_000


def test_an_exception_undoes_the_whole_transaction(database: Database) -> None:
    def fail_after_writing() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert count(database) == 0


def test_writers_of_several_threads_wait_for_one_another(database: Database) -> None:
    def write() -> None:
        for _ in range(5):
            with database.write() as connection:
                known = connection.exec_driver_sql("SELECT coalesce(max(n), 0) FROM t").scalar_one()
                connection.exec_driver_sql("INSERT INTO t VALUES (?)", (known + 1,))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        numbers = connection.exec_driver_sql("SELECT n FROM t ORDER BY n").scalars().all()
    assert numbers == list(range(1, 21))


def test_a_writer_holds_the_lock_from_the_start(database: Database) -> None:
    other = sqlite3.connect(database.path, timeout=0, isolation_level=None)
    try:
        with database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    finally:
        other.close()


def test_a_schema_change_that_breaks_references_is_undone(database: Database) -> None:
    with database.change_schema() as connection:
        connection.exec_driver_sql("CREATE TABLE p (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE c (p INTEGER REFERENCES p (id))")
        connection.exec_driver_sql("INSERT INTO p VALUES (1)")
        connection.exec_driver_sql("INSERT INTO c VALUES (1)")
    with pytest.raises(RuntimeError, match="rows of c"), database.change_schema() as connection:
        connection.exec_driver_sql("DELETE FROM p")
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM p").scalar() == 1
    assert pragma(database, "foreign_keys") == 1


def test_the_file_is_made_private_also_one_that_was_not(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.touch(mode=0o644)
    create_private(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be opened"):
        create_private(tmp_path / "none" / "x")


def test_the_journal_is_private_too(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_private(tmp_path / "x.sqlite3")
        database = Database(tmp_path / "x.sqlite3")
        with database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
            modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        database.close()
    finally:
        os.umask(before)
    assert modes == {0o600}


def test_what_is_no_database_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    path.write_bytes(b"This is a letter to Ann. " * 100)
    database = Database(path)
    with pytest.raises(UserError, match="damaged or is no database"), database.read() as connection:
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master")
    database.close()


def test_messages_of_faults_do_not_show_values(database: Database) -> None:
    with pytest.raises(Exception, match="no such table") as caught, database.write() as connection:
        connection.exec_driver_sql("INSERT INTO none VALUES (?)", ("ann@example.com",))
    assert "ann@" not in str(caught.value)
