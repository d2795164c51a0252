"""Writing a job's results out: the whole cleaned list, or the rows a user picked."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.columns import REJECTED_SCHEMA, RawBatch
from emailcleaner.core.jobs.control import NeverStopped
from emailcleaner.core.jobs.intake import read_spilled
from emailcleaner.core.jobs.records import job_folder, read_results, require
from emailcleaner.core.model import JobId, OutputFormat

if TYPE_CHECKING:
    from emailcleaner.core.bootstrap import Parts
    from emailcleaner.core.export import ExportSource
    from emailcleaner.core.jobs.results import JobResults
    from emailcleaner.core.lists import SpooledList
    from emailcleaner.core.ports import CancelToken, WorkerPool
    from emailcleaner.core.store import JobRow, PartRecord


#: The order of a summary's fields; what is not known before the end comes then.
_NAMES_FIRST: Mapping[str, Any] = dict.fromkeys(
    (
        "job_id",
        "sources",
        "records",
        "accepted",
        "rejected",
        "blank",
        "unique",
        "duplicates",
        "depth",
        "statuses",
        "segments",
        "reasons",
        "files",
        "started_at",
        "finished_at",
        "duration_s",
        "rate_per_s",
        "reused",
        "state",
    )
)


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """Where and how to write; without a `format`, in that of the job's request."""

    out: Path
    format: OutputFormat | None = None
    spreadsheet_safe: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """Results on disk: the committed ones of a job, or those worked out for an export before its end."""

    folder: Path
    parts: tuple[PartRecord, ...]
    summary: dict[str, Any]


def check_out(out: Path, *, force: bool) -> None:
    """Raise `UserError` now, before the work, if the results could not be written to `out`."""
    from emailcleaner.core.export import require_usable

    require_usable(out, force=force)


def export_job(
    parts: Parts, job_id: JobId, plan: ExportPlan, *, pool: WorkerPool, token: CancelToken | None = None
) -> dict[str, Any]:
    """Write all files of a job's cleaned lists; returns the summary. See `Services.export`."""
    row = require(parts.store, job_id)
    with _decided(parts, job_id, pool) as decided:
        tables = [partial(_tables, decided, number) for number in range(len(row.request.sources))]
        return _write_out(
            parts, row, plan, decided.folder, tables, pool, token or NeverStopped(), decided.summary
        )


def export_while_deciding(
    parts: Parts,
    row: JobRow,
    plan: ExportPlan,
    *,
    decide: Iterator[tuple[int, pa.Table]],
    pool: WorkerPool,
    token: CancelToken,
    summary: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Write a job's cleaned lists as their blocks are decided, without reading these again.

    `decide` gives (number of the list, table) in order and is drained; `summary` is asked then.
    """
    turn = _Turns(decide)
    tables = [partial(turn.of, number) for number in range(len(row.request.sources))]
    folder = job_folder(parts.home, row.summary.job_id) / "parts"

    def stamp(final: dict[str, Any]) -> None:
        final.update({k: v for k, v in summary().items() if k not in final or final[k] is None})

    return _write_out(parts, row, plan, folder, tables, pool, token, _NAMES_FIRST, stamp)


class _Turns:
    """Deals out blocks that come in order to the lists they belong to."""

    def __init__(self, blocks: Iterator[tuple[int, pa.Table]]) -> None:
        self._blocks = blocks
        self._next = next(blocks, None)

    def of(self, number: int) -> Iterator[pa.Table]:
        """The tables of list `number`; those of earlier lists must have been taken."""
        while self._next is not None and self._next[0] == number:
            yield self._next[1]
            self._next = next(self._blocks, None)


def _write_out(
    parts: Parts,
    row: JobRow,
    plan: ExportPlan,
    folder: Path,
    tables: Sequence[Callable[[], Iterator[pa.Table]]],
    pool: WorkerPool,
    token: CancelToken,
    summary: Mapping[str, Any],
    stamp: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    from emailcleaner.core.export import export_lists
    from emailcleaner.core.jobs.pipeline import open_lists
    from emailcleaner.core.verdicts import reason_sentence

    lists = open_lists(parts, row.summary.job_id, len(row.request.sources))
    sources = [_source(folder, n, spooled, tables[n], pool) for n, spooled in enumerate(lists)]
    return export_lists(
        sources,
        plan.out,
        format=plan.format or row.request.format,
        spreadsheet_safe=plan.spreadsheet_safe,
        force=plan.force,
        summary=summary,
        token=token,
        sentence_of=reason_sentence,
        stamp=stamp,
        protected=[Path(s) for s in row.request.sources if s != "-"],
    )


@contextmanager
def _decided(parts: Parts, job_id: JobId, pool: WorkerPool) -> Iterator[Decided]:
    row = require(parts.store, job_id)
    folder = job_folder(parts.home, job_id)
    if row.summary_json:
        records = tuple(parts.store.jobs.parts(job_id))
        yield Decided(folder / "parts", records, json.loads(row.summary_json))
        return
    from emailcleaner.core.jobs.pipeline import what_is_known

    place = Path(tempfile.mkdtemp(dir=folder, prefix="known-"))
    try:
        yield what_is_known(parts, job_id, row, place, pool)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _tables(decided: Decided, number: int) -> Iterator[pa.Table]:
    for record in decided.parts:
        if record.source == number:
            yield read_results(decided.folder, record)


def _source(
    folder: Path,
    number: int,
    spooled: SpooledList,
    tables: Callable[[], Iterator[pa.Table]],
    pool: WorkerPool | None,
) -> ExportSource:
    from emailcleaner.core.export import ExportSource

    def raw_batches() -> Iterator[RawBatch]:
        return (batch for batch in spooled.raw_batches(pool) if len(batch.records))

    def rejected() -> Iterator[pa.RecordBatch]:
        for path in sorted(folder.glob(f"rejected-{number}-*.arrow")):
            yield from read_spilled(path).cast(REJECTED_SCHEMA).to_batches()

    def extra() -> pa.Table | None:
        found = [read_spilled(p) for p in sorted(folder.glob(f"extra-{number}-*.arrow"))]
        return pa.concat_tables(found).unify_dictionaries() if found else None

    return ExportSource(
        name=spooled.name,
        header_raw=spooled.header_raw,
        dialect=spooled.dialect,
        raw_batches=raw_batches,
        results=tables,
        rejected=rejected,
        extra=extra,
    )


def export_selection(
    results: JobResults,
    keep: npt.NDArray[np.int64],
    path: Path,
    *,
    output_format: OutputFormat,
    with_verdicts: bool,
    spreadsheet_safe: bool,
) -> int:
    """Write the rows at positions `keep` of `results.table`; see `JobResults.write_selection`."""
    from emailcleaner.core.export import export_rows

    parts = results.parts
    folder = job_folder(parts.home, results.job.job_id) / "parts"
    decided = Decided(folder, tuple(parts.store.jobs.parts(results.job.job_id)), results.summary)
    chosen = np.zeros(results.table.num_rows, dtype=np.bool_)
    chosen[keep] = True
    start = written = 0
    several = len(results.lists) > 1
    for number, spooled in enumerate(results.lists):
        end = start + sum(p.rows for p in decided.parts if p.source == number)
        if chosen[start:end].any() or not several:
            target = (
                path.with_name(f"{path.stem}-{Path(spooled.name).stem}{path.suffix}") if several else path
            )
            written += export_rows(
                _source(folder, number, spooled, partial(_tables, decided, number), None),
                chosen[start:end],
                target,
                output_format=output_format,
                with_verdicts=with_verdicts,
                spreadsheet_safe=spreadsheet_safe,
            )
        start = end
    return written
