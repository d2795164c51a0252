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
from emailcleaner.core.lists.records import Layout, Record, read_record, split_line
from emailcleaner.core.model import Dialect, ListKind, ReadOptions

_LINE = re.compile(rb"([^\r\n]*+)(\r\n|\n|\r|\Z)")
_DELIMITERS = (",", ";", "\t", "|")
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "none": ""}
#: A longer cell is no single address, whatever is in it.
_ADDRESS_LENGTH = 500
#: One address filling a cell, perhaps with a name before it.
_ONE_ADDRESS = re.compile(
    r"\s*(?:mailto:)?[\"'(<]*[^\s@,;|<>\"]+@[^\s@,;|<>\"]+[\"')>]*[.,;]?\s*"
    r"|[^@]*<\s*[^\s@<>]+@[^\s@<>]+\s*>\s*",
    re.IGNORECASE,
)
_SOME_ADDRESS = re.compile(r"[^\s@,;|<>\"]@[^\s@,;|<>\"]+")
_ONE_DOMAIN = re.compile(r"\s*@?(?:[\w-]+\.)+[\w-]{2,}\.?\s*\Z")
_MAIL_WORD = (
    r"e[\s_-]?mail|mail|correo|courriel|e[\s_-]?post|почта|имейл|メール|邮箱|邮件|電子郵件|郵箱"
    r"|이메일|البريد|ηλεκτρονικ"
)
_HINT = re.compile(rf"(?:{_MAIL_WORD})", re.IGNORECASE)
#: Cells that are nothing but the heading of an address column.
_HEADING = re.compile(
    rf"\W*+(?:(?:{_MAIL_WORD})s?(?:[\s_-]*+(?:add?ress(?:e[ns]?)?|id|list|\d))*+|address(?:es)?)\W*+",
    re.IGNORECASE,
)
_DOMAIN_HEADING = re.compile(r"\W*+(?:domains?|hosts?|suppress\w*|block\w*)\W*+", re.IGNORECASE)
#: Mail columns of somebody else than the person in the row.
_OTHER_PERSON = re.compile(
    r"owner|manager|sender|from|rep\b|agent|refer|parent|creat|assign|sales|updated|by\b", re.IGNORECASE
)
_MIN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Guess:
    """The dialect of a list, and the first records behind its header."""

    dialect: Dialect
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Sample:
    """The records at the head of a list under one delimiter."""

    delimiter: str
    records: tuple[tuple[str, ...], ...]
    columns: int
    share: float  # of the lines that are in records with that many columns
    addresses: float  # share of rows with one address filling a cell, in the best column


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
        sample = _sample(lines, ",", domains=domains, strict=True)
    elif told is not None:
        sample = _sample(lines, told, domains=domains)
    else:
        sample = _best_sample(lines, suffix, domains=domains, column_told=bool(options.columns))
    kind = seed.kind if sample.delimiter else ListKind.TEXT
    has_header = _has_header(sample, options, strict_json=seed.kind is ListKind.JSONL, domains=domains)
    columns = _width(sample, has_header=has_header)
    if columns > limits.COLUMNS:
        raise UserError(f"The list has more than {limits.COLUMNS:,} columns.", "Is it turned by 90 degrees?")
    names = _names(sample.records[0] if has_header else (), columns)
    body = sample.records[1:] if has_header else sample.records
    chosen, note = _address_columns(names, body, options, has_header=has_header, domains=domains)
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
    if delimiter not in ("", *_DELIMITERS):
        raise UserError(
            f"{options.delimiter!r} is no delimiter.", "It is one of: comma, semicolon, tab, pipe, none."
        )
    return delimiter


# --- delimiter -----------------------------------------------------------------------------------


def _best_sample(lines: list[bytes], suffix: str, *, domains: bool, column_told: bool) -> _Sample:
    """The delimiter under which the lines are most like a table with addresses in it."""
    least = 0.5 if suffix in (".csv", ".tsv", ".tab") else 0.85
    samples = [_sample(lines, delimiter, domains=domains) for delimiter in _DELIMITERS]
    tables = [s for s in samples if s.columns > 1 and _is_table(s, least, domains=domains)]
    if column_told and not tables:  # whoever names a column has a table, whatever is in it
        tables = [s for s in samples if s.columns > 1 and s.share > 0.8]
    if tables:
        return max(tables, key=lambda s: (s.share * (0.3 + s.addresses), s.columns))
    single = _sample(lines, ",", domains=domains)
    quoted = any(line.lstrip().startswith(b'"') and line.rstrip().endswith(b'"') for line in lines)
    if single.columns == 1 and single.share > 0.99 and (quoted or suffix in (".csv", ".tsv")):
        return single
    return _sample(lines, "", domains=domains)


