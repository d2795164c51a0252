"""What a finished job found, as columns: for screens, for explanations, for exports."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.columns import RESULTS_SCHEMA
from emailcleaner.core.jobs.pipeline import open_lists
from emailcleaner.core.jobs.records import job_folder, read_results, require
from emailcleaner.core.model import (
    Blame,
    CleanRequest,
    Depth,
    Dialect,
    DomainFinding,
    Explanation,
    Findings,
    Flag,
    JobId,
    JobSummary,
    MxHost,
    OutputFormat,
    Reason,
    Verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

    from emailcleaner.core.bootstrap import Parts
    from emailcleaner.core.lists import SpooledList

#: Reasons that come from DNS; a row that has one was not stopped by its syntax.
_FROM_DNS = frozenset(
    {
        Reason.NO_SUCH_DOMAIN,
        Reason.NULL_MX,
        Reason.NO_MAIL_HOST,
        Reason.MX_UNRESOLVABLE,
        Reason.MX_UNROUTABLE,
        Reason.DNS_TIMEOUT,
        Reason.DNS_FAILURE,
    }
)


@dataclass(frozen=True, slots=True)
class JobResults:
    """All rows of a job in source order; `table` has the columns of `columns.RESULTS_SCHEMA`."""

    parts: Parts
    job: JobSummary
    request: CleanRequest
    summary: dict[str, Any]
    lists: tuple[SpooledList, ...]
    table: pa.Table

    @classmethod
    def open(cls, parts: Parts, job_id: JobId) -> JobResults:
        """Read the results of a job. Raises `UserError` where there is no such job, or they are damaged."""
        row = require(parts.store, job_id)
        folder = job_folder(parts.home, job_id) / "parts"
        tables = [read_results(folder, p) for p in parts.store.jobs.parts(job_id)]
        table = pa.concat_tables(tables) if tables else RESULTS_SCHEMA.empty_table()
        return cls(
            parts=parts,
            job=row.summary,
            request=row.request,
            summary=json.loads(row.summary_json) if row.summary_json else {},
            lists=tuple(open_lists(parts, job_id, len(row.request.sources))),
            table=table.unify_dictionaries(),
        )

    def source_cells(self, index: int) -> tuple[tuple[str, str], ...]:
        """(column name, cell) of the source row behind row `index` of `table`."""
        spooled = self.lists[self.table["source"][index].as_py()]
        wanted = self.table["row"][index].as_py()
        for batch in spooled.raw_batches():
            if batch.row0 <= wanted < batch.row0 + len(batch.aligned):
                record = batch.aligned[wanted - batch.row0].as_py().decode("utf-8")
                return tuple(zip(spooled.dialect.column_names, _cells(record, spooled.dialect), strict=False))
        return ()

    def explain(self, index: int) -> Explanation:
        """The verdict of row `index` of `table` in plain words."""
        from emailcleaner.core.verdicts import explain

        row = {name: self.table[name][index].as_py() for name in self.table.column_names}
        verdict, domain = self._judged_again(self.parts, row)
        return explain(
            verdict,
            address=row["normalized"] or row["address"],
            domain=domain,
            suggestion=row["suggestion"],
            disposable_sources=self.parts.check_data().disposable_sources(row["domain"]),
        )

    def write_selection(
        self,
        keep: npt.NDArray[np.int64],
        path: Path,
        *,
        output_format: OutputFormat,
        with_verdicts: bool,
        spreadsheet_safe: bool,
    ) -> int:
        """Write the rows at positions `keep` of `table` into one file; returns how many.

        Rows come in source order with their source cells unchanged; `with_verdicts` adds the `ec_`
        columns. Of a job with several lists each list has a file of its own: `path` with the list's
        name behind its stem. Raises `UserError` where it cannot be written.
        """
        from emailcleaner.core.jobs.export import export_selection

        return export_selection(
            self,
            keep,
            path,
            output_format=output_format,
            with_verdicts=with_verdicts,
            spreadsheet_safe=spreadsheet_safe,
        )

    def _judged_again(self, parts: Parts, row: dict[str, Any]) -> tuple[Verdict, DomainFinding | None]:
        """The verdict with its score's parts, from what is kept of the row; no new question is asked."""
        from emailcleaner.core.verdicts import judge, repeat_of

        finding = parts.address_checker(self.request).check(row["address"])
        reason = Reason(row["reason"])
        domain = self._domain_of(parts, row, reason) if finding.reason is None else None
        listed = reason if reason in (Reason.SUPPRESSED, Reason.ALLOWLISTED) else None
        asked = Depth(self.request.depth)
        run = Reason.NOT_CHECKED if reason is Reason.NOT_CHECKED else None
        again = judge(
            Findings(
                asked=asked,
                syntax=finding.reason,
                flags=_flags(row["flags"]),
                domain=domain,
                listed=listed,
                run=run,
            )
        )
        if reason is Reason.DUPLICATE:
            again = repeat_of(again, again.flags)
        return again, domain

    def _domain_of(self, parts: Parts, row: dict[str, Any], reason: Reason) -> DomainFinding | None:
        if self.request.depth is Depth.SYNTAX or reason in (Reason.SUPPRESSED, Reason.NOT_CHECKED):
            return None
        kept = parts.store.domains.load([row["domain"]]).get(row["domain"])
        said = reason if reason in _FROM_DNS else Reason.DOMAIN_ACCEPTS
        if kept is not None and (kept.reason is said or reason not in _FROM_DNS):
            return kept
        mx = (MxHost(0, row["mx_host"]),) if row["mx_host"] else ()
        blame = Blame(row["blame"]) if said is reason else Blame.NONE
        return DomainFinding(
            row["domain"],
            said,
            blame,
            mx,
            provider=row["provider"],
            flags=_flags(row["flags"]) & Flag.IMPLICIT_MX,
            checked_at=row["checked_at"],
        )


def _cells(record: str, dialect: Dialect) -> list[str]:
    """The cells of one record as it is written out."""
    if not dialect.delimiter:
        return [record]
    return next(csv.reader(io.StringIO(record, newline=""), delimiter=dialect.delimiter), [])


def _flags(text: str) -> Flag:
    """The flags named in an exported `flags` text."""
    found = Flag(0)
    for name in text.split(";"):
        if name and not name.startswith("provider:"):
            found |= Flag[name.upper()]
    return found
