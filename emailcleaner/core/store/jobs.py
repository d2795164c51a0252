"""Durable jobs: their requests, states, parts and counts.

A state changes only by comparing and setting in one statement, so two processes cannot both take a job. A
part and the counts that go with it are one transaction: after a crash either both are there or neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, literal, select, update

from emailcleaner.core.model import (
    CleanRequest,
    Depth,
    JobId,
    JobState,
    JobSummary,
    Segment,
    SegmentCount,
)
from emailcleaner.core.ports import Clock
from emailcleaner.core.store.database import Database
from emailcleaner.core.store.records import JobRow, PartRecord
from emailcleaner.core.store.request_json import request_from_json, request_to_json
from emailcleaner.core.store.states import AT_REST, RECOVERED, is_allowed
from emailcleaner.core.store.tables import UtcDateTime, job_parts, validation_jobs

_jobs = validation_jobs.c
_parts = job_parts.c


class JobStore:
    """The jobs of one database; every method is one transaction and may be called from any thread."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, job_id: JobId, request: CleanRequest, created_at: datetime) -> None:
        """Enter a new job, in state `queued`."""
        values = {
            "job_id": job_id,
            "status": JobState.QUEUED.value,
            "depth": request.depth.value,
            "total_emails": 0,
            "processed_emails": 0,
            "valid_count": 0,
            "invalid_count": 0,
            "progress_percent": 0.0,
            "created_at": created_at,
            "result_file": request.out or "",
            "error_message": "",
            "include_smtp": request.depth is Depth.MAILBOX,
            "job_data": request_to_json(request),
            "segments": "{}",
            "summary": "",
        }
        with self._database.write() as connection:
            connection.execute(insert(validation_jobs).values(values))

    def get(self, job_id: JobId) -> JobRow | None:
        """The job, or None where there is no such job."""
        with self._database.read() as connection:
            row = connection.execute(select(validation_jobs).where(_jobs.job_id == job_id)).one_or_none()
        return None if row is None else _job_row(row)

    def list(self) -> list[JobSummary]:
        """All jobs, newest first."""
        order = (_jobs.created_at.desc(), _jobs.job_id)
        with self._database.read() as connection:
            rows = connection.execute(select(validation_jobs).order_by(*order)).all()
        return [_job_row(row).summary for row in rows]

    def state(self, job_id: JobId) -> JobState | None:
        """Only the state: cheap enough to be asked every second."""
        with self._database.read() as connection:
            found = connection.scalar(select(_jobs.status).where(_jobs.job_id == job_id))
        return None if found is None else JobState(found)

    def set_state(
        self, job_id: JobId, to: JobState, *, expect: AbstractSet[JobState], error: str = ""
    ) -> bool:
        """Change the state if it is one of `expect` now; says whether it did.

        Raises `ValueError` if `to` may not follow one of `expect`: that is a fault of the caller, whatever
        the job's state is. `error` is kept with the job and replaces what was there.
        """
        wrong = [before.value for before in expect if not is_allowed(before, to)]
        if wrong:
            raise ValueError(f"a job may not go from {', '.join(sorted(wrong))} to {to.value}")
        now = self._clock.now()
        values: dict[str, Any] = {"status": to.value, "error_message": error}
        values["completed_at"] = now if to in AT_REST else None
        if to is JobState.RUNNING:
            values["started_at"] = func.coalesce(_jobs.started_at, literal(now, UtcDateTime))
        with self._database.write() as connection:
            return _changed(connection.execute(_where_state(job_id, expect).values(values)))

    def recover(self) -> Sequence[tuple[JobId, JobState]]:
        """Put jobs at rest that a dead process left at work; returns them with the state they have now.

        Only for the holder of the instance lock: a living process's jobs look the same.
        """
        recovered: list[tuple[JobId, JobState]] = []
        with self._database.write() as connection:
            wanted = select(_jobs.job_id, _jobs.status).where(_jobs.status.in_([s.value for s in RECOVERED]))
            for job_id, status in connection.execute(wanted).all():
                to = RECOVERED[JobState(status)]
                values: dict[str, Any] = {"status": to.value}
                if to in AT_REST:
                    values["completed_at"] = self._clock.now()
                connection.execute(update(validation_jobs).where(_jobs.job_id == job_id).values(values))
                recovered.append((JobId(job_id), to))
        return recovered

    def set_counts(
        self, job_id: JobId, *, records: int, done: int = 0, segments: Mapping[Segment, int] | None = None
    ) -> None:
        """Set how many records the job has and how many are done."""
        values = _counts(done, segments or {})
        values |= {"total_emails": records, "progress_percent": _percent(done, records)}
        with self._database.write() as connection:
            connection.execute(update(validation_jobs).where(_jobs.job_id == job_id).values(values))

    def commit_part(
        self, job_id: JobId, part: PartRecord, *, records_done: int, segments: Mapping[Segment, int]
    ) -> bool:
        """Enter a part that is on disk, with the job's counts as they are then (totals, not of this part
        alone).

        The same part again changes nothing and gives False. Raises `ValueError` for another part of that
        number.
        """
        key = (_parts.job_id == job_id) & (_parts.number == part.number)
        with self._database.write() as connection:
            known = connection.scalar(select(_parts.sha256).where(key))
            if known is not None and known != part.sha256:
                raise ValueError(f"part {part.number} of {job_id} is entered already, with other rows")
            if known is not None:
                return False
            connection.execute(insert(job_parts).values(_part_values(job_id, part)))
            total = connection.scalar(select(_jobs.total_emails).where(_jobs.job_id == job_id)) or 0
            values = _counts(records_done, segments)
            values["progress_percent"] = _percent(records_done, total)
            connection.execute(update(validation_jobs).where(_jobs.job_id == job_id).values(values))
        return True

    def parts(self, job_id: JobId) -> Sequence[PartRecord]:
        """The parts of a job, by number."""
        wanted = select(job_parts).where(_parts.job_id == job_id).order_by(_parts.number)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
        return [
            PartRecord(
                number=r.number,
                source=r.source,
                file=r.file,
                rows=r.rows,
                row0=r.row0,
                size=r.size,
                sha256=r.sha256,
            )
            for r in rows
        ]

    def clear_parts(self, job_id: JobId) -> None:
        """Forget the parts of a job that is going to be worked on again, and its counts.

        Raises `ValueError` for a job that is done: its results are history.
        """
        with self._database.write() as connection:
            status = connection.scalar(select(_jobs.status).where(_jobs.job_id == job_id))
            if status == JobState.DONE.value:
                raise ValueError(f"job {job_id} is done")
            connection.execute(delete(job_parts).where(_parts.job_id == job_id))
            values = _counts(0, {}) | {"progress_percent": 0.0}
            connection.execute(update(validation_jobs).where(_jobs.job_id == job_id).values(values))

    def finish(self, job_id: JobId, summary_json: str) -> bool:
        """Make a job that is at work `done` and keep its summary; says whether it was at work.

        `records`, `statuses` and `segments` of the summary become the job's counts.
        """
        summary = json.loads(summary_json)
        statuses = summary.get("statuses", {})
        records = int(summary.get("records", 0))
        values = {
            "status": JobState.DONE.value,
            "error_message": "",
            "completed_at": self._clock.now(),
            "summary": summary_json,
            "total_emails": records,
            "processed_emails": records,
            "progress_percent": 100.0,
            "valid_count": int(statuses.get("valid", 0)),
            "invalid_count": int(statuses.get("invalid", 0)),
            "segments": json.dumps(summary.get("segments", {})),
        }
        at_work = {JobState.RUNNING, JobState.PAUSING, JobState.CANCELLING}
        with self._database.write() as connection:
            return _changed(connection.execute(_where_state(job_id, at_work).values(values)))

    def set_summary(self, job_id: JobId, summary_json: str) -> None:
        """Keep another summary with a job, as after a second export."""
        with self._database.write() as connection:
            connection.execute(
                update(validation_jobs).where(_jobs.job_id == job_id).values({"summary": summary_json})
            )


