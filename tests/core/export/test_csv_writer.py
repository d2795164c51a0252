from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emailcleaner.core.export import VERDICT_COLUMNS, ExportSource, export_lists
from emailcleaner.core.model import OutputFormat, Segment
from tests.core.export.tables import (
    Row,
    dialect,
    empty_row,
    extra_table,
    read_csv,
    record_of,
    source,
)

SUMMARY = {"job_id": "j_test", "depth": "domain"}


def write(out: Path, *sources: ExportSource, safe: bool = False) -> dict[str, bytes]:
    export_lists(sources, out, format=OutputFormat.CSV, spreadsheet_safe=safe, force=False, summary=SUMMARY)
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_segments_hold_the_records_byte_for_byte(tmp_path: Path) -> None:
    rows = [
        Row(b'a@example.com,"x, ""y"" "', normalized="a@example.com"),
        Row(b"b@nowhere.invalid,  007 ", "invalid", "invalid", "no_such_domain"),
        Row(b"c@example.com,'=1", normalized="c@example.com"),
    ]
    files = write(tmp_path / "out", source(rows, header=b"email,note", shape=dialect(("email", "note"))))
    assert files["clean.csv"] == b'email,note\na@example.com,"x, ""y"" "\nc@example.com,\'=1\n'
    assert files["invalid.csv"] == b"email,note\nb@nowhere.invalid,  007 \n"


def test_results_are_the_source_columns_and_then_the_verdict(tmp_path: Path) -> None:
    row = Row(b"a@example.com,x", flags="free;role", suggestion="b@example.com", normalized="a@example.com")
    files = write(tmp_path / "out", source([row], header=b"email,note", shape=dialect(("email", "note"))))
    assert files["results.csv"].decode().splitlines() == [
        "email,note," + ",".join(VERDICT_COLUMNS),
        "a@example.com,x,valid,domain_accepts,clean,85,good,domain,none,free;role,b@example.com,a@example.com",
    ]


def test_delimiter_line_end_and_byte_order_mark_are_those_of_the_source(tmp_path: Path) -> None:
    shape = dialect(("email", "note"), delimiter=";", line_end="\r\n", bom=True)
    rows = [Row(b"a@example.com;x,y", flags="free;role", normalized="a@example.com"), empty_row(b";q")]
    files = write(tmp_path / "out", source(rows, header=b"email;note", shape=shape))
    assert files["clean.csv"] == b"\xef\xbb\xbfemail;note\r\na@example.com;x,y\r\n"
    assert files["results.csv"].startswith(b"\xef\xbb\xbfemail;note;ec_status;")
    assert files["rejected.csv"] == b'\xef\xbb\xbfline;reason;raw\r\n3;empty;";q"\r\n'
    # The flags hold the delimiter of this list, so they are quoted.
    assert read_csv(files["results.csv"], ";")[1][9] == "free;role"


def test_without_header_segments_have_none_and_results_number_the_columns(tmp_path: Path) -> None:
    rows = [Row(b"x,a@example.com", normalized="a@example.com")]
    shape = dialect(("column_1", "column_2"), header=False)
    files = write(tmp_path / "out", source(rows, header=None, shape=shape))
    assert files["clean.csv"] == b"x,a@example.com\n"
    assert read_csv(files["results.csv"])[0] == ["column_1", "column_2", *VERDICT_COLUMNS]


def test_a_header_shorter_than_the_rows_is_filled_up_with_numbers(tmp_path: Path) -> None:
    shape = dialect(("email", "column_2", "column_3"))
    files = write(tmp_path / "out", source([Row(b"a@example.com,1,2")], header=b"email", shape=shape))
    assert read_csv(files["results.csv"])[0] == ["email", "column_2", "column_3", *VERDICT_COLUMNS]


def test_a_plain_text_list_keeps_its_lines_and_gets_a_quoted_cell_in_the_results(tmp_path: Path) -> None:
    line = b'Name, "N" <a@example.com>; more'
    shape = dialect(("column_1",), delimiter="", header=False)
    files = write(tmp_path / "out", source([Row(line, normalized="a@example.com")], header=None, shape=shape))
    assert files["clean.csv"] == line + b"\n"
    header, row = read_csv(files["results.csv"])
    assert header == ["column_1", *VERDICT_COLUMNS]
    assert row[0] == line.decode()


def test_results_align_short_rows_where_segments_keep_them(tmp_path: Path) -> None:
    shape = dialect(("email", "a", "b"))
    files = write(
        tmp_path / "out",
        source([Row(b"a@example.com")], header=b"email,a,b", shape=shape, aligned=[b"a@example.com,,"]),
    )
    assert files["clean.csv"] == b"email,a,b\na@example.com\n"
    assert read_csv(files["results.csv"])[1][3] == "valid"


