"""The models of the tables obey Qt's rules, and arrange rows as a plain sort would."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.modeltest import ModelTester

from emailcleaner.core.columns import RESULTS_SCHEMA
from emailcleaner.core.model import Dialect, ListKind, ListPreview, Reason, Segment, Status
from emailcleaner.ui.models.preview_model import PreviewModel
from emailcleaner.ui.models.results_columns import Arrangement, Column
from emailcleaner.ui.models.results_data import ResultsData
from emailcleaner.ui.models.results_model import ResultsModel

Row = tuple[str, Status, Reason, Segment, int, str, str]

_ROWS: list[Row] = [
    ("Bea@web.de", Status.VALID, Reason.DOMAIN_ACCEPTS, Segment.CLEAN, 85, "free", ""),
    ("anna@gmial.com", Status.INVALID, Reason.NO_SUCH_DOMAIN, Segment.INVALID, 0, "typo", "anna@gmail.com"),
    ("info@acme.org", Status.RISKY, Reason.ROLE_ACCOUNT, Segment.ROLE_BASED, 60, "role", ""),
    ("bea@web.de", Status.VALID, Reason.DUPLICATE, Segment.DUPLICATE, 85, "free", ""),
    ("carl@yaho.com", Status.INVALID, Reason.NO_SUCH_DOMAIN, Segment.INVALID, 0, "typo", "carl@yahoo.com"),
]


def _table(rows: list[Row]) -> pa.Table:
    count = len(rows)
    columns: dict[str, list[object]] = {
        "address": [r[0] for r in rows],
        "normalized": [r[0].lower() for r in rows],
        "domain": [r[0].partition("@")[2].lower() for r in rows],
        "status": [r[1].value for r in rows],
        "reason": [r[2].value for r in rows],
        "segment": [r[3].value for r in rows],
        "score": [r[4] for r in rows],
        "flags": [r[5] for r in rows],
        "suggestion": [r[6] for r in rows],
        "rating": ["good"] * count,
        "depth": ["domain"] * count,
        "blame": ["none"] * count,
        "provider": [""] * count,
        "mx_host": [""] * count,
        "source": [0] * count,
        "row": list(range(count)),
        "line": list(range(2, count + 2)),
        "duplicate_source": [-1] * count,
        "duplicate_row": [-1] * count,
        "checked_at": [datetime(2026, 11, 24, tzinfo=UTC)] * count,
    }
    arrays = [pa.array(columns[field.name], field.type) for field in RESULTS_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=RESULTS_SCHEMA)


def test_the_results_model_obeys_qt(qtmodeltester: ModelTester) -> None:
    data = ResultsData(_table(_ROWS))
    model = ResultsModel()
    model.show_data(data, data.arrange(Arrangement()))

    qtmodeltester.check(model)

    assert model.rowCount() == 5
    assert model.index(1, Column.REASON).data() == "Domain does not exist"


def test_the_preview_model_obeys_qt(qtmodeltester: ModelTester) -> None:
    dialect = Dialect(ListKind.DELIMITED, "utf-8", False, ";", True, "\n", ("Name", ""), (1,))
    model = PreviewModel()
    model.show_preview(ListPreview("list.csv", 10, dialect, (("a", "b"), ("only one",), ("x", "y", "z"))))

    qtmodeltester.check(model)

    assert model.columnCount() == 3
    assert model.index(1, 1).data() == ""


def test_an_empty_table_has_no_rows(qtmodeltester: ModelTester) -> None:
    data = ResultsData(RESULTS_SCHEMA.empty_table())
    model = ResultsModel()
    model.show_data(data, data.arrange(Arrangement(search="x", segments=frozenset({Segment.CLEAN}))))

    qtmodeltester.check(model)

    assert model.rowCount() == 0


@pytest.mark.parametrize(
    ("arrangement", "expected"),
    [
        (Arrangement(), [0, 1, 2, 3, 4]),
        (Arrangement(column=Column.ADDRESS), [1, 0, 3, 4, 2]),
        (Arrangement(column=Column.SCORE), [1, 4, 2, 0, 3]),
        (Arrangement(column=Column.SCORE, descending=True), [0, 3, 2, 1, 4]),
        (Arrangement(column=Column.STATUS), [1, 4, 2, 0, 3]),
        (Arrangement(column=Column.SUGGESTION), [1, 4, 0, 2, 3]),
        (Arrangement(column=Column.SUGGESTION, descending=True), [4, 1, 0, 2, 3]),
        (Arrangement(segments=frozenset({Segment.INVALID})), [1, 4]),
        (Arrangement(segments=frozenset({Segment.RISKY})), []),
        (Arrangement(search="BEA"), [0, 3]),
        (Arrangement(search="yahoo"), [4]),
        (Arrangement(search="repeats an earlier"), [3]),
        (Arrangement(search="no_such_domain"), [1, 4]),
        (Arrangement(search=".*"), []),
        (
            Arrangement(
                search="@", segments=frozenset({Segment.INVALID}), column=Column.ADDRESS, descending=True
            ),
            [4, 1],
        ),
    ],
    ids=str,
)
def test_rows_are_arranged(arrangement: Arrangement, expected: list[int]) -> None:
    assert ResultsData(_table(_ROWS)).arrange(arrangement).tolist() == expected


@given(
    rows=st.lists(
        st.tuples(
            st.text(alphabet="aAbBüß.@", max_size=6),
            st.sampled_from(Status),
            st.sampled_from(Reason),
            st.sampled_from(Segment),
            st.integers(0, 100),
            st.sampled_from(["", "free", "role;free"]),
            st.just(""),
        ),
        max_size=30,
    ),
    column=st.sampled_from([None, *Column]),
    descending=st.booleans(),
    search=st.sampled_from(["", "a", "Ü", "@"]),
    segments=st.frozensets(st.sampled_from(Segment), max_size=3),
)
def test_every_arrangement_shows_each_fitting_row_once(
    rows: list[Row], column: Column | None, descending: bool, search: str, segments: frozenset[Segment]
) -> None:
    data = ResultsData(_table(rows))

    order = data.arrange(Arrangement(segments, search, column, descending)).tolist()

    assert len(set(order)) == len(order)
    assert all(not segments or rows[at][3] in segments for at in order)
    if not search:
        assert len(order) == sum(1 for row in rows if not segments or row[3] in segments)
    if column is Column.SCORE:
        scores = [rows[at][4] for at in order]
        assert scores == sorted(scores, reverse=descending)
