"""`emailcleaner clean`: lists in, cleaned lists out."""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emailcleaner.cli.session import services
from emailcleaner.cli.terminal import ProgressLine, print_json, say, show_summary
from emailcleaner.cli.workers import thread_workers
from emailcleaner.core.errors import UserError
from emailcleaner.core.model import (
    CleanRequest,
    Depth,
    JobId,
    JobState,
    JobSummary,
    OutputFormat,
    ReadOptions,
)

if TYPE_CHECKING:
    from types import FrameType

    from emailcleaner.core.services import Services

_DELIMITERS = {"comma": ",", "semicolon": ";", "pipe": "|", "tab": "\t", "\\t": "\t", "none": ""}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}

#: Rows that go into the history before the command ends: less than half a second's work.
_FILLED_AT_ONCE = 20_000

#: How often the progress line is drawn.
_DRAW_S = 0.15


def clean(
    lists: Annotated[
        list[str], typer.Argument(metavar="LIST", help="Lists to clean; '-' reads standard input.")
    ],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results (default: LIST-cleaned beside the list).")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="Name or number of an address column; repeatable.")
    ] = None,
    depth: Annotated[Depth, typer.Option(help="How deep to check: syntax or domain.")] = Depth.DOMAIN,
    suppress: Annotated[
        list[Path] | None, typer.Option(help="List of addresses or domains not to be mailed; repeatable.")
    ] = None,
    allow: Annotated[
        list[Path] | None, typer.Option(help="List of addresses or domains known to be good; repeatable.")
    ] = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="What to write.")
    ] = OutputFormat.CSV,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the lists, if it is guessed wrong.")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="One of , ; | tab none, if it is guessed wrong.")
    ] = None,
    no_header: Annotated[
        bool, typer.Option("--no-header", help="The first row is an address like the others.")
    ] = False,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a spreadsheet.")] = None,
    spreadsheet_safe: Annotated[
        bool,
        typer.Option(
            "--spreadsheet-safe", help="Guard cells that a spreadsheet program would run as formulas."
        ),
    ] = False,
    merge_gmail_dots: Annotated[
        bool, typer.Option("--merge-gmail-dots", help="Count a.b@gmail.com and ab@gmail.com as duplicates.")
    ] = False,
    merge_plus_tags: Annotated[
        bool,
        typer.Option(
            "--merge-plus-tags",
            help="Count a+tag@gmail.com and a@gmail.com as duplicates, where both reach one mailbox.",
        ),
    ] = False,
    recheck: Annotated[
        bool, typer.Option("--recheck", help="Ask again even if an answer is young enough to be used.")
    ] = False,
    deadline: Annotated[
        str | None, typer.Option(help="Stop waiting after this long (90s, 30m, 2h); the rest is unknown.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write into DIR even if it holds other files.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summary as JSON on the last line.")
    ] = False,
) -> int:
    """Clean lists: write every row with its verdict, one file a segment, a summary and a report."""
    request = CleanRequest(
        sources=tuple(_absolute(name) for name in lists),
        out=str(_out_folder(lists, out)),
        depth=_built(depth),
        read=ReadOptions(
            encoding=encoding,
            delimiter=None if delimiter is None else _DELIMITERS.get(delimiter.lower(), delimiter),
            header=False if no_header else None,
            columns=tuple(int(c) if c.isdecimal() else c for c in column or ()),
            sheet=sheet,
        ),
        suppress=tuple(_absolute(str(p)) for p in suppress or ()),
        allow=tuple(_absolute(str(p)) for p in allow or ()),
        format=output_format,
        spreadsheet_safe=spreadsheet_safe,
        force=force,
        recheck=recheck,
        merge_gmail_dots=merge_gmail_dots,
        merge_plus_tags=merge_plus_tags,
        deadline_s=None if deadline is None else seconds_of(deadline),
    )
    with services(sole=True) as opened:
        job_id = opened.create(
            request, stdin=sys.stdin.buffer if "-" in lists and sys.stdin is not None else None
        )
        return work(opened, job_id, as_json=as_json)


def work(opened: Services, job_id: JobId, *, as_json: bool) -> int:
    """Run a job with a progress line; returns the exit status."""
    say(f"job {job_id} started")
    with thread_workers() as pool, ThreadPoolExecutor(1, "job") as runner, _interruptions() as asked:
        running = runner.submit(opened.run, job_id, pool)
        with ProgressLine() as line:
            while not wait([running], timeout=_DRAW_S).done:
                line.draw(opened.progress(job_id))
                if asked.is_set():
                    asked.clear()
                    line.clear()
                    say("stopping; everything so far is kept")
                    _pause(opened, job_id)
    fault = running.exception()
    if fault is not None:
        return _failed(opened, job_id, fault)
    return _finish(opened, running.result(), as_json=as_json)


def _pause(opened: Services, job_id: JobId) -> None:
    with suppress(UserError):  # it came to its end just now
        opened.pause(job_id)


def _failed(opened: Services, job_id: JobId, fault: BaseException) -> int:
    """Say why a job failed; raises what is no failure of the job."""
    job = opened.job(job_id)
    if job.state is not JobState.FAILED or not isinstance(fault, UserError | OSError):
        raise fault
    say(f"emailcleaner: {job.error}")
    say(f"job {job_id} failed; go on with: emailcleaner jobs resume {job_id}")
    return 1


def _finish(opened: Services, job: JobSummary, *, as_json: bool) -> int:
    if job.state in (JobState.PAUSED, JobState.CANCELLED):
        say(f"job {job.job_id} {job.state.value}; go on with: emailcleaner jobs resume {job.job_id}")
        return 130
    summary = opened.summary(job.job_id)
    if as_json:
        print_json(summary)
    else:
        show_summary(summary, job.out)
    sys.stdout.flush()
    if job.records <= _FILLED_AT_ONCE:
        # Longer lists go into the history behind the window; look-ups find them meanwhile all the same.
        opened.fill_history(limit_rows=_FILLED_AT_ONCE)
    return 0


@contextmanager
def _interruptions() -> Iterator[threading.Event]:
    """An event that Ctrl+C and a polite kill set; asked twice, the process ends where it is.

    A handler runs in the middle of whatever the main thread does, so it may not take a lock itself.
    """
    asked = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)
        asked.set()

    before = {s: signal.signal(s, stop) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def seconds_of(text: str) -> float:
    """`90s`, `30m`, `2h` in seconds. Raises `UserError`."""
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None:
        raise UserError(f"{text!r} is no length of time.", "Write it like 90s, 30m or 2h.")
    return float(found[1]) * _SECONDS[found[2]]


def _built(depth: Depth) -> Depth:
    if depth is Depth.MAILBOX:
        raise UserError("This version checks lists to depth syntax or domain.", "Choose --depth domain.")
    return depth


def _absolute(name: str) -> str:
    return name if name == "-" else str(Path(name).absolute())


def _out_folder(lists: list[str], out: Path | None) -> Path:
    if out is not None:
        return out.absolute()
    first = Path("stdin" if lists[0] == "-" else lists[0]).absolute()
    return first.parent / f"{_stem(first)}-cleaned"


def _stem(path: Path) -> str:
    """The name without its ending; `leads.csv.gz` is `leads`."""
    name = path.name
    if name.lower().endswith(".gz"):
        name = name[:-3]
    return Path(name).stem or name
