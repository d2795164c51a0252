"""`emailcleaner jobs`: what was begun, and going on with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from emailcleaner.cli.clean import work
from emailcleaner.cli.session import services
from emailcleaner.cli.terminal import one_line, print_json, print_text, say
from emailcleaner.cli.workers import thread_workers
from emailcleaner.core.errors import UserError
from emailcleaner.core.model import JobId, JobState, JobSummary, OutputFormat
from emailcleaner.core.services import ExportPlan

app = typer.Typer(
    help="List, show, pause, cancel, resume and export jobs.", no_args_is_help=True, rich_markup_mode=None
)

_UNFINISHED = frozenset({JobState.QUEUED, JobState.PAUSED, JobState.CANCELLED, JobState.FAILED})
_JobArgument = Annotated[str, typer.Argument(metavar="ID", help="The job's id, as `jobs list` shows it.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command("list")
def list_jobs(*, as_json: _Json = False) -> int:
    """List all jobs, newest first."""
    with services() as opened:
        jobs = opened.jobs()
    if as_json:
        for job in jobs:
            print_json(_object(job))
        return 0
    if not jobs:
        sys.stdout.write("No jobs yet. Begin one with: emailcleaner clean LIST.csv\n")
    for job in jobs:
        when = job.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
        names = ", ".join(Path(s).name for s in job.sources)
        print_text(f"{job.job_id}  {job.state.value:<10} {when}  {job.records:>11,}  {one_line(names)}")
    return 0


@app.command()
def show(job_id: _JobArgument, *, as_json: _Json = False) -> int:
    """Show one job with the counts of its segments."""
    with services() as opened:
        job = opened.job(JobId(job_id))
        summary = opened.summary(job.job_id)
    shown = (
        _object(job)
        | {"error": job.error}
        | {k: v for k, v in summary.items() if k not in ("state", "sources")}
    )
    if as_json:
        print_json(shown)
        return 0
    files = shown.get("files", {})
    shown["files"] = {name: file["rows"] for name, file in files.items()}
    for key, value in shown.items():
        if value not in ("", None, {}):
            print_text(f"{key:<12} {one_line(_plain(value))}")
    return 0


@app.command()
def pause(job_id: _JobArgument) -> int:
    """Pause a job that runs here or in another window."""
    with services() as opened:
        opened.pause(JobId(job_id))
    say(f"job {job_id} is asked to pause")
    return 0


@app.command()
def cancel(job_id: _JobArgument) -> int:
    """Cancel a job; what is known so far is kept, and it can be resumed."""
    with services() as opened:
        opened.cancel(JobId(job_id))
    say(f"job {job_id} is asked to stop")
    return 0


@app.command()
def resume(
    job_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The job's id.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All jobs that are not finished.")] = False,
    as_json: _Json = False,
) -> int:
    """Go on with a job where it stopped, also after a crash."""
    if (job_id is None) == (not every):
        raise UserError("Say which job to resume.", "Give its ID, or --all for all unfinished ones.")
    with services(sole=True) as opened:
        if job_id is not None:
            chosen = [opened.job(JobId(job_id))]
        else:
            chosen = [j for j in reversed(opened.jobs()) if j.state in _UNFINISHED]
            if not chosen:
                say("no job is waiting")
        worst = 0
        for job in chosen:
            worst = max(worst, work(opened, job.job_id, as_json=as_json))
            if worst == 130:
                break
        return worst


@app.command()
def export(
    job_id: _JobArgument,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results (default: where the job was told).")
    ] = None,
    output_format: Annotated[
        OutputFormat | None, typer.Option("--format", help="What to write (default: what the job was told).")
    ] = None,
    *,
    spreadsheet_safe: Annotated[
        bool, typer.Option("--spreadsheet-safe", help="Guard formula cells.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write into DIR even if it holds other files.")
    ] = False,
) -> int:
    """Write what a job knows by now; rows that are not decided yet are `not_checked`."""
    with services() as opened:
        job = opened.job(JobId(job_id))
        folder = out or (Path(job.out) if job.out else None)
        if folder is None:
            raise UserError("This job has no folder to write to.", "Give one with --out DIR.")
        plan = ExportPlan(folder.absolute(), output_format, spreadsheet_safe, force)
        with thread_workers() as pool:
            summary = opened.export(job.job_id, plan, pool)
    say(f"{summary['records']:,} records written to {folder}")
    return 0


def _object(job: JobSummary) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "state": job.state.value,
        "sources": list(job.sources),
        "records": job.records,
        "done": job.done,
        "created_at": job.created_at.isoformat(timespec="seconds"),
        "out": job.out,
    }


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {v:,}" if isinstance(v, int) else f"{k} {v}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return f"{value:,}" if isinstance(value, int) else str(value)
