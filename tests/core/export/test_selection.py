from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emailcleaner.core.errors import UserError
from emailcleaner.core.export import VERDICT_COLUMNS, export_rows
from emailcleaner.core.model import OutputFormat
from tests.core.export.tables import Row, empty_row, read_csv, source

ROWS = [
    Row(b"a@example.com", normalized="a@example.com"),
    Row(b"b@nowhere", "invalid", "invalid", "no_such_domain"),
    empty_row(b"-"),
    Row(b"c@example.com", "risky", "risky", "low_quality"),
    Row(b"d@example.com"),
]


def export(path: Path, keep: list[bool], *, with_verdicts: bool) -> int:
    return export_rows(
        source(ROWS, block=2),
        np.array(keep),
        path,
        output_format=OutputFormat.CSV,
        with_verdicts=with_verdicts,
        spreadsheet_safe=False,
    )


def test_picked_rows_come_in_the_order_of_the_list_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "picked.csv"
    assert export(path, [False, True, True, False, True], with_verdicts=False) == 3
    assert path.read_bytes() == b"email\nb@nowhere\n-\nd@example.com\n"
    assert list(tmp_path.iterdir()) == [path]


def test_picked_rows_may_bring_their_verdicts(tmp_path: Path) -> None:
    path = tmp_path / "picked.csv"
    assert export(path, [False, True, False, True, False], with_verdicts=True) == 2
    rows = read_csv(path.read_bytes())
    assert rows[0] == ["email", *VERDICT_COLUMNS]
    assert [row[:4] for row in rows[1:]] == [
        ["b@nowhere", "invalid", "no_such_domain", "invalid"],
        ["c@example.com", "risky", "low_quality", "risky"],
    ]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (tmp_path / "picked.csv").symlink_to(victim)
    export(tmp_path / "picked.csv", [True] * 5, with_verdicts=False)
    assert victim.read_text() == "untouched"


def test_a_folder_in_place_of_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a folder"):
        export(tmp_path, [True] * 5, with_verdicts=False)
