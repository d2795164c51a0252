"""Keeps what was asked for and what was found: jobs, part files, history, domains.

SQLAlchemy is imported when a store is opened, not before: those who only write or read parts do not wait
for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from emailcleaner.core.ports import Clock
from emailcleaner.core.store.filesystems import free_space
from emailcleaner.core.store.instance_lock import InstanceLock
from emailcleaner.core.store.parts import DamagedPart, read_part, write_part
from emailcleaner.core.store.records import JobRow, PartRecord

if TYPE_CHECKING:
    from emailcleaner.core.store.opening import Store as Store

__all__ = [
    "DamagedPart",
    "InstanceLock",
    "JobRow",
    "PartRecord",
    "free_space",
    "open_store",
    "read_part",
    "write_part",
]


def open_store(url: str | Path, *, home: Path, clock: Clock) -> Store:
    """Open the database at `url` (a path or `sqlite:///path`); see `opening.open_store`."""
    from emailcleaner.core.store import opening

    return opening.open_store(url, home=home, clock=clock)
