"""Opens the store of one home: which database, whether it may be used, and its parts put together."""

from __future__ import annotations

import logging
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from emailcleaner.core.errors import UserError
from emailcleaner.core.model import JobId
from emailcleaner.core.ports import Clock
from emailcleaner.core.store.database import Database, create_private
from emailcleaner.core.store.domain_cache import StoredDomainCache
from emailcleaner.core.store.filesystems import network_file_system
from emailcleaner.core.store.history import HistoryStore
from emailcleaner.core.store.jobs import JobStore
from emailcleaner.core.store.upgrade import bring_up_to_date

_log = logging.getLogger(__name__)


class Store:
    """All that is kept: `jobs`, `domains`, `history`. Close it, or use it as a context manager."""

    def __init__(self, database: Database, home: Path, clock: Clock) -> None:
        self._database = database
        self._home = home
        self.jobs = JobStore(database, clock)
        self.domains = StoredDomainCache(database, clock)
        self.history = HistoryStore(database, self.parts_folder)

    def parts_folder(self, job_id: JobId) -> Path:
        """Where the part files of a job are; it need not exist."""
        return self._home / "jobs" / job_id / "parts"

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str | Path, *, home: Path, clock: Clock) -> Store:
    """Open the database, making or upgrading its tables.

    `url` is a path or `sqlite:///path`; `home` is the folder whose `jobs` hold the part files. Raises
    `UserError` for any other kind of database, a newer one, a damaged one, and one on a network file
    system.
    """
    path = _database_path(url)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise UserError(f"The folder {path.parent} cannot be made: {fault.strerror}.") from fault
    share = network_file_system(path.parent)
    if share is not None:
        raise UserError(
            f"The database {path} is on a network file system ({share}), where it would get damaged.",
            "Set EMAILCLEANER_HOME to a folder on a disk of this computer.",
        )
    create_private(path)
    database = Database(path)
    try:
        copy = bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    if copy is not None:
        _log.warning("database upgraded", extra={"copy": str(copy)})
    return Store(database, home, clock)


def _database_path(url: str | Path) -> Path:
    if isinstance(url, Path):
        return url.absolute()
    parts = urlsplit(url)
    # A path may look like a URL only on Windows, where its scheme is the letter of a drive.
    if len(parts.scheme) <= 1:
        return Path(url).absolute()
    kind = parts.scheme.partition("+")[0]
    if kind in ("postgres", "postgresql"):
        raise UserError(
            "This version keeps its data in SQLite only; PostgreSQL is not supported yet.",
            "Remove DATABASE_URL, or give sqlite:///path/to/file.",
        )
    if kind != "sqlite":
        raise UserError(f"A database of kind {kind!r} is not supported.", "Give sqlite:///path/to/file.")
    place = url.partition(":///")[2]
    if parts.netloc or not place or place == ":memory:":
        raise UserError("DATABASE_URL names no file.", "Give sqlite:///path/to/file.")
    return Path(place).absolute()