def _where_state(job_id: JobId, expect: AbstractSet[JobState]) -> Any:
    names = sorted(s.value for s in expect)
    return update(validation_jobs).where(_jobs.job_id == job_id, _jobs.status.in_(names))


def _changed(result: Any) -> bool:
    return bool(result.rowcount == 1)


def _percent(done: int, total: int) -> float:
    return round(min(100.0, 100.0 * done / total), 2) if total else 0.0


def _counts(done: int, segments: Mapping[Segment, int]) -> dict[str, Any]:
    return {
        "processed_emails": done,
        "valid_count": segments.get(Segment.CLEAN, 0),
        "invalid_count": segments.get(Segment.INVALID, 0),
        "segments": json.dumps({segment.value: rows for segment, rows in segments.items()}),
    }


def _part_values(job_id: JobId, part: PartRecord) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "number": part.number,
        "source": part.source,
        "file": part.file,
        "rows": part.rows,
        "row0": part.row0,
        "size": part.size,
        "sha256": part.sha256,
        "filled_rows": 0,
        "damaged": False,
    }


def _job_row(row: Row[Any]) -> JobRow:
    request = request_from_json(row.job_data)
    counts = json.loads(row.segments)
    summary = JobSummary(
        job_id=JobId(row.job_id),
        state=JobState(row.status),
        sources=request.sources,
        depth=Depth(row.depth),
        records=row.total_emails,
        done=row.processed_emails,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.completed_at,
        out=row.result_file,
        error=row.error_message,
        segments=tuple(SegmentCount(s, int(counts[s.value])) for s in Segment if counts.get(s.value)),
    )
    return JobRow(summary=summary, request=request, summary_json=row.summary)
