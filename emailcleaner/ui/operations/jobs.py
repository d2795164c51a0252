"""Seeing what jobs there are, and how far they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from emailcleaner.core.errors import UserError
    from emailcleaner.core.model import JobId, JobSummary, Progress
    from emailcleaner.ui.bridge import Task
    from emailcleaner.ui.session import Session


def list_jobs(session: Session, done: Callable[[list[JobSummary]], None]) -> Task:
    """All jobs, newest first."""
    return session.run(lambda services: services.jobs(), done)


def look_at_job(
    session: Session,
    job_id: JobId,
    done: Callable[[JobSummary], None],
    failed: Callable[[UserError], None] | None = None,
) -> Task:
    """One job as it stands in the store."""
    return session.run(lambda services: services.job(job_id), done, failed)


def pull_progress(session: Session, job_id: JobId, done: Callable[[Progress], None]) -> Task:
    """A snapshot of a job. Taken on a worker: a job that is not running here is read from the store."""
    return session.run(lambda services: services.progress(job_id), done)
