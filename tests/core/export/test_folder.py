from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from emailcleaner.core.errors import Cancelled, UserError
from emailcleaner.core.export import ExportSource, export_lists
from emailcleaner.core.model import OutputFormat
from tests.core.export.tables import Row, source

ROOT = Path(__file__).parents[3]
CLEAN = Row(b"a@example.com", normalized="a@example.com")
BAD = Row(b"b@nowhere", "invalid", "invalid", "no_such_domain")


def write(
    out: Path, *sources: ExportSource, force: bool = False, protected: tuple[Path, ...] = ()
) -> dict[str, object]:
    return export_lists(
        sources or [source([CLEAN, BAD])],
        out,
        format=OutputFormat.CSV,
        spreadsheet_safe=False,
        force=force,
        summary={"job_id": "j_1"},
        protected=protected,
    )


def names(out: Path) -> set[str]:
    return {p.relative_to(out).as_posix() for p in out.rglob("*")}


WHOLE = {".emailcleaner", "results.csv", "clean.csv", "invalid.csv", "summary.json", "report.html"}


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b")
    assert names(tmp_path / "a" / "b") == WHOLE


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    write(tmp_path)
    assert names(tmp_path) == WHOLE


def test_a_folder_of_somebody_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(UserError, match="--force") as refused:
        write(tmp_path)
    assert refused.value.exit_code == 2
    assert names(tmp_path) == {"letter.txt"}


def test_force_writes_beside_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    write(tmp_path, force=True)
    assert names(tmp_path) == WHOLE | {"letter.txt"}


def test_an_earlier_export_is_replaced_and_its_stale_segments_go(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "my notes.txt").write_text("keep")
    write(tmp_path, source([CLEAN]))
    assert names(tmp_path) == WHOLE - {"invalid.csv"} | {"my notes.txt"}


@pytest.mark.parametrize("lost", [".emailcleaner", "summary.json"])
def test_our_folder_is_known_by_its_marker_or_its_summary(tmp_path: Path, lost: str) -> None:
    write(tmp_path)
    (tmp_path / lost).unlink()
    write(tmp_path, source([CLEAN]))
    assert names(tmp_path) == WHOLE - {"invalid.csv"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"made_by": "someone"}', "[" * 100_000, '{"files": ["a"]}', "\xff"]
)
def test_a_marker_of_somebody_else_does_not_open_the_folder(tmp_path: Path, text: str) -> None:
    (tmp_path / ".emailcleaner").write_text(text, "latin-1")
    (tmp_path / "summary.json").write_text(text, "latin-1")
    with pytest.raises(UserError, match="no earlier result"):
        write(tmp_path)


def test_a_forged_marker_deletes_nothing_but_files_of_our_names(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "precious.csv").write_text("1")
    (tmp_path / "clean.csv").write_text("1")
    (out / "letter.txt").write_text("1")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "clean.csv").write_text("1")
    (out / "link").symlink_to(outside)
    forged = ["../precious.csv", "../clean.csv", "letter.txt", "link/clean.csv", "/clean.csv", 7, "a\0b"]
    (out / ".emailcleaner").write_text(json.dumps({"made_by": "Email Cleaner", "files": forged}))
    write(out)
    assert (tmp_path / "precious.csv").exists()
    assert (tmp_path / "clean.csv").exists()
    assert (out / "letter.txt").exists()
    assert (outside / "clean.csv").exists()


def test_links_in_the_folder_are_replaced_and_not_followed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out)
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    for name in ("clean.csv", "results.csv", "summary.json", ".emailcleaner", "report.html"):
        (out / name).unlink()
        (out / name).symlink_to(victim)
    write(out, force=True)
    assert victim.read_text() == "untouched"
    assert not any(path.is_symlink() for path in out.iterdir())


def test_a_link_in_place_of_a_lists_folder_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    outside = tmp_path / "outside"
    outside.mkdir()
    pair = [source([CLEAN], name="one.csv"), source([BAD], name="two.csv")]
    write(out, *pair)
    for path in (out / "one").iterdir():
        path.unlink()
    (out / "one").rmdir()
    (out / "one").symlink_to(outside)
    with pytest.raises(UserError, match="in the way"):
        write(out, *pair)
    assert not list(outside.iterdir())


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clean.csv").mkdir()
    with pytest.raises(UserError, match="in the way"):
        write(tmp_path, force=True)
    assert names(tmp_path) == {"clean.csv"}


def test_the_list_itself_is_never_overwritten(tmp_path: Path) -> None:
    write(tmp_path)
    before = (tmp_path / "results.csv").read_bytes()
    with pytest.raises(UserError, match="list itself"):
        write(tmp_path, source([BAD]), protected=(tmp_path / "results.csv",))
    assert (tmp_path / "results.csv").read_bytes() == before


def test_a_file_where_the_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write(tmp_path / "out")


def test_leftovers_of_a_crash_are_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / ".emailcleaner-unfinished-abc"
    left.mkdir()
    (left / "results.csv").write_text("half")
    write(tmp_path)
    assert names(tmp_path) == WHOLE


class StopAfter:
    """A token that stops the work at its n-th look."""

    def __init__(self, looks: int) -> None:
        self._left = looks

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Cancelled

    @property
    def stopped(self) -> bool:
        return self._left <= 0


@pytest.mark.parametrize("looks", [0, 1, 2])
def test_a_cancelled_export_leaves_what_was_there_before(tmp_path: Path, looks: int) -> None:
    write(tmp_path, source([BAD]))
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(Cancelled):
        export_lists(
            [source([CLEAN, BAD], block=1)],
            tmp_path,
            format=OutputFormat.CSV,
            spreadsheet_safe=False,
            force=False,
            summary={},
            token=StopAfter(looks),
        )
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_cancelled_export_takes_its_new_folder_away_again(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        export_lists(
            [source([CLEAN])],
            tmp_path / "out",
            format=OutputFormat.XLSX,
            spreadsheet_safe=False,
            force=False,
            summary={},
            token=StopAfter(1),
        )
    assert not (tmp_path / "out").exists()


DISK_FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from emailcleaner.core.errors import UserError
from emailcleaner.core.export import export_lists
from emailcleaner.core.model import OutputFormat
from tests.core.export.tables import Row, source

# No file of this process may grow beyond this: as on a full disk, writing fails half-way.
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
rows = [Row(f"{i:08}@example.com".encode(), normalized=f"{i:08}@example.com") for i in range(3000)]
try:
    export_lists(
        [source(rows, block=500)], Path(sys.argv[2]), format=OutputFormat(sys.argv[3]),
        spreadsheet_safe=False, force=False, summary={},
    )
except UserError as error:
    sys.stdout.write(f"{error.exit_code} {error.title}")
else:
    sys.stdout.write("written")
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are a POSIX matter")
@pytest.mark.parametrize(
    ("file_format", "limit"),
    [("csv", 40_000), ("jsonl", 60_000), ("xlsx", 50_000), ("xlsx", 2_000)],
)
def test_a_full_disk_leaves_nothing_that_looks_finished(tmp_path: Path, file_format: str, limit: int) -> None:
    out = tmp_path / "out"
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            textwrap.dedent(DISK_FULL),
            str(ROOT),
            str(out),
            file_format,
            str(limit),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.startswith("1 There is no room left"), done.stderr
    assert not done.stderr
    assert not out.exists()
