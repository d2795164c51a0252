"""What earlier jobs found about an address, and moving that from part files into `email_history`.

A finished job's rows are in its parts; `fill` copies them into the table behind everything else, and how
far it came in a part (`job_parts.filled_rows`) is written in the transaction of the rows themselves. A
look-up takes the rows before that mark from the table and those behind it from the part, under one view of
the database: so every row is found at every moment, and none twice.

Rows without any address are in no history. A row that repeats an earlier one of its job is kept, with reason
`duplicate`, and shown only where the job has no other row for that address.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from emailcleaner.core.model import Depth, HistoryEntry, JobId, JobState, Reason, Status
from emailcleaner.core.ports import CancelToken
from emailcleaner.core.store.database import Database
from emailcleaner.core.store.fingerprints import fingerprint
from emailcleaner.core.store.history_rows import INSERT, history_rows
from emailcleaner.core.store.part_index import find_rows
from emailcleaner.core.store.parts import ROW_GROUP, DamagedPart, build_index, index_path, read_rows
from emailcleaner.core.store.tables import email_history, job_parts, validation_jobs

#: Rows a transaction: it holds the writer, so it must stay well under a second.
_ROWS_AT_ONCE = ROW_GROUP

_ENTRY_COLUMNS = ("address", "normalized", "status", "reason", "depth", "score", "checked_at")

_history = email_history.c
_parts = job_parts.c

_log = logging.getLogger(__name__)

#: Sound parts of finished jobs with rows that are not in the table yet.
_UNFILLED = (
    select(job_parts)
    .join(validation_jobs, validation_jobs.c.job_id == _parts.job_id)
    .where(
        validation_jobs.c.status == JobState.DONE.value,
        _parts.damaged.is_(False),
        _parts.filled_rows < _parts.rows,
    )
)


class HistoryStore:
    """The history of all finished jobs. May be used from any thread."""

    def __init__(self, database: Database, parts_folder: Callable[[JobId], Path]) -> None:
        self._database = database
        self._folder = parts_folder

    def find(self, address: str, *, limit: int = 100) -> list[HistoryEntry]:
        """What was found about an address, one entry a job, newest first, at most `limit`.

        `address` is the normalized form; one that has none (its syntax is wrong) is found as it stood in
        the list.
        """
        with self._database.read() as connection:
            entries = _from_table(connection, address, limit)
            unfilled = connection.execute(_UNFILLED.order_by(_parts.job_id, _parts.number)).all()
        wanted = fingerprint(address)
        for part in unfilled:
            folder = self._folder(JobId(part.job_id))
            rows = [
                row for row in _find_rows(folder, part.file, part.rows, wanted) if row >= part.filled_rows
            ]
            entries += _from_part(folder, part.file, JobId(part.job_id), rows, address)
        return _one_a_job(entries)[:limit]

    def pending(self) -> int:
        """How many rows of finished jobs are not in the table yet."""
        missing = _UNFILLED.with_only_columns(func.coalesce(func.sum(_parts.rows - _parts.filled_rows), 0))
        with self._database.read() as connection:
            return int(connection.scalar(missing) or 0)

    def fill(self, limit_rows: int, token: CancelToken | None = None) -> int:
        """Move up to `limit_rows` rows into the table, oldest jobs first; returns how many were moved.

        May stop early when the token says so (which it then raises), losing nothing. A part that cannot be
        read is marked, logged and passed over.
        """
        moved = 0
        while moved < limit_rows:
            if token is not None:
                token.check()
            count = self._fill_once(min(_ROWS_AT_ONCE, limit_rows - moved))
            if count is None:
                break
            moved += count
        return moved

    def _fill_once(self, limit_rows: int) -> int | None:
        """Move the next rows of one part; None when there are none left, 0 when the part is damaged."""
        order = (validation_jobs.c.completed_at, _parts.job_id, _parts.number)
        with self._database.read() as connection:
            part = connection.execute(_UNFILLED.order_by(*order).limit(1)).first()
        if part is None:
            return None
        same = (_parts.job_id == part.job_id) & (_parts.number == part.number)
        # To the end of the row group at most, so that no group is decoded twice.
        first, rows_left = int(part.filled_rows), int(part.rows - part.filled_rows)
        count = min(limit_rows, rows_left, ROW_GROUP - first % ROW_GROUP)
        try:
            table = read_rows(self._folder(JobId(part.job_id)), part.file, part.filled_rows, count)
        except DamagedPart:
            _log.error("part damaged", extra={"job_id": part.job_id, "part": part.number})
            with self._database.write() as connection:
                connection.execute(update(job_parts).where(same).values(damaged=True))
            return 0
        rows = list(history_rows(table, JobId(part.job_id)))
        mark = update(job_parts).where(same, _parts.filled_rows == part.filled_rows)
        with self._database.write() as connection:
            # Compared, so that two processes that fill at once do not enter the rows twice.
            result = connection.execute(mark.values(filled_rows=part.filled_rows + count))
            if result.rowcount != 1:
                return 0
            if rows:
                connection.exec_driver_sql(INSERT, rows)
        return count


def _from_table(connection: Connection, address: str, limit: int) -> list[HistoryEntry]:
    found = connection.execute(
        select(email_history)
        .where(_history.email == address)
        .order_by(_history.created_at.desc())
        .limit(2 * limit)  # some may be duplicates within their job
    )
    return [
        HistoryEntry(
            address=row.email,
            job_id=JobId(row.job_id or ""),
            status=Status(row.status),
            reason=Reason(row.reason),
            depth=Depth(row.depth),
            score=row.deliverability_score or 0,
            checked_at=row.created_at,
        )
        for row in found
    ]


def _find_rows(folder: Path, file: str, rows: int, wanted: int) -> list[int]:
    path = index_path(folder, file)
    found = find_rows(path, wanted)
    if found is not None:
        return found
    try:
        build_index(folder, file, rows)
    except (DamagedPart, OSError):
        _log.error("part damaged", extra={"file": str(folder / file)})
        return []
    _log.debug("part index built", extra={"file": str(path)})
    return find_rows(path, wanted) or []


def _from_part(folder: Path, file: str, job_id: JobId, rows: list[int], address: str) -> list[HistoryEntry]:
    entries = []
    for row in rows:
        try:
            found = read_rows(folder, file, row, 1, _ENTRY_COLUMNS).to_pylist()[0]
        except DamagedPart:
            _log.error("part damaged", extra={"job_id": job_id, "file": file})
            break
        known_as = found["normalized"] or found["address"]
        if known_as == address:  # another text may have the same fingerprint
            entries.append(
                HistoryEntry(
                    address=known_as,
                    job_id=job_id,
                    status=Status(found["status"]),
                    reason=Reason(found["reason"]),
                    depth=Depth(found["depth"]),
                    score=found["score"],
                    checked_at=found["checked_at"].astimezone(UTC),
                )
            )
    return entries


def _one_a_job(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    """The newest entries first; of a job's rows for one address, the one that is no duplicate."""
    best: dict[tuple[str, str], HistoryEntry] = {}
    for number, entry in enumerate(entries):
        # Imported records may have no job: each of them stands for itself.
        key = (entry.job_id, "" if entry.job_id else str(number))
        known = best.get(key)
        if known is None or (known.reason is Reason.DUPLICATE and entry.reason is not Reason.DUPLICATE):
            best[key] = entry
    return sorted(best.values(), key=lambda e: e.checked_at, reverse=True)
