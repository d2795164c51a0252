from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.columns import RawBatch
from emailcleaner.core.export.verdict_columns import Block, VerdictWords, make_block
from emailcleaner.core.model import Segment
from tests.core.export.tables import Row, results_table

rows_st = st.lists(
    st.builds(
        Row,
        st.just(b"x"),
        segment=st.sampled_from([s.value for s in Segment]),
        status=st.sampled_from(["valid", "risky"]),
        reason=st.sampled_from(["a", "b", "c"]),
        score=st.integers(0, 100),
        flags=st.sampled_from(["", "free", "free;role"]),
    ),
    max_size=30,
)


def block_of(table: pa.Table, row0: int = 0) -> Block:
    records = pa.array([b"x"] * table.num_rows, pa.large_binary())
    return make_block(RawBatch(row0, records, records), table)


def words_of(row: Row) -> VerdictWords:
    return VerdictWords(
        row.status, row.reason, row.segment, str(row.score), row.rating, row.depth, row.blame, row.flags
    )


@given(rows_st)
def test_every_row_gets_the_words_of_its_own_verdict(rows: list[Row]) -> None:
    block = block_of(results_table(rows))
    assert [block.words[code] for code in block.codes.tolist()] == [words_of(row) for row in rows]
    assert len(set(block.words)) == len(block.words)


@given(rows_st, rows_st)
def test_chunks_with_dictionaries_of_their_own_are_brought_together(a: list[Row], b: list[Row]) -> None:
    table = pa.concat_tables([results_table(a), results_table(b, len(a))])
    block = block_of(table)
    assert [block.words[code] for code in block.codes.tolist()] == [words_of(row) for row in a + b]


@given(rows_st)
def test_the_segments_share_out_all_rows(rows: list[Row]) -> None:
    masks = dict(block_of(results_table(rows)).segments())
    assert sum(int(np.count_nonzero(mask)) for mask in masks.values()) == len(rows)
    for segment, mask in masks.items():
        assert [row.segment == segment.value for row in rows] == mask.tolist()


def test_very_many_different_verdicts_are_told_apart_too() -> None:
    rows = [Row(b"x", flags=f"flag{i}", reason=f"reason{i % 3000}", score=i % 100) for i in range(6000)]
    block = block_of(results_table(rows))
    assert [block.words[code] for code in block.codes.tolist()] == [words_of(row) for row in rows]
