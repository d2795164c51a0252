"""One run of one job, stage after stage: read, domains, verdicts, parts.

Everything it does can be done again after a crash with the same outcome: the first pass is a pure
function of the copied lists, what DNS said is in the store, and parts that were committed by an
interrupted run are replaced as a whole.
"""

from __future__ import annotations

import shutil
import threading
from collections import deque
from concurrent.futures import wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from emailcleaner.core.jobs.assemble import Assembler, DomainFacts, ResultBlock
from emailcleaner.core.jobs.control import JobControl
from emailcleaner.core.jobs.intake import (
    CheckedBlock,
    Intake,
    Lists,
    SourceCount,
    asked_domains,
    check_block,
    put_by,
    read_list,
    write_ipc,
)
from emailcleaner.core.jobs.judging import SUPPRESSED, DomainClasses, VerdictTable
from emailcleaner.core.jobs.live import SEGMENT_CODE, LiveCounts
from emailcleaner.core.jobs.progress import ProgressBoard
from emailcleaner.core.jobs.records import list_folder, own_list_folder
from emailcleaner.core.model import CleanRequest, Depth, DomainFinding, JobId, JobState, Segment, Stage
from emailcleaner.core.verdicts import STATUS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from emailcleaner.core.bootstrap import Parts
    from emailcleaner.core.checks import AddressChecker
    from emailcleaner.core.columns import IntakeBatch
    from emailcleaner.core.jobs.export import Decided
    from emailcleaner.core.lists import SpooledList
    from emailcleaner.core.ports import DomainCache, DomainSession, WorkerPool
    from emailcleaner.core.store import JobRow, PartRecord

#: How long one wait for DNS answers may take before pause and cancel are looked at again.
_TAKE_S = 0.1

#: Result tables that may wait to be written.
_IN_FLIGHT = 3


@dataclass(frozen=True, slots=True)
class _Writing:
    """A block on its way to the disk, and the counts of the segments with it."""

    block: ResultBlock
    future: Future[tuple[pa.Table, PartRecord]]
    segments: dict[Segment, int]


class _Checkers:
    """An address checker for each worker: one is not for two threads at once."""

    def __init__(self, make: Callable[[], AddressChecker]) -> None:
        self._make = make
        self._of_thread = threading.local()

    def mine(self) -> AddressChecker:
        """This thread's checker."""
        if not hasattr(self._of_thread, "checker"):
            self._of_thread.checker = self._make()
        checker: AddressChecker = self._of_thread.checker
        return checker


