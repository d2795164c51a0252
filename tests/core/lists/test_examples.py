"""The lists in `examples/` are read as their README says."""

from __future__ import annotations

from pathlib import Path

import pytest

from emailcleaner.core.lists import spool
from emailcleaner.core.model import ReadOptions
from tests.core.lists.spooling import read_all

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize(
    ("name", "encoding", "columns", "rows", "rejected"),
    [
        ("customers.csv", "utf-8", ["email"], 60, 0),
        ("newsletter.csv", "utf-8", ["email"], 55, 0),
        ("kunden.csv", "cp1252", ["E-Mail-Adresse"], 16, 0),
        ("participants.tsv", "utf-16-le", ["email"], 8, 0),
        ("members.xlsx", "utf-8", ["E-mail", "Second e-mail"], 20, 0),
        ("donors.ods", "utf-8", ["Email"], 12, 0),
        ("events.jsonl", "utf-8", ["email"], 16, 1),
        ("notes.txt", "utf-8", ["column_1"], 7, 0),
        ("signups.csv.gz", "utf-8", ["column_1"], 200, 0),
        ("stray-quotes.csv", "utf-8", ["email"], 8, 1),
        ("suppress.txt", "utf-8", ["column_1"], 3, 0),
    ],
)
def test_an_example_is_read(
    tmp_path: Path, name: str, encoding: str, columns: list[str], rows: int, rejected: int
) -> None:
    found = spool(EXAMPLES / name, name, ReadOptions(), tmp_path / "job", domains=name == "suppress.txt")
    assert found.dialect.encoding == encoding
    assert [found.dialect.column_names[c] for c in found.dialect.address_columns] == columns
    read = read_all(found)
    assert (len(read.rows), len(read.rejected)) == (rows, rejected)


def test_every_example_is_described() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    lists = [path.name for path in EXAMPLES.iterdir() if path.is_file() and path.name != "README.md"]
    assert [name for name in lists if f"`{name}`" not in text] == []