def test_empty_and_malformed_rows_stand_in_rejected_in_the_order_of_lines(tmp_path: Path) -> None:
    rows = [Row(b"a@example.com"), empty_row(b"-"), Row(b"b@example.com"), empty_row(b'"" ')]
    files = write(
        tmp_path / "out",
        source(
            rows,
            rejected=[
                (1, "malformed_row", 'bad "one"'),
                (3, "empty", "-"),
                (4, "malformed_row", "two\nlines"),
                (99, "malformed_row", "last"),
            ],
            block=2,
        ),
    )
    assert read_csv(files["rejected.csv"]) == [
        ["line", "reason", "raw"],
        ["1", "malformed_row", 'bad "one"'],
        ["3", "empty", "-"],
        ["4", "malformed_row", "two\nlines"],
        ["5", "empty", '"" '],
        ["99", "malformed_row", "last"],
    ]
    assert len(read_csv(files["results.csv"])) == 1 + len(rows)


def test_a_list_without_rows_gives_results_with_a_header_only(tmp_path: Path) -> None:
    files = write(tmp_path / "out", source([]))
    assert files["results.csv"] == ("email," + ",".join(VERDICT_COLUMNS) + "\n").encode()
    assert set(files) == {"results.csv", "summary.json", "report.html", ".emailcleaner"}


def test_further_addresses_of_cells_have_a_file_of_their_own(tmp_path: Path) -> None:
    extra = extra_table([(2, "b@example.com"), (7, '"c,d"@example.com')])
    files = write(tmp_path / "out", source([Row(b"a@example.com")], extra=extra))
    rows = read_csv(files["extra_addresses.csv"])
    assert rows[0] == ["line", "address", *VERDICT_COLUMNS]
    assert [row[:2] for row in rows[1:]] == [["2", "b@example.com"], ["7", '"c,d"@example.com']]


def test_results_of_other_rows_are_refused(tmp_path: Path) -> None:
    whole = source([Row(b"a@example.com"), Row(b"b@example.com")], block=1)
    shifted = ExportSource(
        whole.name,
        whole.header_raw,
        whole.dialect,
        whole.raw_batches,
        lambda: iter(list(whole.results())[::-1]),
        whole.rejected,
    )
    with pytest.raises(ValueError, match="other rows"):
        write(tmp_path / "out", shifted)
    assert not (tmp_path / "out").exists()


def test_results_that_end_early_are_refused(tmp_path: Path) -> None:
    whole = source([Row(b"a@example.com"), Row(b"b@example.com")], block=1)
    short = ExportSource(
        whole.name,
        whole.header_raw,
        whole.dialect,
        whole.raw_batches,
        lambda: iter(list(whole.results())[:1]),
        whole.rejected,
    )
    with pytest.raises(ValueError, match="shorter"):
        write(tmp_path / "out", short)
    assert not (tmp_path / "out").exists()


# --- round trip --------------------------------------------------------------------------------

