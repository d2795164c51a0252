"""The first pass of a job: lists are read and every address is checked as far as no network is needed.

Blocks are checked on the workers and put by: the first ones in memory, those of a long list on disk,
so that memory follows the number of rows by some ten bytes each and not the lists. What is left in
memory besides: keys for the duplicates, and which domain each row has.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.columns import CheckedBatch, IntakeBatch
from emailcleaner.core.jobs.judging import ALLOWLISTED, NOT_LISTED, SUPPRESSED
from emailcleaner.core.sliced import column_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emailcleaner.core.checks import AddressChecker, SuppressionSet
    from emailcleaner.core.lists import SpooledList
    from emailcleaner.core.ports import CancelToken, WorkerPool

#: Blocks that may wait for a worker or for their turn; bounds the memory.
_IN_FLIGHT = 3


@dataclass(frozen=True, slots=True)
class Lists:
    """The user's own lists, if any."""

    suppress: SuppressionSet | None = None
    allow: SuppressionSet | None = None

    def mark(self, normalized: pa.StringArray, domain: pa.DictionaryArray) -> npt.NDArray[np.uint8]:
        """The `listed` column; what is suppressed stays so even if it is allowed as well."""
        listed = np.full(len(normalized), NOT_LISTED, dtype=np.uint8)
        if self.allow is not None:
            listed[self.allow.mark(normalized, domain)] = ALLOWLISTED
        if self.suppress is not None:
            listed[self.suppress.mark(normalized, domain)] = SUPPRESSED
        return listed


#: Checked blocks that are kept in memory (bytes, for a whole job); further ones go to the disk.
_KEPT_BYTES = 96 * 2**20


@dataclass(slots=True)
class SpilledBlock:
    """A checked block put by. `domains[code]` is the job's number for the block's domain `code`."""

    rows: int
    domains: npt.NDArray[np.int32]
    path: Path
    table: pa.Table | None

    def read(self) -> pa.Table:
        """The block."""
        if self.table is not None:
            return self.table
        return read_spilled(self.path)

    def forget(self) -> None:
        """Give its memory or disk back."""
        self.table = None
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class IntakePart:
    """One block of one list: its rows, and the further addresses of its cells, if any."""

    number: int
    source: int
    main: SpilledBlock
    extra: SpilledBlock | None


@dataclass(slots=True)
class SourceCount:
    """The accounting of one list: physical records = rows + malformed + blank."""

    rows: int = 0
    malformed: int = 0
    blank: int = 0


@dataclass(slots=True)
class Intake:
    """What the first pass leaves behind."""

    parts: list[IntakePart] = field(default_factory=list)
    counts: list[SourceCount] = field(default_factory=list)
    domains: dict[str, int] = field(default_factory=dict)
    keys: list[npt.NDArray[np.uint64]] = field(default_factory=list)
    row_domains: list[npt.NDArray[np.int32]] = field(default_factory=list)
    kept_bytes: int = 0

    @property
    def rows(self) -> int:
        """Rows of all lists so far."""
        return sum(c.rows for c in self.counts)


@dataclass(frozen=True, slots=True)
class CheckedBlock:
    """A block as it comes back from a worker, before it is put by."""

    intake: IntakeBatch
    checked: CheckedBatch
    listed: npt.NDArray[np.uint8]
    extra: CheckedBatch | None
    extra_listed: npt.NDArray[np.uint8]


def check_block(batch: IntakeBatch, checker: AddressChecker, lists: Lists) -> CheckedBlock:
    """Check one block: the pure work item of the first pass."""
    cells = batch.rows.column("cell")
    checked = checker.check_batch(cells)
    listed = lists.mark(checked.normalized, checked.domain)
    if not checked.extra:
        return CheckedBlock(batch, checked, listed, None, listed[:0])
    # Someone who opted out may stand second in a cell: the own lists hold for every address.
    extra = checker.check_batch(column_of(text for _, text in checked.extra))
    return CheckedBlock(batch, checked, listed, extra, lists.mark(extra.normalized, extra.domain))


