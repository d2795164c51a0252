from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from emailcleaner.core.columns import RESULTS_SCHEMA
from emailcleaner.core.store.parts import (
    ROW_GROUP,
    DamagedPart,
    build_index,
    index_path,
    read_part,
    read_rows,
    write_part,
)
from tests.core.store.rows import result_table


def many(count: int) -> pa.Table:
    """More domains than a dictionary in a part may have, over several row groups."""
    return result_table([f"u{n}@d{n % 3000}.example" for n in range(count)], row0=500, source=3)


def test_a_part_comes_back_as_it_was(tmp_path: Path) -> None:
    table = many(2 * ROW_GROUP + 7)
    part = write_part(tmp_path, 4, table)
    assert (part.number, part.source, part.rows, part.row0) == (4, 3, 2 * ROW_GROUP + 7, 500)
    back = read_part(tmp_path, part)
    assert back.schema.equals(RESULTS_SCHEMA)
    assert back.to_pydict() == table.to_pydict()


def test_only_the_columns_asked_for_are_read_in_the_order_of_the_schema(tmp_path: Path) -> None:
    part = write_part(tmp_path, 0, many(10))
    assert read_part(tmp_path, part, ("status", "row")).column_names == ["row", "status"]


@pytest.mark.parametrize(
    ("first", "count"),
    [(0, 1), (ROW_GROUP - 1, 2), (ROW_GROUP, ROW_GROUP), (10, 2 * ROW_GROUP), (2 * ROW_GROUP + 6, 1)],
)
def test_rows_are_read_from_the_middle(first: int, count: int, tmp_path: Path) -> None:
    table = many(2 * ROW_GROUP + 7)
    part = write_part(tmp_path, 0, table)
    found = read_rows(tmp_path, part.file, first, count, ("normalized",))
    assert found["normalized"].to_pylist() == table["normalized"].slice(first, count).to_pylist()


def test_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "job" / "parts"
    part = write_part(folder, 0, many(3))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    names = sorted(file.name for file in folder.iterdir())
    assert names == [part.file]
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_an_orphan_is_written_over(tmp_path: Path) -> None:
    write_part(tmp_path, 0, many(50))
    (tmp_path / "part-000000.parquet.new").write_bytes(b"half of a fi")
    table = many(3)
    assert read_part(tmp_path, write_part(tmp_path, 0, table)).to_pydict() == table.to_pydict()


def test_an_altered_byte_is_noticed(tmp_path: Path) -> None:
    part = write_part(tmp_path, 0, many(100))
    path = tmp_path / part.file
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedPart):
        read_part(tmp_path, part)
    with pytest.raises(DamagedPart):
        read_rows(tmp_path, part.file, 0, 100)


def test_a_missing_or_cut_part_is_noticed(tmp_path: Path) -> None:
    part = write_part(tmp_path, 0, many(100))
    with pytest.raises(DamagedPart):
        read_part(tmp_path, replace(part, file="part-000009.parquet"))
    (tmp_path / part.file).write_bytes((tmp_path / part.file).read_bytes()[:-9])
    with pytest.raises(DamagedPart):
        read_rows(tmp_path, part.file, 0, 1)


def test_another_schema_and_an_empty_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="RESULTS_SCHEMA"):
        write_part(tmp_path, 0, pa.table({"row": [1]}))
    with pytest.raises(ValueError, match="at least one row"):
        write_part(tmp_path, 0, RESULTS_SCHEMA.empty_table())
    assert list(tmp_path.iterdir()) == []


def test_a_look_up_file_is_built_again_as_it_was(tmp_path: Path) -> None:
    part = write_part(tmp_path, 0, many(ROW_GROUP + 5))
    index = index_path(tmp_path, part.file)
    build_index(tmp_path, part.file, part.rows)
    before = index.read_bytes()
    index.unlink()
    build_index(tmp_path, part.file, part.rows)
    assert index.read_bytes() == before


def test_a_large_dictionary_is_not_repeated_in_every_row_group(tmp_path: Path) -> None:
    domains = pa.array([f"{n:05d}.domain.example" for n in range(50_000)])
    table = result_table([f"u{n}@{n % 9:05d}.domain.example" for n in range(3 * ROW_GROUP)])
    indices = pa.array([n % 9 for n in range(table.num_rows)], pa.int32())
    place = table.schema.get_field_index("domain")
    table = table.set_column(
        place, RESULTS_SCHEMA.field("domain"), pa.DictionaryArray.from_arrays(indices, domains)
    )
    part = write_part(tmp_path, 0, table)
    assert part.size < 20 * table.num_rows
    assert read_part(tmp_path, part)["domain"].to_pylist() == table["domain"].to_pylist()
