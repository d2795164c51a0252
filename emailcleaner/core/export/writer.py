"""What every way of writing a list has in common: the files of one list, and how they are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from emailcleaner.core.export.csv_text import split_record
from emailcleaner.core.export.source import ExportSource
from emailcleaner.core.export.verdict_columns import VERDICT_COLUMNS, Block

#: The verdict columns of `ExportSource.extra`, in the order of `VERDICT_COLUMNS`.
EXTRA_FIELDS = tuple(name.removeprefix("ec_") for name in VERDICT_COLUMNS)
REJECTED_COLUMNS = ("line", "reason", "raw")
EXTRA_COLUMNS = ("line", "address", *VERDICT_COLUMNS)


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One finished file: its name, the rows in it (the header not counted) and its size in bytes.

    `cells_cut` counts cells that the format had no room for.
    """

    name: str
    rows: int
    size: int
    cells_cut: int = 0


class ListWriter(Protocol):
    """Writes one list in one format, block after block."""

    def block(self, block: Block) -> None:
        """Write the rows of one block."""
        ...

    def rejected(self, rows: pa.Table) -> None:
        """Write rejected records: columns `line`, `reason`, `raw`."""
        ...

    def extra_addresses(self, rows: pa.Table) -> None:
        """Write the further addresses of cells."""
        ...

    def finish(self) -> list[WrittenFile]:
        """Bring everything to the disk."""
        ...

    def abandon(self) -> None:
        """Let go of all files, finished or not; may be called after `finish`."""
        ...


def header_cells(source: ExportSource) -> list[str]:
    """The names of the source columns: of the header, or `column_1` and so on."""
    names: list[str] = []
    if source.header_raw is not None:
        names = split_record(source.header_raw.decode("utf-8", "replace"), source.dialect.delimiter)
    count = max(len(names), len(source.dialect.column_names), 1)
    return names + [f"column_{number}" for number in range(len(names) + 1, count + 1)]
