"""The second half of a job: findings of rows and domains become result tables, block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.columns import RESULTS_SCHEMA
from emailcleaner.core.jobs.intake import Intake, IntakePart, SpilledBlock
from emailcleaner.core.jobs.judging import (
    SUPPRESSED,
    DomainClasses,
    VerdictTable,
    not_checked_class,
    verdict_columns,
    words,
)
from emailcleaner.core.model import Depth, DomainFinding, Flag, Segment, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


W = TypeVar("W")


@dataclass(slots=True)
class DomainFacts:
    """What came back from DNS, by the job's number of the domain."""

    classes: DomainClasses = field(default_factory=DomainClasses)
    found: dict[int, tuple[int, str, int]] = field(default_factory=dict)

    def add(self, number: int, finding: DomainFinding) -> None:
        """Keep a finding: its class, its best exchanger, when it was asked (ms since 1970)."""
        host = finding.mx[0].host if finding.mx else ""
        at = int(finding.checked_at.timestamp() * 1000) if finding.checked_at else 0
        self.found[number] = (self.classes.number(finding), host, at)

    def by_number(self, count: int) -> tuple[npt.NDArray[np.int32], list[str], npt.NDArray[np.int64]]:
        """Class, exchanger and time of the domains 0 to `count` - 1."""
        nothing = (not_checked_class(), "", 0)
        rows = [self.found.get(n, nothing) for n in range(count)]
        return (
            np.fromiter((r[0] for r in rows), np.int32, count),
            [r[1] for r in rows],
            np.fromiter((r[2] for r in rows), np.int64, count),
        )


@dataclass(frozen=True, slots=True)
class ResultBlock:
    """The numbers from which one block's result table is made; making it needs nothing else."""

    part: IntakePart
    spilled: SpilledBlock
    table: pa.Table
    numbers: npt.NDArray[np.int32]
    duplicate_of: npt.NDArray[np.int64]  # job-wide row number of the first occurrence, or -1
    keeps_suggestion: npt.NDArray[np.bool_]