class JobWork:
    """The work of one job up to its results in `folder`: `gather`, then `decide`, then `counts`.

    With `keeps`, the results are committed to the store and domains are asked; without, nothing but
    `folder` is written, and only what the store knows of the domains counts.
    """

    def __init__(
        self,
        parts: Parts,
        job_id: JobId,
        request: CleanRequest,
        *,
        pool: WorkerPool,
        control: JobControl,
        board: ProgressBoard,
        folder: Path,
        keeps: bool,
    ) -> None:
        self._parts = parts
        self._job_id = job_id
        self._request = request
        self._pool = pool
        self._control = control
        self._board = board
        self._folder = folder
        self._keeps = keeps
        self.records: list[PartRecord] = []
        self._lists: list[SpooledList] = []
        self._intake = Intake()
        self._facts = DomainFacts()
        self._live = LiveCounts()
        # Verdicts without DNS, only for the live counts: which segment a row has if its domain is good.
        self._plain = VerdictTable(Depth.SYNTAX, DomainClasses())
        self._row_segments: list[np.ndarray[Any, np.dtype[np.uint8]]] = []
        self._row_waits: list[np.ndarray[Any, np.dtype[np.bool_]]] = []
        self._last_shown = 0.0
        self._started = parts.clock.now()
        self._assembler: Assembler | None = None
        self._duplicates = 0
        self._done = 0

    def gather(self) -> None:
        """Read the lists and ask the domains. Raises `Paused`, `Cancelled`, `UserError`."""
        self._started = self._parts.clock.now()
        self._lists = open_lists(self._parts, self._job_id, len(self._request.sources))
        with ExitStack() as stack:
            session: DomainSession | None = None
            if self._request.depth is not Depth.SYNTAX and self._keeps:
                checker = self._parts.domain_checker(fresh=self._request.recheck, patient=True)
                session = stack.enter_context(checker.session())
            elif self._request.depth is not Depth.SYNTAX:
                session = KnownDomains(self._parts.store.domains)
            self._read(session)
            if session is not None:
                self._wait_for_domains(session)

    # -- reading ----------------------------------------------------------------------------

    def _read(self, session: DomainSession | None) -> None:
        self._board.update(stage=Stage.READ)
        if self._keeps:
            self._parts.store.jobs.clear_parts(self._job_id)
        folder, kept = self._folder / "intake", self._folder / "parts"
        for place in (folder, kept):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(mode=0o700, parents=True)
        checkers = _Checkers(partial(self._parts.address_checker, self._request))
        own = load_own_lists(self._parts, self._job_id, self._request, self._control)
        bytes_total = sum(s.text_size for s in self._lists)
        bytes_read = 0
        for number, spooled in enumerate(self._lists):
            self._intake.counts.append(SourceCount())
            blocks = read_list(spooled, partial(self._check, checkers, own), self._pool, self._control)
            for block in blocks:
                part = put_by(self._intake, number, block, folder, kept)
                self._note_live(block, self._intake.row_domains[part.number])
                if session is not None:
                    session.submit(asked_domains(block))
                    self._take(session, 0.0)
                bytes_read += block.intake.bytes_read
                self._show_reading(bytes_read / bytes_total if bytes_total else 1.0)
                self._parts.require_disk(self._folder)
        rows = self._intake.rows
        self._board.update(rows_read=rows, rows_total=rows, rows_total_exact=True)
        if self._keeps:
            self._parts.store.jobs.set_counts(self._job_id, records=rows)

    @staticmethod
    def _check(checkers: _Checkers, own: Lists, batch: IntakeBatch) -> CheckedBlock:
        return check_block(batch, checkers.mine(), own)

    def _note_live(self, block: CheckedBlock, domains: np.ndarray[Any, np.dtype[np.int32]]) -> None:
        checked = block.checked
        nothing = np.zeros(len(checked.reason), dtype=np.int32)
        numbers = self._plain.numbers(checked.reason, checked.flags, block.listed, nothing)
        codes = np.array([SEGMENT_CODE[v.segment] for v in self._plain.verdicts], dtype=np.uint8)
        segments = codes[numbers] if len(numbers) else np.zeros(0, dtype=np.uint8)
        waits = (checked.reason == 0) & (block.listed != SUPPRESSED)
        if self._request.depth is Depth.SYNTAX:
            waits &= False
        self._live.add(segments, domains, waits)
        self._row_segments.append(segments)
        self._row_waits.append(waits)

    def _show_reading(self, part: float) -> None:
        rows = self._intake.rows
        total = round(rows / part) if part else 0
        self._board.update(rows_read=rows, rows_total=total, domains_total=len(self._intake.domains))
        self._show_segments()

    def _show_segments(self, *, now: bool = False) -> None:
        """Put the live counts on the board, at most five times a second."""
        at = self._parts.clock.monotonic()
        if now or at - self._last_shown >= 0.2:
            self._last_shown = at
            self._board.segments(self._live.counts())

    # -- domains ----------------------------------------------------------------------------

    def _take(self, session: DomainSession, timeout_s: float) -> None:
        for finding in session.take(timeout_s):
            number = self._intake.domains[finding.domain]
            self._facts.add(number, finding)
            self._live.settle(number, STATUS_OF[finding.reason])

    def _wait_for_domains(self, session: DomainSession) -> None:
        total = len(self._facts.found) + session.pending
        self._board.update(stage=Stage.DOMAINS, domains_total=total)
        while session.pending and not self._control.out_of_time:
            self._control.check()
            self._take(session, _TAKE_S)
            self._board.update(domains_done=len(self._facts.found))
            self._show_segments()
        self._board.update(domains_done=len(self._facts.found))

    # -- verdicts and parts -----------------------------------------------------------------

    def decide(self) -> Iterator[tuple[int, pa.Table]]:
        """The verdicts, block by block: (number of the list, result table), in order, once.

        Each block is on disk and committed before it comes out. Call after `gather`, drain it, and
        ask `counts` then.
        """
        self._board.update(stage=Stage.SYNTAX)
        duplicates = self._find_duplicates()
        self._duplicates = len(duplicates[0])
        self._show_segments(now=True)
        started_ms = int(self._started.timestamp() * 1000)
        work = Assembler(self._intake, self._facts, self._request.depth, started_ms, duplicates)
        self._assembler = work
        waiting: deque[_Writing] = deque()
        try:
            for block in work.blocks():
                self._control.check()
                if not block.spilled.rows:
                    continue
                future = self._pool.submit(partial(self._write, work, block))
                waiting.append(_Writing(block, future, dict(work.segments())))
                if len(waiting) >= _IN_FLIGHT:
                    yield self._commit(waiting.popleft())
            while waiting:
                yield self._commit(waiting.popleft())
        finally:
            # A job that is gone on with at once must not meet writers of the run before.
            wait([w.future for w in waiting])
        self._board.segments(work.segments())
        shutil.rmtree(self._folder / "intake", ignore_errors=True)

    def _find_duplicates(self) -> tuple[Any, Any]:
        from emailcleaner.core.checks import find_duplicates

        if not self._intake.keys:
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing
        rows, firsts = find_duplicates(np.concatenate(self._intake.keys))
        self._intake.keys.clear()
        if len(rows):
            segments = np.concatenate(self._row_segments)
            waits = np.concatenate(self._row_waits)
            domains = np.concatenate(self._intake.row_domains)
            self._live.repeat(segments[rows], domains[rows], waits[rows])
        self._row_segments.clear()
        self._row_waits.clear()
        self._intake.row_domains.clear()
        return rows, firsts

    def _write(self, work: Assembler, block: ResultBlock) -> tuple[pa.Table, PartRecord]:
        from emailcleaner.core.store import write_part

        folder, part = self._folder / "parts", block.part
        table = work.table(block)
        record = write_part(folder, part.number, table)
        extra = work.extra_block(part)
        if extra is not None:
            write_ipc(folder / f"extra-{part.source}-{part.number:06d}.arrow", extra)
        return table, record

    def _commit(self, writing: _Writing) -> tuple[int, pa.Table]:
        table, record = writing.future.result()
        self._done += table.num_rows
        self.records.append(record)
        if self._keeps:
            self._parts.store.jobs.commit_part(
                self._job_id, record, records_done=self._done, segments=writing.segments
            )
        writing.block.spilled.forget()
        self._board.update(rows_done=self._done)
        return record.source, table

    def counts(self) -> dict[str, Any]:
        """The counts of the summary; after `decide` has been drained."""
        work = self._assembler
        if work is None:
            raise RuntimeError("nothing has been decided yet")
        counts = self._intake.counts
        malformed = sum(c.malformed for c in counts)
        blank = sum(c.blank for c in counts)
        segments = work.totals(lambda v: v.segment.value)
        reasons = work.totals(lambda v: v.reason.value)
        statuses = work.totals(lambda v: v.status.value)
        empty = segments.get(Segment.REJECTED.value, 0)
        if malformed:
            segments[Segment.REJECTED.value] = empty + malformed
            reasons["malformed_row"] = malformed
            statuses["unknown"] = statuses.get("unknown", 0) + malformed
        rows = self._intake.rows
        return {
            "records": rows + malformed + blank,
            "accepted": rows - empty,
            "rejected": empty + malformed,
            "blank": blank,
            "unique": rows - empty - self._duplicates,
            "duplicates": self._duplicates,
            "depth": self._request.depth.value,
            "statuses": statuses,
            "segments": segments,
            "reasons": reasons,
        }


