from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.columns import RawBatch
from emailcleaner.core.export.tally import NameCount, NameTally, Tally
from emailcleaner.core.export.verdict_columns import make_block
from tests.core.export.tables import Row, empty_row, results_table

names_st = st.lists(st.tuples(st.sampled_from(["", "a.de", "b.de", "c.de"]), st.booleans()), max_size=20)


@given(st.lists(names_st, max_size=4))
def test_names_are_counted_over_all_blocks(blocks: list[list[tuple[str, bool]]]) -> None:
    tally = NameTally()
    for block in blocks:
        column = pa.array([name for name, _ in block], pa.string()).dictionary_encode()
        tally.add(column, np.array([clean for _, clean in block], np.bool_))
    every = [pair for block in blocks for pair in block if pair[0]]
    expected = {
        name: (sum(n == name for n, _ in every), sum(n == name and clean for n, clean in every))
        for name, _ in every
    }
    top, different = tally.top(10)
    assert {name.name: (name.rows, name.clean) for name in top} == expected
    assert different == len(expected)
    assert [name.rows for name in top] == sorted((rows for rows, _ in expected.values()), reverse=True)


def test_only_the_most_frequent_names_are_told() -> None:
    tally = NameTally()
    column = pa.array(["", "", "", "a", "b", "b", "c", "c", "c"]).dictionary_encode()
    tally.add(column, np.zeros(9, np.bool_))
    assert tally.top(2) == ([NameCount("c", 3, 0), NameCount("b", 2, 0)], 3)


def test_a_tally_adds_up_rows_and_records_that_were_none() -> None:
    tally = Tally()
    rows = [Row(b"x"), Row(b"y"), Row(b"z", "risky", "risky", "low_quality"), empty_row(b"")]
    records = pa.array([row.record for row in rows], pa.large_binary())
    tally.add(make_block(RawBatch(0, records, records), results_table(rows)))
    tally.add_malformed(pa.chunked_array([["malformed_row", "malformed_row"]]))
    assert tally.rows == 4
    assert dict(tally.segments()) == {"clean": 2, "risky": 1, "rejected": 3}
    assert dict(tally.statuses()) == {"risky": 1, "unknown": 3, "valid": 2}
    assert list(tally.reasons().items())[:2] == [("domain_accepts", 2), ("malformed_row", 2)]
