"""The facade: one method for each thing a user does. Window, command line and API talk to this only.

It knows no Qt, no terminal and no HTTP. Every method may be called from any thread. Methods that
take long say so; call those from a worker.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from emailcleaner.core.jobs import preview as job_preview
from emailcleaner.core.jobs import records as job_records
from emailcleaner.core.jobs.engine import JobEngine
from emailcleaner.core.jobs.export import ExportPlan, export_job
from emailcleaner.core.jobs.preview import ListCounts
from emailcleaner.core.jobs.results import JobResults
from emailcleaner.core.jobs.verify import verify_addresses
from emailcleaner.core.model import (
    GUESS_ALL,
    CleanRequest,
    Depth,
    HistoryEntry,
    JobId,
    JobSummary,
    ListPreview,
    Progress,
    ReadOptions,
)

if TYPE_CHECKING:
    from emailcleaner.core.bootstrap import Parts
    from emailcleaner.core.ports import CancelToken, WorkerPool


__all__ = ["ExportPlan", "JobResults", "ListCounts", "Services"]


class Services:
    """Everything the program can do, for one home. Made by `bootstrap.open_services`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._engine = JobEngine(parts)

    # -- looking at a list ------------------------------------------------------------------

    def inspect(self, path: str | Path, options: ReadOptions = GUESS_ALL) -> ListPreview:
        """The head of a list with everything guessed by content; reads at most its first MiB.

        Raises `UserError` when the file cannot be read as a list.
        """
        return job_preview.inspect(Path(path), options)

    def count(self, sources: Sequence[str], options: ReadOptions, token: CancelToken) -> ListCounts:
        """Rows, addresses, duplicates and domains of lists, exactly; takes about a second a million rows."""
        return job_preview.count(self._parts, sources, options, token)

    # -- jobs -------------------------------------------------------------------------------

    def create(self, request: CleanRequest, *, stdin: BinaryIO | None = None) -> JobId:
        """Copy the lists into a new durable job, in state `queued`.

        `stdin` is read for a source named `-`. Raises `UserError` for an unreadable list.
        """
        return self._engine.create(request, stdin=stdin)

    def run(self, job_id: JobId, pool: WorkerPool) -> JobSummary:
        """Work on a job until it is done, paused or cancelled; blocks. Also goes on with one.

        `pool` must have two free workers at least besides the calling thread. Writes the export
        where the request says `out`; without `out`, results are kept for the window only.
        """
        return self._engine.run(job_id, pool)

    def progress(self, job_id: JobId) -> Progress:
        """A snapshot; cheap, to be pulled every 100 to 200 ms."""
        return self._engine.progress(job_id)

    def pause(self, job_id: JobId) -> None:
        """Ask a job to pause; it does so between batches. Works for a job of another process too."""
        self._engine.request_pause(job_id)

    def cancel(self, job_id: JobId) -> None:
        """Ask a job to stop; what is known stays, and it can be resumed."""
        self._engine.request_cancel(job_id)

    def jobs(self) -> list[JobSummary]:
        """All jobs, newest first."""
        return self._parts.store.jobs.list()

    def job(self, job_id: JobId) -> JobSummary:
        """One job. Raises `UserError` where there is none."""
        return job_records.require(self._parts.store, job_id).summary

    def summary(self, job_id: JobId) -> dict[str, Any]:
        """The summary of a finished job, with the fields of `summary.json`; empty before that."""
        text = job_records.require(self._parts.store, job_id).summary_json
        return dict(json.loads(text)) if text else {}

    # -- results ----------------------------------------------------------------------------

    def results(self, job_id: JobId) -> JobResults:
        """The rows of a job with their verdicts, as columns, with their explanations and sources."""
        return JobResults.open(self._parts, job_id)

    def export(self, job_id: JobId, plan: ExportPlan, pool: WorkerPool) -> dict[str, Any]:
        """Write all files of a cleaned list where `plan` says; returns the summary.

        Of an unfinished job, what is known by now; the rest is `not_checked`.
        """
        return export_job(self._parts, job_id, plan, pool=pool)

    # -- single addresses -------------------------------------------------------------------

    def verify(self, addresses: Iterable[str], depth: Depth) -> list[dict[str, Any]]:
        """The verdict of single addresses: flat objects with all fields of the contract."""
        return verify_addresses(self._parts, list(addresses), depth)

    def history(self, address: str) -> list[HistoryEntry]:
        """What all earlier jobs found about an address, newest first."""
        return self._parts.store.history.find(address)

    def fill_history(self, token: CancelToken | None = None, limit_rows: int = 50_000) -> int:
        """Move results of finished jobs into the history table; returns rows still to move."""
        self._parts.store.history.fill(limit_rows, token)
        return self._parts.store.history.pending()
