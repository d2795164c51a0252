"""What the export takes in: one list with its bytes, its results and what was rejected.

Only the shape of it. Where the bytes and the results come from is the caller's matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from emailcleaner.core.columns import RawBatch
from emailcleaner.core.model import Dialect


@dataclass(frozen=True, slots=True)
class ExportSource:
    """One list to be written out.

    `raw_batches` and `results` give the same rows in the same blocks: a table of `RESULTS_SCHEMA`
    for each `RawBatch`. `rejected` gives batches of `REJECTED_SCHEMA` in the order of the lines;
    its rows with reason `empty` are left out, because those are rows with a result of their own.
    `extra` gives a table with the columns `line` and `address` and the verdict columns of `RESULTS_SCHEMA`
    for every further address of a cell (None: there are none); it is asked last.
    """

    name: str
    header_raw: bytes | None
    dialect: Dialect
    raw_batches: Callable[[], Iterator[RawBatch]]
    results: Callable[[], Iterator[pa.Table]]
    rejected: Callable[[], Iterator[pa.RecordBatch]]
    extra: Callable[[], pa.Table | None] = lambda: None
