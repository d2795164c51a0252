"""JSON lines: an object a row, in the order of the columns.

Names of columns are made different, since an object cannot have one name twice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from emailcleaner.core.export.folder import create, settle
from emailcleaner.core.export.row_writer import Cell
from emailcleaner.core.export.verdict_columns import VERDICT_COLUMNS
from emailcleaner.core.export.writer import WrittenFile

_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


class JsonFile:
    """One `.jsonl` file; every row names its columns, so there is no header."""

    def __init__(self, folder: Path, stem: str, names: Sequence[str], _has_header: object) -> None:
        self._name = f"{stem}.jsonl"
        self._file = create(folder / self._name)
        self._names = different_names(names)
        self._keys = _as_keys(self._names)
        self._rows = 0

    def row(self, cells: Sequence[Cell]) -> None:
        """Write one row; cells beyond the named columns get names like `column_7`."""
        if len(cells) > len(self._keys):
            self._names = _more_names(self._names, len(cells))
            self._keys = _as_keys(self._names)
        members = map(str.__add__, self._keys, map(_ENCODE, cells))
        self._file.write(f"{{{','.join(members)}}}\n".encode())
        self._rows += 1

    def finish(self) -> WrittenFile:
        """Bring the file to the disk."""
        return WrittenFile(self._name, self._rows, settle(self._file))

    def abandon(self) -> None:
        """Close the file."""
        self._file.close()


def different_names(names: Sequence[str]) -> list[str]:
    """`names`, each once: a repeated one gets a number; the verdict columns keep their names."""
    own = len(names) - len(VERDICT_COLUMNS)
    has_verdict = tuple(names[max(own, 0) :]) == VERDICT_COLUMNS
    source = names[:own] if has_verdict else names
    used = set(VERDICT_COLUMNS) if has_verdict else set()
    different: list[str] = []
    for number, name in enumerate(source, start=1):
        base = name or f"column_{number}"
        key = base
        count = 2
        while key in used:
            key = f"{base}_{count}"
            count += 1
        used.add(key)
        different.append(key)
    return [*different, *VERDICT_COLUMNS] if has_verdict else different


def _as_keys(names: Sequence[str]) -> list[str]:
    return [f"{_ENCODE(name)}:" for name in names]


def _more_names(names: list[str], count: int) -> list[str]:
    return different_names([*names, *(f"column_{number}" for number in range(len(names) + 1, count + 1))])
