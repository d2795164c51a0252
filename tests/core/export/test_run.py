from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from emailcleaner.core.export import export_lists
from emailcleaner.core.model import OutputFormat
from tests.core.export.tables import Row, empty_row, results_table, source

CLEAN = Row(b"a@example.com", normalized="a@example.com")
BAD = Row(b"b@nowhere", "invalid", "invalid", "no_such_domain", blame="domain")


@pytest.mark.parametrize("file_format", OutputFormat)
def test_several_lists_have_a_folder_each_and_one_summary(tmp_path: Path, file_format: OutputFormat) -> None:
    end = file_format.value
    summary = export_lists(
        [source([CLEAN], name="one.csv"), source([BAD, CLEAN], name="x/one.txt")],
        tmp_path / "out",
        format=file_format,
        spreadsheet_safe=False,
        force=False,
        summary={"job_id": "j_1"},
    )
    found = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*")}
    lists = {f"one/results.{end}", f"one/clean.{end}"} | {
        f"one-2/{stem}.{end}" for stem in ("results", "clean", "invalid")
    }
    assert found == lists | {"summary.json", "report.html", ".emailcleaner"}
    assert set(summary["files"]) == lists
    assert summary["segments"] == {"clean": 2, "invalid": 1}


def test_the_summary_holds_what_the_job_knew_and_what_was_written(tmp_path: Path) -> None:
    rows = [CLEAN, BAD, BAD, empty_row(b"-")]
    summary = export_lists(
        [source(rows, rejected=[(9, "malformed_row", "x")])],
        tmp_path,
        format=OutputFormat.CSV,
        spreadsheet_safe=False,
        force=False,
        summary={"job_id": "j_1", "records": 6, "blank": 1, "statuses": {"old": 1}},
    )
    assert json.loads((tmp_path / "summary.json").read_text()) == summary
    assert summary["job_id"] == "j_1"
    assert summary["records"] == 6
    assert summary["statuses"] == {"invalid": 2, "unknown": 2, "valid": 1}
    assert summary["segments"] == {"clean": 1, "invalid": 2, "rejected": 2}
    assert summary["reasons"] == {
        "no_such_domain": 2,
        "domain_accepts": 1,
        "empty": 1,
        "malformed_row": 1,
    }
    for name, told in summary["files"].items():
        assert told["bytes"] == (tmp_path / name).stat().st_size
    assert {name: told["rows"] for name, told in summary["files"].items()} == {
        "results.csv": 4,
        "clean.csv": 1,
        "invalid.csv": 2,
        "rejected.csv": 2,
    }


def test_the_caller_may_stamp_the_summary_when_the_lists_are_written(tmp_path: Path) -> None:
    def stamp(summary: dict[str, Any]) -> None:
        summary["duration_s"] = 1.5
        summary["seen_files"] = len(summary["files"])

    export_lists(
        [source([CLEAN])],
        tmp_path,
        format=OutputFormat.CSV,
        spreadsheet_safe=False,
        force=False,
        summary={},
        stamp=stamp,
    )
    told = json.loads((tmp_path / "summary.json").read_text())
    assert (told["duration_s"], told["seen_files"]) == (1.5, 2)


WITHOUT_PANDAS = """
import sys
from pathlib import Path
import pyarrow as pa
from emailcleaner.core.columns import RawBatch
from emailcleaner.core.export import ExportSource, export_lists
from emailcleaner.core.model import Dialect, ListKind, OutputFormat

folder = Path(sys.argv[1])
results = pa.ipc.open_file(folder / "results.arrow").read_all()
records = pa.ipc.open_file(folder / "records.arrow").read_all().column(0).chunk(0)
shape = Dialect(ListKind.DELIMITED, "utf-8", False, ",", True, "\\n", ("email",), (0,))
one = ExportSource(
    "x.csv", b"email", shape,
    lambda: iter([RawBatch(0, records, records)]), lambda: iter([results]), lambda: iter(()),
)
for safe in (False, True):
    export_lists(
        [one], folder / str(safe), format=OutputFormat.CSV, spreadsheet_safe=safe, force=False, summary={}
    )
sys.stdout.write(str(sorted({"pandas", "xlsxwriter", "pyarrow.dataset"} & set(sys.modules))))
"""


def test_writing_csv_loads_no_spreadsheet_library_and_no_pandas(tmp_path: Path) -> None:
    rows = [Row(b"=a@example.com", suggestion="b@example.com"), empty_row(b"-"), Row(b'"x,"')]
    records = pa.table({"record": pa.array([row.record for row in rows], pa.large_binary())})
    for name, table in (("results", results_table(rows)), ("records", records)):
        with pa.ipc.new_file(tmp_path / f"{name}.arrow", table.schema) as file:
            file.write_table(table)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PANDAS, str(tmp_path)],
        check=True,
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[]"
    assert (tmp_path / "True" / "clean.csv").read_bytes() == b'email\n\'=a@example.com\n"x,"\n'
