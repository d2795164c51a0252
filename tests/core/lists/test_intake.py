"""Lists of every kind come in: looked at, and copied."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.errors import Cancelled, UserError
from emailcleaner.core.lists import SpooledList, inspect, open_spooled, spool
from emailcleaner.core.model import ListKind, ReadOptions
from tests.core.lists.spooling import Read, read_all
from tests.core.lists.workbooks import ods_cell, ods_row, write_ods, write_xls, write_xlsx_parts

TABLE = "name;email\nJosé Muñoz;jose@example.com\nZoë Brontë;zoe@example.com\n"
CELLS = ["jose@example.com", "zoe@example.com"]


class Meddling:
    """A token that does something to the source at its first looks."""

    def __init__(self, path: Path, times: int) -> None:
        self._path = path
        self._times = times

    def check(self) -> None:
        if self._times:
            self._times -= 1
            with self._path.open("ab") as out:
                out.write(b"late;late@example.com\n")

    @property
    def stopped(self) -> bool:
        return False


def taken(folder: Path, data: bytes, name: str = "list.csv", **told: object) -> tuple[SpooledList, Read]:
    """Look at a list and copy it; both must guess the same, and leave the source as it was."""
    path = folder / name
    path.write_bytes(data)
    options = ReadOptions(**told)  # type: ignore[arg-type]  # the tests name only fields there are
    preview = inspect(path, options)
    found = spool(path, name, options, folder / "job")
    # Only copying sees the whole list, so it may have more to say.
    assert replace(preview.dialect, notes=()) == replace(found.dialect, notes=())
    assert preview.size == found.size == len(data)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert path.read_bytes() == data
    assert open_spooled(folder / "job") == found
    return found, read_all(found)


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("cp1252", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b""),
    ],
)
def test_text_in_any_encoding_becomes_utf8(tmp_path: Path, encoding: str, bom: bytes) -> None:
    found, read = taken(tmp_path, bom + TABLE.encode(encoding))
    assert read.cells == CELLS
    assert read.records[0] == "José Muñoz;jose@example.com".encode()
    assert (found.dialect.encoding, found.dialect.bom) == (encoding, bool(bom))
    assert found.dialect.encoding_guessed is (encoding in ("cp1252", "utf-16-be"))
    assert found.header_raw == b"name;email"


def test_compressed_text_is_inflated(tmp_path: Path) -> None:
    found, read = taken(tmp_path, gzip.compress(TABLE.encode()), "list.csv.gz")
    assert (read.cells, found.dialect.compressed, found.suffix) == (CELLS, True, ".csv")


def test_a_list_of_many_blocks_is_copied_whole(tmp_path: Path) -> None:
    rows = "".join(f"p{n}@example.com,é{n}\n" for n in range(150_000))
    for name, data in (("list.csv", rows.encode()), ("list.csv.gz", gzip.compress(rows.encode(), 1))):
        found, read = taken(tmp_path, data, name)
        assert len(read.cells) == 150_000
        assert found.text_size == len(rows.encode())


def test_plain_text_is_one_cell_a_line(tmp_path: Path) -> None:
    text = 'Write to "Ann" <ann@example.com>, or\n\nto bob@example.com; thanks\n'
    found, read = taken(tmp_path, text.encode(), "notes.txt")
    assert found.dialect.kind is ListKind.TEXT
    assert read.cells == ['Write to "Ann" <ann@example.com>, or', "to bob@example.com; thanks"]
    assert read.blank == 1


def test_json_lines_become_a_table(tmp_path: Path) -> None:
    lines = [
        '{"email":"a@example.com","note":"one\\ntwo"}',
        "",
        "broken",
        '{"n":1.10,"email":"b@example.com"}',
    ]
    found, read = taken(tmp_path, "\n".join(lines).encode(), "list.jsonl")
    assert found.dialect.kind is ListKind.JSONL
    assert found.dialect.column_names == ("email", "note", "n")
    assert (read.cells, read.lines) == (["a@example.com", "b@example.com"], [1, 4])
    assert (read.rejected, read.blank) == ([(3, "broken")], 1)
    assert read.records[1] == b"b@example.com,,1.10"


def test_a_json_list_has_columns_that_appear_only_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").write_text(
        '{"email":"a@example.com"}\n' * 60_000 + '{"email":"b@example.com","z":1}\n'
    )
    found = spool(tmp_path / "l.jsonl", "l.jsonl", ReadOptions(), tmp_path / "job")
    assert found.dialect.column_names == ("email", "z")
    assert len(read_all(found).cells) == 60_001


@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_spreadsheets_become_a_table(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"made.{ending}"
    if ending == "xlsx":
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet("One")
        for row, cells in {
            0: ("email", "zip"),
            1: ("a@example.com", "007"),
            3: ("b@example.com", "x\ny"),
        }.items():
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
        book.close()
    elif ending == "ods":
        lines = [("email", "zip"), ("a@example.com", "007"), None, ("b@example.com", "x\ny")]
        made = "".join(
            ods_row("".join(map(ods_cell, row)) if row else "<table:table-cell/>") for row in lines
        )
        write_ods(path, made)
    else:
        write_xls(
            path,
            {
                (0, 0): "email",
                (0, 1): "zip",
                (1, 0): "a@example.com",
                (1, 1): "007",
                (3, 0): "b@example.com",
                (3, 1): "x\ny",
            },
        )
    found, read = taken(tmp_path, path.read_bytes(), f"list.{ending}")
    assert found.dialect.kind is ListKind.SPREADSHEET
    assert (found.dialect.sheet, found.dialect.sheets) == ("One", ("One",))
    assert (read.cells, read.lines, read.blank) == (["a@example.com", "b@example.com"], [2, 4], 1)
    assert read.records[0] == b"a@example.com,007"


def test_a_list_is_known_by_its_contents_and_not_by_its_name(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "made.ods", ods_row(ods_cell("email")) + ods_row(ods_cell("a@example.com")))
    found, read = taken(tmp_path, path.read_bytes(), "list.csv")
    assert (found.dialect.kind, read.cells) == (ListKind.SPREADSHEET, ["a@example.com"])


def test_standard_input_is_read_like_a_file(tmp_path: Path) -> None:
    for data in (TABLE.encode(), gzip.compress(TABLE.encode()), TABLE.encode("utf-16")):
        found = spool(io.BytesIO(data), "stdin", ReadOptions(), tmp_path / "job")
        assert read_all(found).cells == CELLS
        assert (found.source_path, found.size) == ("", len(data))
        assert found.sha256 == hashlib.sha256(data).hexdigest()
        assert sorted(p.name for p in (tmp_path / "job").iterdir()) == ["list.json", "list.utf8"]


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as out:
        out.write(TABLE.encode())
    with os.fdopen(reading, "rb", buffering=0) as source:
        found = spool(source, "stdin", ReadOptions(), tmp_path / "job")
    assert read_all(found).cells == CELLS


def test_options_are_obeyed(tmp_path: Path) -> None:
    found, read = taken(
        tmp_path, TABLE.encode("latin-1"), encoding="latin-1", delimiter=",", header=False, columns=(1,)
    )
    assert (found.dialect.encoding, found.dialect.encoding_guessed) == ("iso8859-1", False)
    assert read.cells == TABLE.split("\n")[:-1]


def test_a_change_while_reading_starts_the_reading_again(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(TABLE)
    found = spool(path, "list.csv", ReadOptions(), tmp_path / "job", Meddling(path, 1))
    assert read_all(found).cells == [*CELLS, "late@example.com"]
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_list_that_keeps_changing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(TABLE)
    with pytest.raises(UserError, match=r"list\.csv: The list was changed while it was read"):
        spool(path, "list.csv", ReadOptions(), tmp_path / "job", Meddling(path, 1_000))
    assert list((tmp_path / "job").iterdir()) == []


def test_a_copying_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    class Stop:
        stopped = True

        def check(self) -> None:
            raise Cancelled

    (tmp_path / "list.csv").write_text(TABLE)
    with pytest.raises(Cancelled):
        spool(tmp_path / "list.csv", "list.csv", ReadOptions(), tmp_path / "job", Stop())
    with pytest.raises(Cancelled):
        spool(io.BytesIO(TABLE.encode()), "stdin", ReadOptions(), tmp_path / "job", Stop())
    assert list((tmp_path / "job").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_a_full_disk_is_said_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    import resource

    (tmp_path / "list.csv").write_text(TABLE * 1_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(UserError, match=r"room|copied"):
            spool(tmp_path / "list.csv", "list.csv", ReadOptions(), tmp_path / "job")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "job").iterdir()) == []


def test_what_an_earlier_attempt_left_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    target = tmp_path / "precious"
    target.write_text("mine")
    (folder / "list.utf8").symlink_to(target)
    (folder / "source.bin").write_text("old")
    (tmp_path / "list.csv").write_text(TABLE)
    found = spool(tmp_path / "list.csv", "list.csv", ReadOptions(), folder)
    assert read_all(found).cells == CELLS
    assert target.read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="modes mean nothing there")
def test_the_copy_is_for_this_user_alone(tmp_path: Path) -> None:
    taken(tmp_path, TABLE.encode())
    modes = {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "job").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "job").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"name,city\nAnn,Bern\n", "No column with e-mail addresses"),
        (b"%PDF-1.7 a@example.com", "PDF"),
        (gzip.compress(b"PK\x03\x04", mtime=0), "Only text lists can be compressed"),
        (gzip.compress(TABLE.encode(), mtime=0)[:-9], "cut off"),
        (b"PK\x03\x04 and nothing", "damaged"),
        (b'{"n":1}\n{"n":2}\n', "No column with e-mail addresses"),
        (b"{}\n{}\n", "JSON object"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_name(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(data)
    with pytest.raises(UserError, match=message) as error:
        spool(path, "leads.csv", ReadOptions(), tmp_path / "job")
    assert error.value.title.startswith("leads.csv")
    assert error.value.exit_code == 2
    assert list((tmp_path / "job").iterdir()) == []


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = write_xlsx_parts(
        tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": b'<s><c r="A1"/><c r="XFD1048576"/></s>'}
    )
    for look in (inspect, lambda p: spool(p, "a.xlsx", ReadOptions(), tmp_path / "job")):
        with pytest.raises(UserError, match="far more cells"):
            look(path)


def test_a_header_alone_gives_no_rows(tmp_path: Path) -> None:
    for data in (b"name,email", b"name,email\n", b"email\r\n"):
        found, read = taken(tmp_path, data)
        assert found.header_raw is not None
        assert read.physical == 0


def test_a_suppression_list_may_be_of_domains(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("spam.example\n@bad.test\nann@example.com\n")
    found = spool(tmp_path / "s.txt", "s.txt", ReadOptions(), tmp_path / "job", domains=True)
    assert read_all(found).cells == ["spam.example", "@bad.test", "ann@example.com"]


def test_a_line_of_nul_bytes_costs_only_itself(tmp_path: Path) -> None:
    _, read = taken(tmp_path, b"email,n\na@example.com,1\n\0\0\0@example.com,2\nb@example.com,3\n")
    assert read.cells == ["a@example.com", "b@example.com"]
    assert read.rejected == [(3, "\0\0\0@example.com,2")]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_an_error_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with contextlib.suppress(UserError):
        found, read = taken(folder, data)
        assert read.physical >= 1 or found.dialect.has_header


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), TEXTS, max_size=3), min_size=1, max_size=8))
def test_json_lines_come_back_cell_for_cell(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    objects = [{"email": f"p{n}@example.com", **one} for n, one in enumerate(objects)]
    data = "\n".join(json.dumps(one) for one in objects).encode()
    _, read = taken(folder, data, "l.jsonl")
    assert read.cells == [one["email"] for one in objects]
    assert read.lines == list(range(1, len(objects) + 1))
