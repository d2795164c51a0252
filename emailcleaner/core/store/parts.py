"""Part files: a block of result rows as Parquet (zstd), later with a look-up file beside it.

A part is written under a temporary name, synced, renamed, and its folder synced; only then may it be
entered in the database (`JobStore.commit_part`). A file that is not entered is an orphan of a crash, and is
simply written again. A part that is entered must never be written again. The look-up file is made when
something is first looked up, behind the jobs. This module knows no database.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from emailcleaner.core.columns import RESULTS_SCHEMA
from emailcleaner.core.store.part_index import index_bytes
from emailcleaner.core.store.records import PartRecord

if TYPE_CHECKING:
    import pyarrow.parquet as pq

#: So that one row is read back without decoding the whole part.
ROW_GROUP = 16_384

#: A dictionary much larger than a row group is not worth repeating in each of them.
_LARGEST_DICTIONARY = 1_024

_DICTIONARIES = [f.name for f in RESULTS_SCHEMA if pa.types.is_dictionary(f.type)]
_DELTAS = {"row": "DELTA_BINARY_PACKED", "line": "DELTA_BINARY_PACKED"}
_ENCODED_BY_WORD = [*_DICTIONARIES, "source", "score", "duplicate_source", "duplicate_row", "checked_at"]


class DamagedPart(Exception):  # noqa: N818 - names the thing, as the other outcomes of `errors` do
    """A part file is missing or is not what was written."""


def write_part(folder: Path, number: int, table: pa.Table) -> PartRecord:
    """Write `table` (of `RESULTS_SCHEMA`, one list's consecutive rows) as part `number`, durably.

    The folder is made if it is missing. Raises `ValueError` for another schema or an empty table, `OSError`
    when the disk refuses.
    """
    import pyarrow.parquet as pq

    if not table.schema.equals(RESULTS_SCHEMA):
        raise ValueError("the table is not of RESULTS_SCHEMA")
    if not table.num_rows:
        raise ValueError("a part has at least one row")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sink = pa.BufferOutputStream()
    pq.write_table(
        _slim(table),
        sink,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=1,
        use_dictionary=_ENCODED_BY_WORD,
        column_encoding=_DELTAS,
        write_statistics=False,
        store_schema=False,
        write_page_checksum=True,
    )
    content = sink.getvalue()
    file = f"part-{number:06d}.parquet"
    _write_durably(folder / file, content)
    _sync_folder(folder)
    return PartRecord(
        number=number,
        source=table["source"][0].as_py(),
        file=file,
        rows=table.num_rows,
        row0=table["row"][0].as_py(),
        size=content.size,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def read_part(folder: Path, record: PartRecord, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of a part (`columns`: only these, in the order of the schema), after its checksum was
    compared.

    Raises `DamagedPart` if the file is missing or altered.
    """
    path = folder / record.file
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise DamagedPart(f"part {record.file} cannot be read: {fault.strerror}") from fault
    if hashlib.sha256(content).hexdigest() != record.sha256:
        raise DamagedPart(f"part {record.file} is not as it was written")
    with _open(pa.BufferReader(content)) as part:
        return _typed(part.read(columns=_to_read(columns)), columns)


def read_rows(
    folder: Path, file: str, first: int, count: int, columns: Sequence[str] | None = None
) -> pa.Table:
    """`count` rows from position `first` of a part, reading only the row groups they are in.

    Page checksums are verified instead of the whole file's. Raises `DamagedPart`.
    """
    start = first // ROW_GROUP
    stop = (first + count - 1) // ROW_GROUP + 1
    try:
        with _open(pa.OSFile(str(folder / file))) as part:
            groups = list(range(start, min(stop, part.num_row_groups)))
            table = _typed(part.read_row_groups(groups, columns=_to_read(columns)), columns)
    except (OSError, pa.ArrowException) as fault:
        raise DamagedPart(f"part {file} cannot be read") from fault
    return table.slice(first - start * ROW_GROUP, count)


def build_index(folder: Path, file: str, rows: int) -> None:
    """Write the look-up file of a part, from the part. Raises `DamagedPart`."""
    table = read_rows(folder, file, 0, rows, ("address", "normalized"))
    _write_durably(index_path(folder, file), index_bytes(table["address"], table["normalized"]))


def index_path(folder: Path, file: str) -> Path:
    """The look-up file that belongs to a part."""
    return (folder / file).with_suffix(".index")


def _open(source: pa.NativeFile) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    return pq.ParquetFile(source, read_dictionary=_DICTIONARIES, page_checksum_verification=True)


def _in_order(columns: Sequence[str] | None) -> list[str] | None:
    return None if columns is None else [name for name in RESULTS_SCHEMA.names if name in columns]


def _to_read(columns: Sequence[str] | None) -> list[str] | None:
    """The columns from which those wanted are made."""
    if columns is not None and "normalized" in columns:
        columns = [*columns, "address"]
    return _in_order(columns)


def _typed(table: pa.Table, columns: Sequence[str] | None) -> pa.Table:
    import pyarrow.compute as pc

    names = _in_order(columns) or RESULTS_SCHEMA.names
    if "normalized" in names:
        place = table.schema.get_field_index("normalized")
        table = table.set_column(place, "normalized", pc.coalesce(table["normalized"], table["address"]))
    return table.select(names).cast(pa.schema([RESULTS_SCHEMA.field(name) for name in names]))


def _slim(table: pa.Table) -> pa.Table:
    """The table as it is kept: what can be told from other columns is left out.

    `normalized` is null where it is the address itself. Parquet keeps the dictionary of a column in each
    row group, and one of 60,000 domains would be most of the file: such a column is kept as plain words.
    """
    import pyarrow.compute as pc

    same = pc.equal(table["normalized"], table["address"])
    different = pc.if_else(same, None, table["normalized"])
    table = table.set_column(table.schema.get_field_index("normalized"), "normalized", different)
    for name in _DICTIONARIES:
        column = table[name]
        if any(len(chunk.dictionary) > _LARGEST_DICTIONARY for chunk in column.chunks):
            words = pc.cast(column, pa.string())
            place = table.schema.get_field_index(name)
            table = table.set_column(place, pa.field(name, pa.string(), nullable=False), words)
    return table


def _write_durably(path: Path, content: bytes | pa.Buffer) -> None:
    temporary = path.with_name(path.name + ".new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb", buffering=0) as file:
        left = memoryview(content)
        while left:
            left = left[file.write(left) :]
        os.fsync(handle)
    temporary.replace(path)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and its journal keeps renames
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