def read_list(
    spooled: SpooledList,
    check: Callable[[IntakeBatch], CheckedBlock],
    pool: WorkerPool,
    token: CancelToken,
) -> Iterator[CheckedBlock]:
    """The checked blocks of a list in order, some of them ahead on the workers."""
    waiting: deque[Future[CheckedBlock]] = deque()
    for batch in spooled.batches(token):
        token.check()
        waiting.append(pool.submit(partial(check, batch)))
        if len(waiting) >= _IN_FLIGHT:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def put_by(intake: Intake, source: int, block: CheckedBlock, folder: Path, kept: Path) -> IntakePart:
    """Keep a block on disk and its keys and domains in memory; returns its part.

    `folder` is for what the job needs until its verdicts are made, `kept` for what stays with it.
    """
    number = len(intake.parts)
    checked, rows = block.checked, block.intake.rows
    main = _spill(
        folder / f"{number:06d}.arrow",
        {"row": rows.column("row"), "line": rows.column("line")},
        checked,
        block.listed,
        intake,
    )
    extra = None
    if block.extra is not None:
        of = np.array([index for index, _ in checked.extra], dtype=np.int64)
        extra = _spill(
            folder / f"{number:06d}-extra.arrow",
            {"row": rows.column("row").take(pa.array(of)), "line": rows.column("line").take(pa.array(of))},
            block.extra,
            block.extra_listed,
            intake,
        )
    part = IntakePart(number, source, main, extra)
    intake.parts.append(part)
    intake.keys.append(checked.key)
    codes = checked.domain.indices.to_numpy(zero_copy_only=False)
    intake.row_domains.append(main.domains[codes] if len(main.domains) else codes.astype(np.int32))
    count = intake.counts[source]
    count.rows += rows.num_rows
    count.blank += block.intake.blank
    count.malformed += block.intake.rejected.num_rows
    if block.intake.rejected.num_rows:
        write_ipc(
            kept / f"rejected-{source}-{number:06d}.arrow", pa.Table.from_batches([block.intake.rejected])
        )
    return part


def _spill(
    path: Path,
    first: dict[str, pa.Array],
    checked: CheckedBatch,
    listed: npt.NDArray[np.uint8],
    intake: Intake,
) -> SpilledBlock:
    numbers = intake.domains
    names = texts_of(checked.domain.dictionary)
    count = len(checked.domain.dictionary)
    domains = np.fromiter((numbers.setdefault(n, len(numbers)) for n in names), np.int32, count)
    table = pa.table(
        first
        | {
            "address": checked.address,
            "normalized": checked.normalized,
            "domain": checked.domain,
            "reason": pa.array(checked.reason),
            "flags": pa.array(checked.flags),
            "listed": pa.array(listed),
            "suggestion": checked.suggestion,
        }
    )
    if intake.kept_bytes + table.nbytes <= _KEPT_BYTES:
        intake.kept_bytes += table.nbytes
        return SpilledBlock(table.num_rows, domains, path, table)
    write_ipc(path, table)
    return SpilledBlock(table.num_rows, domains, path, None)


def write_ipc(path: Path, table: pa.Table) -> None:
    """Put a table by as an Arrow file."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))  # Arrow knows no modes
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def read_spilled(path: Path) -> pa.Table:
    """A table put by in the first pass."""
    with pa.OSFile(str(path), "rb") as source:
        return pa.ipc.open_file(source).read_all()


def asked_domains(block: CheckedBlock) -> list[str]:
    """The domains of a block that DNS is to be asked about: of well-formed, not suppressed rows."""
    wanted = _wanted(block.checked, block.listed != SUPPRESSED)
    if block.extra is not None:
        wanted += _wanted(block.extra, block.extra_listed != SUPPRESSED)
    return wanted


def _wanted(checked: CheckedBatch, among: npt.NDArray[np.bool_]) -> list[str]:
    codes = checked.domain.indices.to_numpy(zero_copy_only=False)
    used = np.zeros(len(checked.domain.dictionary), np.bool_)
    used[codes[(checked.reason == 0) & among]] = True
    return list(texts_of(checked.domain.dictionary.filter(pa.array(used))))
