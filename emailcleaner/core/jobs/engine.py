"""Jobs from the first copy to the export: states, pause, cancel, resume, and what to do if one fails."""

from __future__ import annotations

import json
import logging
import os
import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from emailcleaner.core.errors import Cancelled, Paused, UserError
from emailcleaner.core.jobs.control import JobControl, NeverStopped
from emailcleaner.core.jobs.export import ExportPlan, check_out, export_job, export_while_deciding
from emailcleaner.core.jobs.pipeline import JobWork, job_summary
from emailcleaner.core.jobs.progress import ProgressBoard
from emailcleaner.core.jobs.records import (
    UNFINISHED,
    job_folder,
    list_folder,
    new_job_id,
    own_list_folder,
    require,
)
from emailcleaner.core.model import (
    CleanRequest,
    Depth,
    JobId,
    JobState,
    JobSummary,
    Progress,
    ReadOptions,
    Stage,
)

if TYPE_CHECKING:
    from emailcleaner.core.bootstrap import Parts
    from emailcleaner.core.ports import WorkerPool

_log = logging.getLogger(__name__)

#: States from which a job can be worked on.
_STARTABLE = frozenset({JobState.QUEUED, JobState.PAUSED, JobState.CANCELLED, JobState.FAILED})
#: From which states a run may end in these.
_ENDS = {
    JobState.PAUSED: frozenset({JobState.RUNNING, JobState.PAUSING}),
    JobState.CANCELLED: frozenset({JobState.RUNNING, JobState.PAUSING, JobState.CANCELLING}),
    JobState.FAILED: frozenset({JobState.RUNNING, JobState.PAUSING, JobState.CANCELLING}),
}
#: Asking a job to stop: from which states it is asked, what one that waits becomes, from which states.
_ASKING = {
    JobState.PAUSING: (frozenset({JobState.RUNNING}), JobState.PAUSED, frozenset({JobState.QUEUED})),
    JobState.CANCELLING: (
        frozenset({JobState.RUNNING, JobState.PAUSING}),
        JobState.CANCELLED,
        frozenset({JobState.QUEUED, JobState.PAUSED}),
    ),
}

#: How often a running job looks whether another process asked it to stop.
_POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class _Live:
    control: JobControl
    board: ProgressBoard