def _is_table(sample: _Sample, least: float, *, domains: bool) -> bool:
    """Whether lines were cut into columns for good, and not by the commas of free text."""
    titled = any(_HINT.search(cell) for cell in sample.records[0]) and len(sample.records[0]) > 1
    if titled and not any(_SOME_ADDRESS.search(cell) for cell in sample.records[0]):
        return sample.share >= 0.3 and (sample.addresses > 0.2 or sample.share > 0.8)
    if sample.addresses < 0.2:
        return False
    cells = [cell for record in sample.records for cell in record if cell.strip()]
    only_addresses = sum(_fills(cell, domains=domains) for cell in cells) > 0.9 * len(cells)
    if only_addresses:  # lines of several addresses, or columns of them
        return len(sample.records) > 2 and sample.share > 0.95
    return sample.share >= least


def _sample(lines: list[bytes], delimiter: str, *, domains: bool, strict: bool = False) -> _Sample:
    """The records of the sample, with as many columns as suit most of them."""
    if not delimiter:
        records = tuple((line.decode(errors="replace"),) for line in lines[: limits.SAMPLE_RECORDS])
        return _Sample("", records, 1, 1.0, 1.0)
    mark = delimiter.encode()
    counts = Counter(len(split_line(line, mark)[0]) for line in lines)
    likely = {len(split_line(lines[0], mark)[0]), counts.most_common(1)[0][0]}
    samples = [
        _parsed(lines, Layout(mark, columns, tuple(range(columns)), strict), domains=domains)
        for columns in sorted(likely, reverse=True)
    ]
    return max(samples, key=lambda s: s.share)


def _parsed(lines: list[bytes], layout: Layout, *, domains: bool) -> _Sample:
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
    return _Sample(layout.delimiter.decode(), tuple(records), layout.columns, fitting / max(index, 1), share)


def _fills(cell: str, *, domains: bool) -> bool:
    """Whether a cell is one address (or domain) and nothing else."""
    if len(cell) > _ADDRESS_LENGTH:
        return False
    return bool("@" in cell and _ONE_ADDRESS.fullmatch(cell)) or bool(domains and _ONE_DOMAIN.match(cell))


def _best_share(records: Sequence[tuple[str, ...]], columns: int, *, domains: bool) -> float:
    """The share of rows that have one address filling a cell, in the column that has most."""
    found: Counter[int] = Counter()
    for record in records:
        found.update(i for i, cell in enumerate(record[:columns]) if _fills(cell, domains=domains))
    return found.most_common(1)[0][1] / len(records) if found else 0.0


# --- header and columns --------------------------------------------------------------------------


def _has_header(sample: _Sample, options: ReadOptions, *, strict_json: bool, domains: bool) -> bool:
    if strict_json:
        return True
    if options.header is not None:
        return options.header
    first, body = sample.records[0], sample.records[1:]
    wanted = {str(c).strip().casefold() for c in options.columns if isinstance(c, str) and not c.isdecimal()}
    if wanted & {cell.strip().casefold() for cell in first}:
        return True
    if any(_SOME_ADDRESS.search(cell) for cell in first):
        return False
    if any(_is_heading(cell, domains=domains) for cell in first):
        return True
    if not sample.delimiter or len(first) < 2:
        return False
    return _unlike_rows(first, body)


def _is_heading(cell: str, *, domains: bool = False) -> bool:
    if len(cell) > _ADDRESS_LENGTH:
        return False
    return bool(_HEADING.fullmatch(cell)) or bool(domains and _DOMAIN_HEADING.fullmatch(cell))


def _unlike_rows(first: tuple[str, ...], body: Sequence[tuple[str, ...]]) -> bool:
    """Whether the first record is words over a column of addresses."""
    if any(_HINT.search(cell) for cell in first):
        return True
    filled = [cell.strip() for cell in first if cell.strip()]
    words = all(any(c.isalpha() for c in cell) and not cell[0].isdigit() for cell in filled)
    if not filled or len(set(filled)) < len(first) or not words:
        return False
    place, share = _address_share(body, len(first))
    return share >= _MIN_SHARE and not _ONE_DOMAIN.match(first[place])