class KnownDomains:
    """Answers with what the store knows and asks nobody; implements `ports.DomainSession`."""

    def __init__(self, cache: DomainCache) -> None:
        self._cache = cache
        self._seen: set[str] = set()
        self._found: list[DomainFinding] = []

    def submit(self, domains: Iterable[str]) -> None:
        """Look these domains up in the store."""
        fresh = [d for d in domains if d not in self._seen]
        self._seen.update(fresh)
        self._found.extend(self._cache.load(fresh).values())

    def take(self, timeout_s: float) -> list[DomainFinding]:
        """What was found since the last call; never waits."""
        del timeout_s
        found, self._found = self._found, []
        return found

    @property
    def pending(self) -> int:
        """How many findings were not taken yet."""
        return len(self._found)


def what_is_known(parts: Parts, job_id: JobId, row: JobRow, folder: Path, pool: WorkerPool) -> Decided:
    """The results of an unfinished job as far as they are known, worked out in `folder`."""
    from emailcleaner.core.jobs.export import Decided

    board = ProgressBoard(job_id, parts.clock, with_domains=row.request.depth is not Depth.SYNTAX)
    control = JobControl(parts.clock)
    work = JobWork(
        parts, job_id, row.request, pool=pool, control=control, board=board, folder=folder, keeps=False
    )
    started = parts.clock.now()
    begun = parts.clock.monotonic()
    work.gather()
    for _ in work.decide():
        pass
    duration = parts.clock.monotonic() - begun
    summary = job_summary(job_id, row.request, work.counts(), started, parts.clock.now(), duration)
    summary["state"] = row.summary.state.value
    return Decided(folder / "parts", tuple(work.records), summary)


