"""Makes a database the one this version of the program works with, or refuses it.

An empty file gets the tables at once. An older database is copied first and then goes through the steps of
`migrations`, all in one transaction. A newer one is refused, untouched. There is no way back to an older
version: that is what the copy is for.

Alembic is imported only when there is a step to do, since it would be felt at each start.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect

from emailcleaner.core.errors import UserError
from emailcleaner.core.store.database import Database, create_private

#: The revisions of `migrations/versions`, oldest first; a test holds the two together.
REVISIONS = ("0001",)

MIGRATIONS = Path(__file__).parent / "migrations"

_VERSION_TABLE = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def bring_up_to_date(database: Database) -> Path | None:
    """Make or upgrade the tables; returns the copy made before an upgrade, if there was one.

    Raises `UserError` for a database of a newer version, and for one of another program.
    """
    with database.read() as connection:
        found = revision_of(connection)
    if found == REVISIONS[-1]:
        return None
    if found is None:
        _make_tables(database)
        return None
    if found not in REVISIONS:
        raise UserError(
            f"The database {database.path} was written by a newer version of Email Cleaner.",
            "Install that version, or set EMAILCLEANER_HOME to another folder.",
            exit_code=1,
        )
    return upgrade_from(database, found)


def upgrade_from(database: Database, found: str, migrations: Path = MIGRATIONS) -> Path:
    """Copy the database, which is at revision `found`, and do the steps that it lacks; returns the copy.

    If a step fails nothing has changed.
    """
    copy = _copy(database.path, found)
    run_steps(database, migrations)
    return copy


def run_steps(database: Database, migrations: Path = MIGRATIONS) -> None:
    """Do all steps that a database lacks, in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.change_schema() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revision_of(connection: Connection) -> str | None:
    """The revision of a database; None for an empty one. Raises `UserError` for another program's."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if found is None else str(found)
    if tables:
        raise UserError(
            "The database holds something else than the data of Email Cleaner.",
            "Give another one with DATABASE_URL, or remove that setting.",
            exit_code=1,
        )
    return None


def _make_tables(database: Database) -> None:
    """All tables in an empty file. Two processes may get here at once: the second finds the work done."""
    from emailcleaner.core.store.tables import metadata

    with database.write() as connection:
        if revision_of(connection) is None:
            metadata.create_all(connection, checkfirst=False)
            connection.exec_driver_sql(_VERSION_TABLE)
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (REVISIONS[-1],))


def _copy(path: Path, revision: str) -> Path:
    """A whole copy beside the database, by SQLite's own means: a live file must never be copied as a file.

    The copy of a failed attempt is written over.
    """
    copy = path.with_name(f"{path.stem}.before-upgrade-{revision}{path.suffix}")
    create_private(copy)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        verdict = target.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise UserError(
            f"The database {path} is damaged: {verdict}", "Restore it from a backup.", exit_code=1
        )
    return copy
