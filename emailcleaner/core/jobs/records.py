"""Ids of jobs and the look-up of what is kept of them, with a message where there is none."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from emailcleaner.core.errors import UserError
from emailcleaner.core.model import JobId

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from emailcleaner.core.paths import Home
    from emailcleaner.core.store import JobRow, PartRecord, Store


#: How the names of folders begin that are of no use once the process that made them is gone: copies
#: of lists for a job that is not there yet, and for counting only.
UNFINISHED, COUNTING = "new-", "count-"


def new_job_id() -> JobId:
    """A fresh id: `j_` and 12 hex digits, unguessable enough to be no clue to another job."""
    return JobId(f"j_{secrets.token_hex(6)}")


def require(store: Store, job_id: JobId) -> JobRow:
    """The job's record; `UserError` where there is none."""
    row = store.jobs.get(job_id)
    if row is None:
        raise UserError(f"There is no job {job_id}.", "See the jobs with: emailcleaner jobs list")
    return row


def job_folder(home: Home, job_id: JobId) -> Path:
    """Where a job keeps its copies and parts."""
    return home.jobs_dir / job_id


def list_folder(home: Home, job_id: JobId, number: int) -> Path:
    """Where list `number` (from 0) of a job is copied to."""
    return job_folder(home, job_id) / "lists" / str(number)


def own_list_folder(home: Home, job_id: JobId, kind: str, number: int) -> Path:
    """Where suppression or allow list (`kind`) `number` of a job is copied to."""
    return job_folder(home, job_id) / kind / str(number)


def read_results(folder: Path, record: PartRecord) -> pa.Table:
    """The rows of a part in a job's `folder` of parts; `UserError` where the disk lost or changed it."""
    from emailcleaner.core.store import DamagedPart, read_part

    try:
        return read_part(folder, record)
    except DamagedPart as fault:
        raise UserError(
            f"The results of this job are damaged: {fault}.",
            "Clean the list again from its file.",
            exit_code=1,
        ) from fault
