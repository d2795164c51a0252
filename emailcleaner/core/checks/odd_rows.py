"""What the one-by-one path says of the rows that the screen left over, as columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.checks.duplicates import U64
from emailcleaner.core.checks.inspection import CellInspector, Inspected
from emailcleaner.core.model import REASON_CODE
from emailcleaner.core.sliced import AT_ONCE

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OddRows:
    """Rows of a block (ascending) and what they hold: the fields of `CheckedBatch`, row by row."""

    row: I64
    address: pa.StringArray
    normalized: pa.StringArray
    domain: pa.StringArray
    suggestion: pa.StringArray
    reason: npt.NDArray[np.uint8]
    flags: npt.NDArray[np.uint32]
    key: U64
    extra: list[tuple[int, str]]


def inspect_rows(inspector: CellInspector, cells: pa.StringArray, rows: I64) -> OddRows:
    """Inspect some `rows` of `cells` one by one.

    A slice at a time becomes columns: tens of thousands of findings as objects would keep the interpreter's
    lock, and its garbage collector busy.
    """
    parts = [
        _as_columns(inspector, cells, rows[first : first + AT_ONCE])
        for first in range(0, max(len(rows), 1), AT_ONCE)
    ]
    if len(parts) == 1:
        return parts[0]
    return OddRows(
        rows,
        pa.concat_arrays([part.address for part in parts]),
        pa.concat_arrays([part.normalized for part in parts]),
        pa.concat_arrays([part.domain for part in parts]),
        pa.concat_arrays([part.suggestion for part in parts]),
        np.concatenate([part.reason for part in parts]),
        np.concatenate([part.flags for part in parts]),
        np.concatenate([part.key for part in parts]),
        [pair for part in parts for pair in part.extra],
    )


def keys_of_parts(inspector: CellInspector, parts: list[tuple[str, str]]) -> U64:
    """Duplicate keys of addresses given by local part and domain; 0 where there is no domain."""
    key = np.zeros(len(parts), np.uint64)
    rows = [row for row, (_, domain) in enumerate(parts) if domain]
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        key[some] = inspector.keys_of([parts[row][0] for row in some], [parts[row][1] for row in some])
    return key


def _as_columns(inspector: CellInspector, cells: pa.StringArray, rows: I64) -> OddRows:
    texts = cells.take(pa.array(rows)).to_pylist()
    # What is odd is often the same in many rows: nothing at all, "n/a", a dash.
    known = {text: inspector.inspect(text) for text in dict.fromkeys(texts)}
    seen = [known[text] for text in texts]
    count = len(seen)
    return OddRows(
        rows,
        pa.array([s.address for s in seen], pa.string()),
        pa.array([s.normalized for s in seen], pa.string()),
        pa.array([s.domain for s in seen], pa.string()),
        pa.array([s.suggestion for s in seen], pa.string()),
        np.fromiter((REASON_CODE[s.reason] if s.reason else 0 for s in seen), np.uint8, count),
        np.fromiter((s.flags for s in seen), np.uint32, count),
        keys_of_parts(inspector, [(s.local, s.domain) for s in seen]),
        list(_further(rows, seen)),
    )


def _further(rows: I64, seen: list[Inspected]) -> Iterator[tuple[int, str]]:
    """(row, address) of all addresses of these cells but the first."""
    for row, found in zip(rows.tolist(), seen, strict=True):
        for other in found.extra:
            yield row, other
