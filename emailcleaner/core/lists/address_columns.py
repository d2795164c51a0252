"""Which columns of a list have the addresses: by content, the header as a hint, or as told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists.cell_patterns import (
    MAIL_HINT,
    ONE_DOMAIN,
    OTHER_PERSON,
    SOME_ADDRESS,
    is_heading,
)
from emailcleaner.core.model import ReadOptions

_MIN_SHARE = 0.5


def address_columns(
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
    found = [_content(body, column, SOME_ADDRESS) for column in range(len(names))]
    best = max(range(len(names)), key=lambda c: (found[c].hits, bool(MAIL_HINT.search(names[c])), -c))
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
        best = max(range(len(names)), key=lambda c: (_content(body, c, ONE_DOMAIN).hits, -c))
        if _content(body, best, ONE_DOMAIN).hits or not body:
            return (best,), f"Domains are in {names[best]!r}."
    titled = [c for c, name in enumerate(names) if has_header and MAIL_HINT.search(name)]
    titled.sort(key=lambda c: not is_heading(names[c]))
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
    return not has_header or bool(MAIL_HINT.search(name) and not OTHER_PERSON.search(name))


def _preferred(best: int, found: list[_Content], names: tuple[str, ...], *, has_header: bool) -> int:
    """A column called e-mail, rather than a fuller one that is called otherwise or repeats itself."""
    if not has_header or (MAIL_HINT.search(names[best]) and not OTHER_PERSON.search(names[best])):
        return best
    own = [c for c, name in enumerate(names) if MAIL_HINT.search(name) and not OTHER_PERSON.search(name)]
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
