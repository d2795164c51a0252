"""JSON lines as a table: one object a line, its keys the columns, in order of first appearance.

A line that is no object, or that CSV text could not hold faithfully, is refused by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists import limits


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it is written, so that 1.10 stays 1.10."""

    text: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be read as an object of text."""

    raw: bytes


def looks_like_json_lines(head: bytes) -> bool:
    """Whether the first line that is not blank is a JSON object (or one too long to see its end)."""
    text = head.lstrip()
    line, end, _ = text.partition(b"\n")
    if not line.startswith(b"{"):
        return False
    if not end and len(head) >= limits.HEAD:
        return line[1:].lstrip().startswith(b'"')
    return isinstance(_parsed(line.strip()), dict)


def read_line(line: bytes) -> dict[str, str] | BadLine | None:
    """The cells of one line by key; None for a blank one.

    Text as it is, null as empty, everything else as JSON text. A key given twice makes the line
    bad, since only one of the values could be kept.
    """
    text = line.strip()
    if not text:
        return None
    found = _parsed(text) if len(text) <= limits.RECORD else None
    if not isinstance(found, dict):
        return BadLine(line)
    try:
        cells = {key: _cell(value) for key, value in found.items()}
        "".join([*cells, *cells.values()]).encode()  # a lone surrogate cannot be UTF-8
    except (UnicodeEncodeError, RecursionError):
        return BadLine(line)
    return cells


def union_of_keys(lines: Iterable[bytes]) -> list[str]:
    """All keys in order of first appearance; `UserError` if they are more than columns may be."""
    keys: dict[str, None] = {}
    for line in lines:
        found = read_line(line)
        if isinstance(found, dict):
            keys.update(dict.fromkeys(found))
            if len(keys) > limits.COLUMNS:
                raise UserError(
                    f"The list has more than {limits.COLUMNS:,} different keys.", "Is it a list of rows?"
                )
    return list(keys)


def rows(lines: Iterable[bytes], keys: list[str]) -> Iterator[list[str] | BadLine]:
    """Every line as cells in the order of `keys`; [] for a blank one."""
    for line in lines:
        found = read_line(line)
        if isinstance(found, BadLine):
            yield found
        else:
            yield [] if found is None else [found.get(key, "") for key in keys]


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_float=_Number, parse_int=_Number, parse_constant=_Number
        )
    except (ValueError, RecursionError):
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else _json_text(value)


def _json_text(value: Any) -> str:
    """JSON text of a parsed value, with its numbers as they were written."""
    if isinstance(value, _Number):
        return value.text
    if isinstance(value, dict):
        inside = (f"{_json_text(key)}:{_json_text(item)}" for key, item in value.items())
        return "{" + ",".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