class JobEngine:
    """Runs jobs for one home. Thread-safe; each job is run by one thread at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._live: dict[JobId, _Live] = {}
        self._lock = threading.Lock()

    def create(self, request: CleanRequest, *, stdin: BinaryIO | None) -> JobId:
        """Copy the lists into a new job. Raises `UserError`; then nothing is left behind."""
        _require_names(request)
        if request.out is not None:
            check_out(Path(request.out), force=request.force)
        self._parts.require_disk(self._parts.home.jobs_dir, _size_of(request.sources))
        job_id = new_job_id()
        # Under another name until the job is there, so that what a crash leaves behind is known as such.
        unfinished = JobId(UNFINISHED + job_id)
        place, folder = (job_folder(self._parts.home, name) for name in (unfinished, job_id))
        try:
            self._copy(unfinished, request, stdin)
            self._parts.store.jobs.create(job_id, request, self._parts.clock.now())
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        place.rename(folder)
        _log.info("job created", extra={"job_id": job_id, "lists": len(request.sources)})
        return job_id

    def _copy(self, job_id: JobId, request: CleanRequest, stdin: BinaryIO | None) -> None:
        from emailcleaner.core.lists import spool

        home, token = self._parts.home, NeverStopped()
        for number, source in enumerate(request.sources):
            given: Path | BinaryIO = Path(source)
            name = Path(source).name
            if source == "-":
                if stdin is None:
                    raise UserError("There is no standard input to read.", "Name a file instead of '-'.")
                given, name = stdin, "stdin"
            copy = spool(given, name, request.read, _private(list_folder(home, job_id, number)), token)
            if self._parts.block_size is not None:
                replace(copy, block_size=self._parts.block_size).save()
        for kind, paths in (("suppress", request.suppress), ("allow", request.allow)):
            for number, path in enumerate(paths):
                spool(
                    Path(path),
                    Path(path).name,
                    ReadOptions(),
                    _private(own_list_folder(home, job_id, kind, number)),
                    token,
                    domains=True,
                )

    def run(self, job_id: JobId, pool: WorkerPool) -> JobSummary:
        """See `Services.run`."""
        row = require(self._parts.store, job_id)
        jobs = self._parts.store.jobs
        if not jobs.set_state(job_id, JobState.RUNNING, expect=_STARTABLE):
            word = "done" if row.summary.state is JobState.DONE else "running already"
            raise UserError(f"The job {job_id} is {word}.", f"See it with: emailcleaner jobs show {job_id}")
        control = JobControl(self._parts.clock, row.request.deadline_s)
        board = ProgressBoard(job_id, self._parts.clock, with_domains=row.request.depth is not Depth.SYNTAX)
        board.update(state=JobState.RUNNING)
        with self._lock:
            self._live[job_id] = _Live(control, board)
        finished = threading.Event()
        watch = threading.Thread(target=self._watch, args=(job_id, control, finished), name=f"watch-{job_id}")
        watch.start()
        try:
            self._work(job_id, row.request, row.summary_json, pool, control, board)
        except BaseException as fault:
            self._stopped(job_id, board, fault)
            if not isinstance(fault, Cancelled):
                raise
        finally:
            finished.set()
            watch.join()
        return require(self._parts.store, job_id).summary

    def _work(
        self,
        job_id: JobId,
        request: CleanRequest,
        known: str,
        pool: WorkerPool,
        control: JobControl,
        board: ProgressBoard,
    ) -> None:
        jobs = self._parts.store.jobs
        if known:  # only the export was left
            if request.out is not None:
                board.update(stage=Stage.EXPORT)
                known = json.dumps(export_job(self._parts, job_id, _plan(request), pool=pool, token=control))
        else:
            known = self._decide(job_id, request, pool, control, board)
        jobs.finish(job_id, known)
        board.update(state=JobState.DONE, fraction=1.0)
        _log.info("job done", extra={"job_id": job_id})

    def _decide(
        self,
        job_id: JobId,
        request: CleanRequest,
        pool: WorkerPool,
        control: JobControl,
        board: ProgressBoard,
    ) -> str:
        """All the work of a job, export included; returns the summary, which is in the store too."""
        started_at, begun = self._parts.clock.now(), self._parts.clock.monotonic()
        folder = job_folder(self._parts.home, job_id)
        work = JobWork(
            self._parts, job_id, request, pool=pool, control=control, board=board, folder=folder, keeps=True
        )
        work.gather()
        blocks = work.decide()

        def summary() -> dict[str, Any]:
            for _ in blocks:  # what an export that broke off has left
                pass
            took = self._parts.clock.monotonic() - begun
            found = job_summary(job_id, request, work.counts(), started_at, self._parts.clock.now(), took)
            # From here on only the export is left to do, also after a crash.
            self._parts.store.jobs.set_summary(job_id, json.dumps(found))
            return found

        if request.out is None:
            return json.dumps(summary())
        row = require(self._parts.store, job_id)
        try:
            final = export_while_deciding(
                self._parts, row, _plan(request), decide=blocks, pool=pool, token=control, summary=summary
            )
        except (UserError, OSError):
            summary()
            raise
        return json.dumps(final)

    def _stopped(self, job_id: JobId, board: ProgressBoard, fault: BaseException) -> None:
        """Put down how a run ended that did not reach its end."""
        state, error = JobState.FAILED, ""
        if isinstance(fault, Paused):
            state = JobState.PAUSED
        elif isinstance(fault, Cancelled):
            state = JobState.CANCELLED
        elif isinstance(fault, UserError):
            error = str(fault)
        elif isinstance(fault, OSError):
            error = f"{fault.strerror or fault}."
        elif isinstance(fault, Exception):
            error = "An unexpected fault of the program; it is in the log."
            _log.exception("job failed", extra={"job_id": job_id})
        else:
            state = JobState.PAUSED  # the process is ending; the job can be resumed
        with suppress(Exception):  # the first fault is the one to report, not that it could not be put down
            self._parts.store.jobs.set_state(job_id, state, expect=_ENDS[state], error=error)
        board.update(state=state, message=error)

    def _watch(self, job_id: JobId, control: JobControl, finished: threading.Event) -> None:
        """Hand on what another process asked for."""
        while not finished.wait(_POLL_S):
            state = self._parts.store.jobs.state(job_id)
            if state is JobState.CANCELLING:
                control.cancel()
            elif state is JobState.PAUSING:
                control.pause()

    def progress(self, job_id: JobId) -> Progress:
        """The live board where the job runs in this process, else what the store knows."""
        with self._lock:
            live = self._live.get(job_id)
        if live is not None:
            return live.board.snapshot()
        row = require(self._parts.store, job_id).summary
        part = row.done / row.records if row.records else 0.0
        if row.state is JobState.DONE:
            part = 1.0
        return Progress(
            job_id=job_id,
            state=row.state,
            stage=Stage.READ,
            rows_done=row.done,
            rows_total=row.records,
            fraction=part,
            segments=row.segments,
            message=row.error,
        )

    def request_pause(self, job_id: JobId) -> None:
        """See `Services.pause`."""
        self._request(job_id, JobState.PAUSING)

    def request_cancel(self, job_id: JobId) -> None:
        """See `Services.cancel`."""
        self._request(job_id, JobState.CANCELLING)

    def _request(self, job_id: JobId, asking: JobState) -> None:
        require(self._parts.store, job_id)
        jobs = self._parts.store.jobs
        running, at_rest, waiting = _ASKING[asking]
        with self._lock:
            live = self._live.get(job_id)
        if jobs.set_state(job_id, asking, expect=running):
            if live is not None:
                live.board.update(state=asking)
                live.control.cancel() if asking is JobState.CANCELLING else live.control.pause()
            return
        if not jobs.set_state(job_id, at_rest, expect=waiting):
            state = require(self._parts.store, job_id).summary.state
            if state not in (asking, at_rest):
                raise UserError(
                    f"The job {job_id} is {state.value}.", "Only a job that runs or waits can be stopped."
                )


def _plan(request: CleanRequest) -> ExportPlan:
    return ExportPlan(Path(request.out or ""), request.format, request.spreadsheet_safe, request.force)


def _require_names(request: CleanRequest) -> None:
    """Raise `UserError` for a name that is no Unicode text: neither database nor summary could keep it."""
    for name in (*request.sources, *request.suppress, *request.allow, request.out or ""):
        try:
            name.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(name).decode(errors="backslashreplace")
            raise UserError(f"The name {shown} is not valid UTF-8.", "Rename the file or folder.") from None


def _private(folder: Path) -> Path:
    """`folder`, with what it lies in made for this user only; `mkdir` gives parents the usual mode."""
    for place in (folder.parents[1], folder.parent):
        place.mkdir(mode=0o700, exist_ok=True)
    return folder


def _size_of(sources: tuple[str, ...]) -> int:
    """Bytes of the lists together; what cannot be looked at counts nothing (it is refused later)."""
    total = 0
    for source in sources:
        with suppress(OSError):
            total += Path(source).stat().st_size
    return total
