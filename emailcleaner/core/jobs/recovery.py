"""What a process that died has left: jobs that look as if they ran, and copies of lists of no job."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

from emailcleaner.core.jobs.records import COUNTING, UNFINISHED, job_folder
from emailcleaner.core.model import JobId

if TYPE_CHECKING:
    from emailcleaner.core.bootstrap import Parts

_log = logging.getLogger(__name__)


def recover_jobs(parts: Parts) -> None:
    """Put interrupted jobs to rest, so that they can go on, and remove what belongs to none.

    Only for the holder of the instance lock.
    """
    for left in parts.home.jobs_dir.glob(f"{COUNTING}*"):
        shutil.rmtree(left, ignore_errors=True)
    for left in parts.home.jobs_dir.glob(f"{UNFINISHED}*"):
        job_id = JobId(left.name.removeprefix(UNFINISHED))
        if parts.store.jobs.state(job_id) is None:
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.rename(job_folder(parts.home, job_id))
    for job_id, state in parts.store.jobs.recover():
        _log.warning("interrupted job found", extra={"job_id": job_id, "state": state.value})
