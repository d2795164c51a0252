"""A list in its working copy: UTF-8 text in the job's folder, read in two passes.

The first pass gives the address cells, the second the records as they stand, in the same blocks and
rows. The source itself is never touched again.
"""

from __future__ import annotations

import json
import logging
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

import numpy as np
import pyarrow as pa

from emailcleaner.core.columns import INTAKE_SCHEMA, REJECTED_SCHEMA, IntakeBatch, RawBatch
from emailcleaner.core.errors import UserError
from emailcleaner.core.lists import limits
from emailcleaner.core.lists.arrow_arrays import integers, texts
from emailcleaner.core.lists.blocks import Block, BlockReader
from emailcleaner.core.lists.records import Layout
from emailcleaner.core.lists.scanner import Refused, Table, address_cells, raw_records, scan
from emailcleaner.core.model import Dialect, ListKind, Reason
from emailcleaner.core.ports import CancelToken, WorkerPool

TEXT_NAME = "list.utf8"
META_NAME = "list.json"
_IN_FLIGHT = 3

_log = logging.getLogger(__name__)


class _Counted(Protocol):
    """What reading one block gives: always how much of it was used."""

    @property
    def consumed(self) -> int: ...

    @property
    def lines(self) -> int: ...


C = TypeVar("C", bound=_Counted)


@dataclass(frozen=True, slots=True)
class _Cells:
    consumed: int
    lines: int
    line: np.ndarray[Any, np.dtype[np.int32]]
    cells: pa.StringArray
    refused: list[Refused]
    blank: int


@dataclass(frozen=True, slots=True)
class _Raw:
    consumed: int
    lines: int
    records: pa.LargeBinaryArray
    aligned: pa.LargeBinaryArray


@dataclass(frozen=True, slots=True)
class SpooledList:
    """A list as it lies in `folder`, with what is known of its source.

    `source_path` is empty for a stream; `sha256` and `size` are of the source's bytes, `suffix` is
    its ending ("" if none). `text_size` are the bytes of the working copy, for progress;
    `header_raw` is the header record as it stands, filled up with empty cells if it is shorter than the rows.
    `data_offset`, `first_line` and `blank_before` say where the rows begin.
    """

    name: str
    folder: Path
    source_path: str
    sha256: str
    size: int
    suffix: str
    dialect: Dialect
    text_size: int
    header_raw: bytes | None = None
    data_offset: int = 0
    first_line: int = 1
    blank_before: int = 0
    block_size: int = field(default=limits.BLOCK)

    def batches(
        self, token: CancelToken | None = None, workers: Executor | WorkerPool | None = None
    ) -> Iterator[IntakeBatch]:
        """First pass: row numbers, lines and address cells, block by block.

        With `workers` up to three blocks are read at once; the order stays. Raises `Cancelled` by
        way of the token, between blocks.
        """
        row, line, blank, warned = 0, self.first_line, self.blank_before, False
        before = self.data_offset
        for size, found in self._run(_read_cells, workers):
            if token is not None:
                token.check()
            yield _intake_batch(found, row, line, blank=blank, bytes_read=size + before)
            row, line, blank, before = row + len(found.cells), line + found.lines, 0, 0
            del found  # not kept in memory beside the next
            if row > limits.ROWS_WARNED and not warned:
                warned = True
                _log.warning("list_very_long", extra={"rows": row})

    def raw_batches(self, workers: Executor | WorkerPool | None = None) -> Iterator[RawBatch]:
        """Second pass: the same rows in the same blocks, as bytes."""
        row = 0
        for _, found in self._run(_read_raw, workers):
            yield RawBatch(row, found.records, found.aligned)
            row += len(found.records)
            del found

    def layout(self) -> Layout:
        """What reading a block needs to know of the dialect."""
        return layout_of(self.dialect)

    def _run(
        self, read: Callable[[Block, Layout], C], workers: Executor | WorkerPool | None
    ) -> Iterator[tuple[int, C]]:
        """What `read` makes of each block, in order, with the bytes it stands for."""
        layout = self.layout()
        flying: deque[tuple[int, Future[C]]] = deque()
        try:
            with (self.folder / TEXT_NAME).open("rb", buffering=0) as file:
                file.seek(self.data_offset)
                reader = BlockReader(file, layout, self.block_size)
                for block in reader:
                    if block.whole and workers is not None:
                        flying.append((block.size, workers.submit(partial(read, block, layout))))
                        if len(flying) == _IN_FLIGHT:
                            yield _landed(flying)
                        continue
                    while flying:
                        yield _landed(flying)
                    found = read(block, layout)
                    unused = 0 if block.whole else len(block.data) - found.consumed
                    if unused:
                        reader.give_back(unused, more=not found.consumed)
                    if unused < block.size:
                        yield block.size - unused, found
                    del block, found  # not kept in memory beside the next
                while flying:
                    yield _landed(flying)
        finally:
            for _, future in flying:
                future.cancel()

    def save(self) -> None:
        """Write what is known of the list beside its text, for a restart."""
        known = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("folder", "dialect")}
        known["header_raw"] = None if self.header_raw is None else self.header_raw.decode()
        known["dialect"] = asdict(self.dialect)
        text = json.dumps({"version": 1, **known}, ensure_ascii=False, indent=1)
        new = self.folder / f"{META_NAME}.new"
        new.unlink(missing_ok=True)
        with created(new) as out:
            out.write(text.encode())
        new.replace(self.folder / META_NAME)