def job_summary(
    job_id: JobId,
    request: CleanRequest,
    counts: dict[str, Any],
    started_at: datetime,
    finished_at: datetime,
    duration_s: float,
) -> dict[str, Any]:
    """The fields of `summary.json` of a job that is done."""
    return (
        {"job_id": job_id, "sources": list(request.sources)}
        | counts
        | {
            "files": {},
            "started_at": started_at.isoformat(timespec="seconds"),
            "finished_at": finished_at.isoformat(timespec="seconds"),
            "duration_s": round(duration_s, 3),
            "rate_per_s": round(counts["records"] / duration_s) if duration_s else 0,
            "reused": 0,
            "state": JobState.DONE.value,
        }
    )


def open_lists(parts: Parts, job_id: JobId, count: int) -> list[SpooledList]:
    """The job's copies of its lists, in order."""
    from emailcleaner.core.lists import open_spooled

    return [open_spooled(list_folder(parts.home, job_id, n)) for n in range(count)]


def load_own_lists(parts: Parts, job_id: JobId, request: CleanRequest, control: JobControl) -> Lists:
    """The suppression and allow lists that belong to a job, from the job's copies."""
    from emailcleaner.core.checks import SuppressionSet
    from emailcleaner.core.lists import open_spooled

    def load(kind: str, count: int) -> SuppressionSet | None:
        if not count:
            return None
        folders = [own_list_folder(parts.home, job_id, kind, n) for n in range(count)]
        batches = (b.rows.column("cell") for f in folders for b in open_spooled(f).batches(control))
        return SuppressionSet.from_cells(batches, parts.address_checker(request))

    return Lists(load("suppress", len(request.suppress)), load("allow", len(request.allow)))