class Assembler:
    """Judges the blocks of a job in order. `numbers_of_blocks` must be drained in order."""

    def __init__(
        self,
        intake: Intake,
        facts: DomainFacts,
        depth: Depth,
        started_ms: int,
        duplicates: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    ) -> None:
        self._intake = intake
        self._depth = depth
        self._started_ms = started_ms
        self._dup_rows, self._dup_firsts = duplicates
        self._accepting = facts.classes.accepting()
        self._classes, self._hosts, self._checked = facts.by_number(len(intake.domains))
        self._source_offsets = np.cumsum([0] + [c.rows for c in intake.counts])
        self.verdicts = VerdictTable(depth, facts.classes)
        self.counts = np.zeros(0, dtype=np.int64)

    def blocks(self) -> Iterator[ResultBlock]:
        """The judged blocks, in the order in which they were read."""
        all_numbers = np.full(self._intake.rows, -1, dtype=np.int32)
        start = 0
        for part in self._intake.parts:
            end = start + part.main.rows
            block = self._judge(part, part.main)
            low, high = np.searchsorted(self._dup_rows, (start, end))
            rows, firsts = self._dup_rows[low:high], self._dup_firsts[low:high]
            all_numbers[start:end] = block.numbers
            if len(rows):
                block.numbers[rows - start] = self.verdicts.duplicates_of(
                    all_numbers[firsts], block.numbers[rows - start]
                )
                block.duplicate_of[rows - start] = firsts
                all_numbers[start:end] = block.numbers
            self._count(block.numbers)
            start = end
            yield block

    def extra_block(self, part: IntakePart) -> pa.Table | None:
        """The judged further addresses of a block's cells, or None where there are none."""
        if part.extra is None:
            return None
        return self.table(self._judge(part, part.extra))

    def segments(self) -> Mapping[Segment, int]:
        """Rows by segment of the blocks judged so far."""
        return self.totals(lambda v: v.segment)

    def totals(self, of: Callable[[Verdict], W]) -> dict[W, int]:
        """Rows by any property of the verdict."""
        found: dict[W, int] = {}
        for verdict, count in zip(self.verdicts.verdicts, self.counts, strict=False):
            if count:
                found[of(verdict)] = found.get(of(verdict), 0) + int(count)
        return found

    def table(self, block: ResultBlock) -> pa.Table:
        """The result table of a judged block; safe to run on a worker."""
        spilled, given = block.spilled, block.table
        count = spilled.rows
        codes = _codes(given)
        domain = given.column("domain").combine_chunks()
        suggestion = given.column("suggestion").combine_chunks().fill_null("")
        if not block.keeps_suggestion.all():
            suggestion = pc.if_else(pa.array(block.keeps_suggestion), suggestion, "")
        if self._depth is Depth.SYNTAX:
            hosts = words([""], np.zeros(count, dtype=np.int32))
            checked = np.full(count, self._started_ms, dtype=np.int64)
        else:
            hosts = words([self._hosts[n] for n in spilled.domains] or [""], codes)
            at = self._checked[spilled.domains][codes] if len(spilled.domains) else np.zeros(count, np.int64)
            checked = np.where(at == 0, self._started_ms, at)
        of_source, of_row = self._first_of(block.duplicate_of)
        columns = verdict_columns(self.verdicts.verdicts, block.numbers) | {
            "source": pa.array(np.full(count, block.part.source, dtype=np.int32)),
            "row": given.column("row"),
            "line": given.column("line"),
            "address": given.column("address"),
            "normalized": given.column("normalized"),
            "domain": domain,
            "suggestion": suggestion,
            "mx_host": hosts,
            "duplicate_source": pa.array(of_source),
            "duplicate_row": pa.array(of_row),
            "checked_at": pa.array(checked).cast(pa.timestamp("ms", tz="UTC")),
        }
        return pa.table([columns[f.name] for f in RESULTS_SCHEMA], schema=RESULTS_SCHEMA)

    def _judge(self, part: IntakePart, spilled: SpilledBlock) -> ResultBlock:
        table = spilled.read()
        reason = table.column("reason").to_numpy()
        flags = table.column("flags").to_numpy().copy()
        listed = table.column("listed").to_numpy()
        classes = np.zeros(spilled.rows, dtype=np.int32)
        if self._depth is not Depth.SYNTAX and len(spilled.domains):
            asked = (reason == 0) & (listed != SUPPRESSED)
            classes = np.where(asked, self._classes[spilled.domains][_codes(table)], 0).astype(np.int32)
        accepted = self._accepting[classes]
        # A domain that takes mail is no typing mistake, however much it looks like one.
        flags[accepted] &= np.uint32(0xFFFFFFFF ^ Flag.TYPO.value)
        numbers = self.verdicts.numbers(reason, flags, listed, classes)
        nobody = np.full(spilled.rows, -1, dtype=np.int64)
        return ResultBlock(part, spilled, table, numbers, nobody, ~accepted)

    def _count(self, numbers: npt.NDArray[np.int32]) -> None:
        more = np.bincount(numbers, minlength=len(self.verdicts.verdicts))
        if len(more) > len(self.counts):
            self.counts = np.concatenate([self.counts, np.zeros(len(more) - len(self.counts), np.int64)])
        self.counts[: len(more)] += more

    def _first_of(self, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """(list, row in it) of job-wide row numbers; (-1, -1) for -1."""
        source = np.searchsorted(self._source_offsets, rows, side="right").astype(np.int32) - np.int32(1)
        row = np.where(rows < 0, -1, rows - self._source_offsets[np.maximum(source, 0)])
        return np.where(rows < 0, np.int32(-1), source).astype(np.int32), row


def _codes(table: pa.Table) -> npt.NDArray[np.int32]:
    column = table.column("domain").combine_chunks()
    codes: npt.NDArray[np.int32] = column.indices.to_numpy(zero_copy_only=False)
    return codes
