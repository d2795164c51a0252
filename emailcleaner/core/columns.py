"""The Arrow tables that pass between the stages: declared once, here.

Bulk data are columns of record batches, never loose dicts. This module knows no stage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

#: What `lists` yields: row number (0-based, over the readable rows of one list), physical line
#: (1-based) of the record's start, and the text of the address cell.
INTAKE_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("cell", pa.string(), nullable=False),
    ]
)

#: Records that could not be read as a row, or rows without an address.
REJECTED_SCHEMA = pa.schema(
    [
        pa.field("line", pa.int64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("raw", pa.string(), nullable=False),
    ]
)

_WORD = pa.dictionary(pa.int32(), pa.string())

#: One row of a list with its verdict: what a part file holds, what screens and exports read.
RESULTS_SCHEMA = pa.schema(
    [
        pa.field("source", pa.int32(), nullable=False),  # number of the list within the job
        pa.field("row", pa.int64(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("address", pa.string(), nullable=False),
        pa.field("normalized", pa.string(), nullable=False),
        pa.field("domain", _WORD, nullable=False),
        pa.field("status", _WORD, nullable=False),
        pa.field("reason", _WORD, nullable=False),
        pa.field("segment", _WORD, nullable=False),
        pa.field("score", pa.uint8(), nullable=False),
        pa.field("rating", _WORD, nullable=False),
        pa.field("depth", _WORD, nullable=False),
        pa.field("blame", _WORD, nullable=False),
        pa.field("flags", _WORD, nullable=False),  # names joined with ";"
        pa.field("suggestion", pa.string(), nullable=False),
        pa.field("provider", _WORD, nullable=False),
        pa.field("mx_host", _WORD, nullable=False),
        # which earlier row this one repeats (-1: none), and in which list
        pa.field("duplicate_source", pa.int32(), nullable=False),
        pa.field("duplicate_row", pa.int64(), nullable=False),
        pa.field("checked_at", pa.timestamp("ms", tz="UTC"), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class IntakeBatch:
    """One block of a list: its rows, what was rejected, how many blank lines, bytes consumed."""

    rows: pa.RecordBatch
    rejected: pa.RecordBatch
    blank: int
    bytes_read: int


@dataclass(frozen=True, slots=True)
class RawBatch:
    """The same block as its records' bytes (UTF-8, without line end), for the export.

    `records` holds each row as it stands in the source; `aligned` the same with exactly as many
    cells as the list has columns, so that columns can be put behind them. They are one object
    where nothing had to be aligned. `row0` is the row number of the first.
    """

    row0: int
    records: pa.LargeBinaryArray
    aligned: pa.LargeBinaryArray


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """What the checks found in one block of cells, column by column.

    `reason` are codes of `model.REASONS` (0: nothing wrong), `flags` bits of `model.Flag`,
    `key` 64-bit hashes of the duplicate key (0 where there is no address). `domain` is
    dictionary-encoded (int32). `extra` lists (index in the block, other address of that cell).
    """

    address: pa.StringArray
    normalized: pa.StringArray
    domain: pa.DictionaryArray
    reason: npt.NDArray[np.uint8]
    flags: npt.NDArray[np.uint32]
    key: npt.NDArray[np.uint64]
    suggestion: pa.StringArray
    extra: tuple[tuple[int, str], ...]