@contextmanager
def created(path: Path) -> Iterator[BinaryIO]:
    """A new file of this user alone, on the disk when the block ends."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def layout_of(dialect: Dialect) -> Layout:
    """What reading a block needs to know of a dialect."""
    return Layout(
        delimiter=dialect.delimiter.encode(),
        columns=len(dialect.column_names),
        address_columns=dialect.address_columns,
        strict=dialect.kind in (ListKind.SPREADSHEET, ListKind.JSONL),
    )


def open_spooled(folder: Path) -> SpooledList:
    """The list that `spool` put into `folder`; `UserError` if it is gone or damaged."""
    try:
        known = json.loads((folder / META_NAME).read_text(encoding="utf-8"))
        if known.pop("version") != 1:
            raise ValueError("written by another version")
        told = known.pop("dialect")
        told = {k: tuple(v) if isinstance(v, list) else v for k, v in told.items()}
        dialect = Dialect(**{**told, "kind": ListKind(told["kind"])})
        header = known.pop("header_raw")
        raw = None if header is None else header.encode()
        found = SpooledList(folder=folder, dialect=dialect, header_raw=raw, **known)
        if (folder / TEXT_NAME).stat().st_size != found.text_size:
            raise ValueError("length differs")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            "The working copy of the list is missing or damaged.", "Clean the list again from its file."
        ) from error
    return found


def _intake_batch(found: _Cells, row: int, line: int, *, blank: int, bytes_read: int) -> IntakeBatch:
    """One block's cells with the numbers they have in the whole list."""
    numbers = integers(np.arange(row, row + len(found.cells), dtype=np.int64))
    lines = integers(found.line.astype(np.int64) + line)
    rows = pa.RecordBatch.from_arrays([numbers, lines, found.cells], schema=INTAKE_SCHEMA)
    return IntakeBatch(rows, _rejected(found.refused, line), found.blank + blank, bytes_read)


def _landed(flying: deque[tuple[int, Future[C]]]) -> tuple[int, C]:
    size, future = flying.popleft()
    return size, future.result()


def _read_cells(block: Block, layout: Layout) -> _Cells:
    if block.oversize:
        nothing = np.empty(0, dtype=np.int32)
        refused = [Refused(0, _stripped(block.data, layout), block.oversize)]
        return _Cells(len(block.data), 1, nothing, texts([], pa.string()), refused, 0)
    table: Table = scan(block.data, layout, whole=block.whole)
    return _Cells(table.consumed, table.lines, table.line, address_cells(table), table.refused, table.blank)


def _read_raw(block: Block, layout: Layout) -> _Raw:
    if block.oversize:
        nothing = texts([], pa.large_binary())
        return _Raw(len(block.data), 1, nothing, nothing)
    table: Table = scan(block.data, layout, whole=block.whole)
    return _Raw(table.consumed, table.lines, *raw_records(table))


def _stripped(raw: bytes, layout: Layout) -> bytes:
    """Without the NUL with which a record is marked that was refused before it came here."""
    return raw[1:] if layout.strict and raw[:1] == b"\0" else raw


def _bounded(raw: bytes, length: int) -> bytes:
    """The bytes of a refused record; of one over the limit the beginning, and how long it was."""
    if length <= limits.RECORD:
        return raw
    text = raw[: limits.RECORD].decode(errors="ignore")
    return f"{text} [cut off here; the record has {length:,} bytes]".encode()


def _rejected(refused: list[Refused], line: int) -> pa.RecordBatch:
    raws = [_bounded(r.raw, r.length or len(r.raw)) for r in refused]
    columns = [
        integers(np.fromiter((r.line + line for r in refused), np.int64, len(refused))),
        texts([Reason.MALFORMED_ROW.value.encode()] * len(refused), pa.string()),
        texts(raws, pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=REJECTED_SCHEMA)
