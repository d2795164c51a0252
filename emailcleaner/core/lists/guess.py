"""How a list is laid out, guessed from its contents: delimiter, header, address columns.

Looks at the head of the list as UTF-8 text, says in words what was guessed, and lets everything be
told instead. Reads no files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists import limits
from emailcleaner.core.lists.address_columns import address_columns
from emailcleaner.core.lists.cell_patterns import MAIL_HINT, ONE_DOMAIN, SOME_ADDRESS, is_heading
from emailcleaner.core.lists.samples import DELIMITERS, Sample, best_sample, sample_of
from emailcleaner.core.model import Dialect, ListKind, ReadOptions

_LINE = re.compile(rb"([^\r\n]*+)(\r\n|\n|\r|\Z)")
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "none": ""}
_MIN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Guess:
    """The dialect of a list, and the first records behind its header."""

    dialect: Dialect
    rows: tuple[tuple[str, ...], ...]


def guess(
    head: bytes, seed: Dialect, options: ReadOptions, *, suffix: str, cut: bool, domains: bool
) -> Guess:
    """The dialect of a list that begins with `head` (UTF-8).

    `seed` has what is known already (kind, encoding, sheets); `cut`: the list goes on behind
    `head`; `domains`: a column of bare domains is as good as one of addresses. `UserError` where
    the list is empty or no column has addresses.
    """
    lines, line_end = _lines(head, cut=cut)
    if not lines:
        raise UserError("The list is empty.", "Check that it is the right file.")
    told = _told_delimiter(options)
    strict = seed.kind in (ListKind.SPREADSHEET, ListKind.JSONL)
    if strict:
        sample = sample_of(lines, ",", domains=domains, strict=True)
    elif told is not None:
        sample = sample_of(lines, told, domains=domains)
    else:
        sample = best_sample(lines, suffix, domains=domains, column_told=bool(options.columns))
    kind = seed.kind if sample.delimiter else ListKind.TEXT
    has_header = _has_header(sample, options, strict_json=seed.kind is ListKind.JSONL, domains=domains)
    columns = _width(sample, has_header=has_header)
    if columns > limits.COLUMNS:
        raise UserError(f"The list has more than {limits.COLUMNS:,} columns.", "Is it turned by 90 degrees?")
    names = _names(sample.records[0] if has_header else (), columns)
    body = sample.records[1:] if has_header else sample.records
    chosen, note = address_columns(names, body, options, has_header=has_header, domains=domains)
    dialect = replace(
        seed,
        kind=kind,
        delimiter=sample.delimiter,
        has_header=has_header,
        line_end=line_end,
        column_names=names,
        address_columns=chosen,
        notes=(*seed.notes, _delimiter_note(sample, told=told is not None or strict), note),
    )
    return Guess(dialect, tuple(_even(row, columns) for row in body))


def _lines(head: bytes, *, cut: bool) -> tuple[list[bytes], str]:
    """The lines of the head that are not blank, and the line end most of them have."""
    found = [(m[1], m[2]) for m in _LINE.finditer(head)]
    if cut and len(found) > 1:
        found = [f for f in found if f[1]] or found
    ends = Counter(end for _, end in found if end)
    line_end = ends.most_common(1)[0][0].decode() if ends else "\n"
    return [line for line, _ in found if line][: limits.SAMPLE_RECORDS * 4], line_end


def _told_delimiter(options: ReadOptions) -> str | None:
    if options.delimiter is None:
        return None
    delimiter = _NAMED.get(options.delimiter.strip(" ").lower(), options.delimiter)
    if delimiter not in ("", *DELIMITERS):
        raise UserError(
            f"{options.delimiter!r} is no delimiter.", "It is one of: comma, semicolon, tab, pipe, none."
        )
    return delimiter


def _has_header(sample: Sample, options: ReadOptions, *, strict_json: bool, domains: bool) -> bool:
    if strict_json:
        return True
    if options.header is not None:
        return options.header
    first, body = sample.records[0], sample.records[1:]
    wanted = {str(c).strip().casefold() for c in options.columns if isinstance(c, str) and not c.isdecimal()}
    if wanted & {cell.strip().casefold() for cell in first}:
        return True
    if any(SOME_ADDRESS.search(cell) for cell in first):
        return False
    if any(is_heading(cell, domains=domains) for cell in first):
        return True
    if not sample.delimiter or len(first) < 2:
        return False
    return _unlike_rows(first, body)


def _unlike_rows(first: tuple[str, ...], body: Sequence[tuple[str, ...]]) -> bool:
    """Whether the first record is words over a column of addresses."""
    if any(MAIL_HINT.search(cell) for cell in first):
        return True
    filled = [cell.strip() for cell in first if cell.strip()]
    words = all(any(c.isalpha() for c in cell) and not cell[0].isdigit() for cell in filled)
    if not filled or len(set(filled)) < len(first) or not words:
        return False
    place, share = _address_share(body, len(first))
    return share >= _MIN_SHARE and not ONE_DOMAIN.match(first[place])


def _address_share(body: Sequence[tuple[str, ...]], columns: int) -> tuple[int, float]:
    counts = [sum(bool(SOME_ADDRESS.search(row[c])) for row in body if c < len(row)) for c in range(columns)]
    place = max(range(columns), key=lambda c: counts[c])
    return place, counts[place] / max(len(body), 1)


def _width(sample: Sample, *, has_header: bool) -> int:
    """How many columns the list has: all those that more than a few rows have."""
    least = len(sample.records[0]) if has_header else sample.columns
    counts = Counter(_filled_width(row, least) for row in sample.records[has_header:])
    few = 0.02 * sum(counts.values())
    return max(
        [least, *(count for count, rows in counts.items() if rows > few and (rows > 1 or len(counts) == 1))]
    )


def _filled_width(row: tuple[str, ...], least: int) -> int:
    width = len(row)
    while width > least and not row[width - 1]:
        width -= 1
    return width


def _names(header: tuple[str, ...], columns: int) -> tuple[str, ...]:
    cells = [cell.strip() for cell in header] + [""] * (columns - len(header))
    return tuple(cell or f"column_{number}" for number, cell in enumerate(cells, start=1))


def _even(row: tuple[str, ...], columns: int) -> tuple[str, ...]:
    return row[:columns] + ("",) * (columns - len(row))


def _delimiter_note(sample: Sample, *, told: bool) -> str:
    if not sample.delimiter:
        return "Every line is taken as one cell."
    if told:
        return f"{sample.columns} columns."
    shown = {"\t": "tab"}.get(sample.delimiter, sample.delimiter)
    fit = f"{sample.share:.0%} of the lines looked at fit {sample.columns} columns"
    return f"Cells are separated by {shown!r}; {fit}."