cell_st = st.text(
    st.one_of(
        st.sampled_from("=+-@'\" ,;|\t\n\r＝＋－＠a0é\u3000\u00a0\u2028"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=8,
)
segments_st = st.sampled_from([s.value for s in Segment if s is not Segment.REJECTED])


@st.composite
def lists(draw: st.DrawFn) -> tuple[str, str, list[tuple[list[str], str, bool]]]:
    columns = draw(st.integers(1, 4))
    rows = draw(
        st.lists(
            st.tuples(
                st.lists(cell_st, min_size=columns, max_size=columns),
                st.one_of(segments_st, st.just("rejected")),
                st.booleans(),
            ),
            max_size=40,
        )
    )
    return draw(st.sampled_from([",", ";", "|", "\t"])), draw(st.sampled_from(["\n", "\r\n"])), rows


def rows_of(cells: Sequence[tuple[list[str], str, bool]], delimiter: str) -> list[Row]:
    rows = []
    for row, segment, quote_all in cells:
        record = record_of(row, delimiter, quote_all=quote_all)
        rows.append(empty_row(record) if segment == "rejected" else Row(record, segment))
    return rows


TAKEN_FOR_FORMULA = re.compile("['\"\\s]*[=+\\-@\t\r\n＝＋－＠]")


def unguarded(cell: str) -> str:
    """The documented way back: one apostrophe off where a formula could follow."""
    if cell.startswith("'") and TAKEN_FOR_FORMULA.match(cell[1:]):
        return cell[1:]
    return cell


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(lists())
@pytest.mark.parametrize("safe", [False, True])
def test_every_cell_is_found_again_in_results_and_in_one_segment(
    tmp_path_factory: pytest.TempPathFactory,
    safe: bool,
    drawn: tuple[str, str, list[tuple[list[str], str, bool]]],
) -> None:
    delimiter, line_end, cells = drawn
    columns = tuple(f"c{i}" for i in range(len(cells[0][0]) if cells else 1))
    shape = dialect(columns, delimiter=delimiter, line_end=line_end)
    header = delimiter.join(columns).encode()
    rows = rows_of(cells, delimiter)
    files = write(
        tmp_path_factory.mktemp("round") / "out", source(rows, header=header, shape=shape), safe=safe
    )

    def back(row: list[str]) -> tuple[str, ...]:
        return tuple(unguarded(cell) if safe else cell for cell in row)

    def parsed(name: str) -> list[tuple[str, ...]]:
        return [back(row) for row in read_csv(files[name], delimiter)[1:]]

    expected = [tuple(row) for row, _, _ in cells]
    results = read_csv(files["results.csv"], delimiter)[1:]
    assert [back(row[: len(columns)]) for row in results] == expected
    assert all(len(row) == len(columns) + len(VERDICT_COLUMNS) for row in results)
    for segment in Segment:
        name = f"{segment.value}.csv"
        wanted = [tuple(row) for row, where, _ in cells if where == segment.value]
        if segment is Segment.REJECTED:
            found = read_csv(files[name], delimiter)[1:] if name in files else []
            assert len(found) == len(wanted)
            continue
        assert Counter(parsed(name) if name in files else []) == Counter(wanted)
    assert len(results) == len(cells)


@pytest.mark.parametrize(
    ("record", "guarded"),
    [
        (b"=1+1,x", b"'=1+1,x"),
        (b"x,+1", b"x,'+1"),
        (b"x,-1", b"x,'-1"),
        (b"x,@SUM(A1)", b"x,'@SUM(A1)"),
        (b'x,"=HYPERLINK(""http://e"")"', b'x,"\'=HYPERLINK(""http://e"")"'),
        ("x,＝1".encode(), "x,'＝1".encode()),
        (b"x, =1", b"x,' =1"),
        (b"x,'=1", b"x,''=1"),
        (b'x,"\t=1"', b'x,"\'\t=1"'),
        (b'x,"\r1"', b'x,"\'\r1"'),
        # Another spreadsheet would split here: the cell is quoted whole.
        (b"x;=1,y", b'"x;=1",y'),
        (b"a@example.com,x-y=z", b"a@example.com,x-y=z"),
        (b'a@example.com,"x, y"', b'a@example.com,"x, y"'),
    ],
)
def test_formula_cells_are_disarmed_in_the_spreadsheet_profile_only(
    tmp_path: Path, record: bytes, guarded: bytes
) -> None:
    shape = dialect(("a", "b"))
    plain = write(tmp_path / "plain", source([Row(record)], header=b"a,b", shape=shape))
    safe = write(tmp_path / "safe", source([Row(record)], header=b"a,b", shape=shape), safe=True)
    assert plain["clean.csv"] == b"a,b\n" + record + b"\n"
    assert safe["clean.csv"] == b"a,b\n" + guarded + b"\n"
    assert safe["results.csv"].splitlines(keepends=True)[1].startswith(guarded.split(b"\r")[0])


def test_our_own_columns_headers_and_rejected_records_are_disarmed_too(tmp_path: Path) -> None:
    rows = [Row(b"x", normalized="+a@example.com", suggestion="=b@example.com")]
    files = write(
        tmp_path / "out",
        source(
            rows,
            header=b"=cmd",
            shape=dialect(("=cmd",)),
            rejected=[(9, "malformed_row", "=evil,1")],
            extra=extra_table([(2, "-c@example.com")]),
        ),
        safe=True,
    )
    header, row = read_csv(files["results.csv"])
    assert header[0] == "'=cmd"
    assert row[-2:] == ["'=b@example.com", "'+a@example.com"]
    assert read_csv(files["rejected.csv"])[1][2] == "'=evil,1"
    assert read_csv(files["extra_addresses.csv"])[1][1] == "'-c@example.com"
    assert files["clean.csv"] == b"'=cmd\nx\n"


def test_lines_of_a_text_list_are_disarmed_as_one_cell(tmp_path: Path) -> None:
    shape = dialect(("column_1",), delimiter="", header=False)
    rows = [Row(b"=1;a@example.com"), Row(b"x;=2"), Row(b"plain@example.com")]
    files = write(tmp_path / "out", source(rows, header=None, shape=shape), safe=True)
    assert files["clean.csv"] == b'"\'=1;a@example.com"\n"x;=2"\nplain@example.com\n'


def test_addresses_that_need_quotes_are_quoted_in_the_verdict_columns(tmp_path: Path) -> None:
    address = '"a,b"@example.com'
    files = write(tmp_path / "out", source([Row(b"x", normalized=address, suggestion='"c""d"@e')]))
    row = read_csv(files["results.csv"])[1]
    assert row[-2:] == ['"c""d"@e', address]


def test_a_block_sliced_out_of_a_larger_one_is_written_right(tmp_path: Path) -> None:
    rows = [Row(f"{i}@example.com".encode(), normalized=f"{i}@example.com") for i in range(10)]
    whole = source(rows, block=10)
    raw = next(whole.raw_batches())
    table = next(whole.results())

    def sliced() -> ExportSource:
        cut = type(raw)(4, raw.records.slice(4, 3), raw.aligned.slice(4, 3))
        part = pa.concat_tables([table.slice(4, 2), table.slice(6, 1)])
        return ExportSource(
            whole.name,
            whole.header_raw,
            whole.dialect,
            lambda: iter([cut]),
            lambda: iter([part]),
            whole.rejected,
        )

    files = write(tmp_path / "out", sliced())
    assert files["clean.csv"] == b"email\n4@example.com\n5@example.com\n6@example.com\n"
    assert [row[0] for row in read_csv(files["results.csv"])[1:]] == [f"{i}@example.com" for i in (4, 5, 6)]
