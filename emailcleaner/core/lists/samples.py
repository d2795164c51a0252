"""The head of a list, cut by one delimiter or another: which makes a table with addresses.

Looks at lines of UTF-8 text; knows nothing of headers and files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from emailcleaner.core.lists import limits
from emailcleaner.core.lists.cell_patterns import MAIL_HINT, SOME_ADDRESS, is_one
from emailcleaner.core.lists.records import Layout, Record, read_record, split_line

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Sample:
    """The records at the head of a list under one delimiter."""

    delimiter: str
    records: tuple[tuple[str, ...], ...]
    columns: int
    share: float  # of the lines that are in records with that many columns
    addresses: float  # share of rows with one address filling a cell, in the best column


def best_sample(lines: list[bytes], suffix: str, *, domains: bool, column_told: bool) -> Sample:
    """The delimiter under which the lines are most like a table with addresses in it."""
    least = 0.5 if suffix in (".csv", ".tsv", ".tab") else 0.85
    samples = [sample_of(lines, delimiter, domains=domains) for delimiter in DELIMITERS]
    tables = [s for s in samples if s.columns > 1 and _is_table(s, least, domains=domains)]
    if column_told and not tables:  # whoever names a column has a table, whatever is in it
        tables = [s for s in samples if s.columns > 1 and s.share > 0.8]
    if tables:
        return max(tables, key=lambda s: (s.share * (0.3 + s.addresses), s.columns))
    single = sample_of(lines, ",", domains=domains)
    quoted = any(line.lstrip().startswith(b'"') and line.rstrip().endswith(b'"') for line in lines)
    if single.columns == 1 and single.share > 0.99 and (quoted or suffix in (".csv", ".tsv")):
        return single
    return sample_of(lines, "", domains=domains)


def _is_table(sample: Sample, least: float, *, domains: bool) -> bool:
    """Whether lines were cut into columns for good, and not by the commas of free text."""
    titled = any(MAIL_HINT.search(cell) for cell in sample.records[0]) and len(sample.records[0]) > 1
    if titled and not any(SOME_ADDRESS.search(cell) for cell in sample.records[0]):
        return sample.share >= 0.3 and (sample.addresses > 0.2 or sample.share > 0.8)
    if sample.addresses < 0.2:
        return False
    cells = [cell for record in sample.records for cell in record if cell.strip()]
    only_addresses = sum(is_one(cell, domains=domains) for cell in cells) > 0.9 * len(cells)
    if only_addresses:  # lines of several addresses, or columns of them
        return len(sample.records) > 2 and sample.share > 0.95
    return sample.share >= least


def sample_of(lines: list[bytes], delimiter: str, *, domains: bool, strict: bool = False) -> Sample:
    """The records of the sample, with as many columns as suit most of them."""
    if not delimiter:
        records = tuple((line.decode(errors="replace"),) for line in lines[: limits.SAMPLE_RECORDS])
        return Sample("", records, 1, 1.0, 1.0)
    mark = delimiter.encode()
    counts = Counter(len(split_line(line, mark)[0]) for line in lines)
    likely = {len(split_line(lines[0], mark)[0]), counts.most_common(1)[0][0]}
    samples = [
        _parsed(lines, Layout(mark, columns, tuple(range(columns)), strict), domains=domains)
        for columns in sorted(likely, reverse=True)
    ]
    return max(samples, key=lambda s: s.share)


def _parsed(lines: list[bytes], layout: Layout, *, domains: bool) -> Sample:
    data = b"\n".join(lines) + b"\n"
    ends = [len(line) for line in lines]
    starts, at = [], 0
    for index, line in enumerate(lines):
        starts.append(at)
        ends[index] = at + len(line)
        at += len(line) + 1
    records: list[tuple[str, ...]] = []
    index = fitting = 0
    while index < len(lines) and len(records) < limits.SAMPLE_RECORDS:
        record = read_record(data, starts, ends, index, layout, whole=True) or Record(1, None)
        cells = record.cells
        if cells is None:
            cells = tuple(split_line(record.raw, layout.delimiter)[0])
        if len(cells) == layout.columns:
            fitting += record.lines
        if not record.raw.startswith(b"\0") and b"\0" not in record.raw:
            records.append(tuple(cell.decode(errors="replace") for cell in cells))
        index += record.lines
    records = records or [("",)]
    share = _best_share(records, layout.columns, domains=domains)
    return Sample(layout.delimiter.decode(), tuple(records), layout.columns, fitting / max(index, 1), share)


def _best_share(records: Sequence[tuple[str, ...]], columns: int, *, domains: bool) -> float:
    """The share of rows that have one address filling a cell, in the column that has most."""
    found: Counter[int] = Counter()
    for record in records:
        found.update(i for i, cell in enumerate(record[:columns]) if is_one(cell, domains=domains))
    return found.most_common(1)[0][1] / len(records) if found else 0.0