def _address_share(body: Sequence[tuple[str, ...]], columns: int) -> tuple[int, float]:
    counts = [sum(bool(_SOME_ADDRESS.search(row[c])) for row in body if c < len(row)) for c in range(columns)]
    place = max(range(columns), key=lambda c: counts[c])
    return place, counts[place] / max(len(body), 1)


def _width(sample: _Sample, *, has_header: bool) -> int:
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


def _delimiter_note(sample: _Sample, *, told: bool) -> str:
    if not sample.delimiter:
        return "Every line is taken as one cell."
    if told:
        return f"{sample.columns} columns."
    shown = {"\t": "tab"}.get(sample.delimiter, sample.delimiter)
    fit = f"{sample.share:.0%} of the lines looked at fit {sample.columns} columns"
    return f"Cells are separated by {shown!r}; {fit}."


def _address_columns(
    names: tuple[str, ...],
    body: Sequence[tuple[str, ...]],
    options: ReadOptions,
    *,
    has_header: bool,
    domains: bool,
) -> tuple[tuple[int, ...], str]:
    """Which columns have the addresses (0-based), and a sentence on how that was found."""
    if options.columns:
        chosen = tuple(dict.fromkeys(_told_column(names, column) for column in options.columns))
        return chosen, f"Addresses are in the column you named: {', '.join(names[c] for c in chosen)}."
    found = [_content(body, column, _SOME_ADDRESS) for column in range(len(names))]
    best = max(range(len(names)), key=lambda c: (found[c].hits, bool(_HINT.search(names[c])), -c))
    if found[best].hits:
        more = [
            c
            for c in range(len(names))
            if c != best and _is_second(names[c], found[c], has_header=has_header)
        ]
        best = _preferred(best, found, names, has_header=has_header)
        chosen = tuple(sorted({best, *more}))
        share = found[best].hits / max(len(body), 1)
        shown = ", ".join(repr(names[c]) for c in chosen)
        return chosen, f"Addresses are in {shown}: {share:.0%} of the rows looked at have one."
    if domains:
        best = max(range(len(names)), key=lambda c: (_content(body, c, _ONE_DOMAIN).hits, -c))
        if _content(body, best, _ONE_DOMAIN).hits or not body:
            return (best,), f"Domains are in {names[best]!r}."
    titled = [c for c, name in enumerate(names) if has_header and _HINT.search(name)]
    titled.sort(key=lambda c: not _is_heading(names[c]))
    if titled:
        return (
            titled[0],
        ), f"Addresses are taken from {names[titled[0]]!r} because of its name; none was seen there."
    raise UserError(
        "No column with e-mail addresses was found in the list.",
        "Check the file, or name the column with --column.",
    )


@dataclass(frozen=True, slots=True)
class _Content:
    """What a column of the sample has: filled cells, those with a match, and different ones."""

    filled: int
    hits: int
    different: int


def _content(body: Sequence[tuple[str, ...]], column: int, pattern: re.Pattern[str]) -> _Content:
    cells = [row[column] for row in body if column < len(row) and row[column].strip()]
    hits = [cell for cell in cells if pattern.search(cell)]
    return _Content(len(cells), len(hits), len(set(hits)))


def _is_second(name: str, content: _Content, *, has_header: bool) -> bool:
    """Whether a further column has addresses of the same people, too."""
    if content.hits < _MIN_SHARE * content.filled or not content.hits:
        return False
    if content.hits >= 10 and content.different < _MIN_SHARE * content.hits:
        return False
    return not has_header or bool(_HINT.search(name) and not _OTHER_PERSON.search(name))


def _preferred(best: int, found: list[_Content], names: tuple[str, ...], *, has_header: bool) -> int:
    """A column called e-mail, rather than a fuller one that is called otherwise or repeats itself."""
    if not has_header or (_HINT.search(names[best]) and not _OTHER_PERSON.search(names[best])):
        return best
    own = [c for c, name in enumerate(names) if _HINT.search(name) and not _OTHER_PERSON.search(name)]
    own = [c for c in own if 4 * found[c].hits >= found[best].hits]
    return max(own, key=lambda c: found[c].hits) if own else best


def _told_column(names: tuple[str, ...], column: str | int) -> int:
    """The 0-based place of a column told by name or 1-based number."""
    if isinstance(column, str):
        folded = [name.casefold() for name in names]
        if column in names:
            return names.index(column)
        if column.strip().casefold() in folded:
            return folded.index(column.strip().casefold())
    if str(column).strip().isdecimal() and 1 <= int(column) <= len(names):
        return int(column) - 1
    shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    raise UserError(f"There is no column {column!r}.", f"The columns are: {shown}.")
