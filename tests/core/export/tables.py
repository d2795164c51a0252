"""Small lists with results, as the export gets them; made from plain records."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from emailcleaner.core.columns import REJECTED_SCHEMA, RESULTS_SCHEMA, RawBatch
from emailcleaner.core.export import ExportSource
from emailcleaner.core.model import Dialect, ListKind

NOW = datetime(2024, 5, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """One row of a list: its record as it stands, and its verdict."""

    record: bytes
    segment: str = "clean"
    status: str = "valid"
    reason: str = "domain_accepts"
    score: int = 85
    rating: str = "good"
    depth: str = "domain"
    blame: str = "none"
    flags: str = ""
    suggestion: str = ""
    normalized: str = ""
    domain: str = "example.com"
    provider: str = ""


def empty_row(record: bytes) -> Row:
    return Row(record, "rejected", "unknown", "empty", 0, "bad", "syntax", domain="")


def dialect(
    columns: Sequence[str] = ("email",),
    *,
    delimiter: str = ",",
    line_end: str = "\n",
    bom: bool = False,
    header: bool = True,
) -> Dialect:
    kind = ListKind.DELIMITED if delimiter else ListKind.TEXT
    return Dialect(kind, "utf-8", bom, delimiter, header, line_end, tuple(columns), (0,))


def results_table(rows: Sequence[Row], row0: int = 0) -> pa.Table:
    count = len(rows)
    columns = {
        "source": [0] * count,
        "row": list(range(row0, row0 + count)),
        "line": list(range(row0 + 2, row0 + 2 + count)),
        "address": [row.normalized for row in rows],
        "normalized": [row.normalized for row in rows],
        "mx_host": [""] * count,
        "duplicate_source": [-1] * count,
        "duplicate_row": [-1] * count,
        "checked_at": [NOW] * count,
    }
    for name in RESULTS_SCHEMA.names:
        columns.setdefault(name, [getattr(row, name, "") for row in rows])
    arrays = []
    for field in RESULTS_SCHEMA:
        if pa.types.is_dictionary(field.type):
            arrays.append(pa.array(columns[field.name], pa.string()).dictionary_encode())
        else:
            arrays.append(pa.array(columns[field.name], field.type))
    return pa.Table.from_arrays(arrays, schema=RESULTS_SCHEMA)


def source(
    rows: Sequence[Row],
    *,
    name: str = "leads.csv",
    header: bytes | None = b"email",
    shape: Dialect | None = None,
    aligned: Sequence[bytes] | None = None,
    rejected: Sequence[tuple[int, str, str]] = (),
    extra: pa.Table | None = None,
    block: int = 3,
) -> ExportSource:
    """A list of `rows` in blocks of `block` rows."""
    shape = shape or dialect(header=header is not None)
    full = [row.record for row in rows] if aligned is None else list(aligned)
    starts = range(0, len(rows), block)

    def raw_batches() -> Iterator[RawBatch]:
        for start in starts:
            records = pa.array([row.record for row in rows[start : start + block]], pa.large_binary())
            same = pa.array(full[start : start + block], pa.large_binary())
            yield RawBatch(start, records, same)

    def results() -> Iterator[pa.Table]:
        for start in starts:
            yield results_table(rows[start : start + block], start)

    def rejected_batches() -> Iterator[pa.RecordBatch]:
        for entry in rejected:
            yield pa.RecordBatch.from_pylist(
                [dict(zip(REJECTED_SCHEMA.names, entry, strict=True))], REJECTED_SCHEMA
            )

    return ExportSource(name, header, shape, raw_batches, results, rejected_batches, lambda: extra)


def extra_table(rows: Sequence[tuple[int, str]]) -> pa.Table:
    names = ("status", "reason", "segment", "rating", "depth", "blame", "flags", "suggestion")
    return pa.table(
        {
            "line": pa.array([line for line, _ in rows], pa.int64()),
            "address": pa.array([address for _, address in rows], pa.string()),
            **{name: pa.array(["x"] * len(rows), pa.string()) for name in names},
            "score": pa.array([85] * len(rows), pa.uint8()),
            "normalized": pa.array([address for _, address in rows], pa.string()),
        }
    )


def read_csv(data: bytes, delimiter: str = ",") -> list[list[str]]:
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def record_of(cells: Sequence[str], delimiter: str = ",", *, quote_all: bool = False) -> bytes:
    out = io.StringIO(newline="")
    plain = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    full = csv.writer(out, delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    (full if quote_all else plain).writerow(cells)
    return out.getvalue().removesuffix("\r\n").encode()
