from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.jobs.judging import NOT_LISTED, SUPPRESSED, DomainClasses, VerdictTable, words
from emailcleaner.core.model import (
    REASON_CODE,
    Blame,
    Depth,
    DomainFinding,
    Findings,
    Flag,
    Reason,
    Segment,
)
from emailcleaner.core.verdicts import judge

_SYNTAX = st.sampled_from([None, Reason.MISSING_AT, Reason.UNKNOWN_TLD, Reason.EMPTY])
_DOMAINS = [
    DomainFinding("a.example", Reason.DOMAIN_ACCEPTS, Blame.NONE),
    DomainFinding("b.example", Reason.DOMAIN_ACCEPTS, Blame.NONE, flags=Flag.IMPLICIT_MX, provider="acme"),
    DomainFinding("c.example", Reason.NO_SUCH_DOMAIN, Blame.DOMAIN),
    DomainFinding("d.example", Reason.DNS_TIMEOUT, Blame.REMOTE_SERVER),
    DomainFinding("e.example", Reason.DNS_TIMEOUT, Blame.OUR_NETWORK),
]
_ROWS = st.lists(
    st.tuples(
        _SYNTAX,
        st.integers(0, 0xFFFF),
        st.sampled_from([NOT_LISTED, SUPPRESSED]),
        st.integers(0, len(_DOMAINS) - 1),
    ),
    max_size=40,
)


@given(rows=_ROWS, depth=st.sampled_from([Depth.SYNTAX, Depth.DOMAIN]))
def test_a_column_gets_the_verdicts_of_the_single_rule_function(
    rows: list[tuple[Reason | None, int, int, int]], depth: Depth
) -> None:
    classes = DomainClasses()
    numbers = [classes.number(d) for d in _DOMAINS]
    table = VerdictTable(depth, classes)
    found = table.numbers(
        np.array([0 if r[0] is None else REASON_CODE[r[0]] for r in rows], dtype=np.uint8),
        np.array([r[1] for r in rows], dtype=np.uint32),
        np.array([r[2] for r in rows], dtype=np.uint8),
        np.array([0 if depth is Depth.SYNTAX else numbers[r[3]] for r in rows], dtype=np.int32),
    )
    for number, (syntax, flags, listed, domain) in zip(found, rows, strict=True):
        asked = _DOMAINS[domain] if depth is Depth.DOMAIN and syntax is None else None
        expected = judge(
            Findings(
                asked=depth,
                syntax=syntax,
                flags=Flag(flags),
                domain=asked,
                listed=Reason.SUPPRESSED if listed == SUPPRESSED else None,
            )
        )
        assert table.verdicts[number] == expected


def test_a_duplicate_takes_over_everything_but_reason_and_segment() -> None:
    table = VerdictTable(Depth.SYNTAX, DomainClasses())
    one = np.ones(1, dtype=np.uint8)
    firsts = table.numbers(
        one * 0, one.astype(np.uint32) * Flag.ROLE.value, one * 0, one.astype(np.int32) * 0
    )
    repeated = table.verdicts[table.duplicates_of(firsts, firsts)[0]]
    first = table.verdicts[firsts[0]]
    assert (repeated.reason, repeated.segment) == (Reason.DUPLICATE, Segment.DUPLICATE)
    assert (repeated.status, repeated.score, repeated.flags) == (first.status, first.score, first.flags)


def test_a_duplicate_keeps_what_is_said_of_its_own_cell() -> None:
    table = VerdictTable(Depth.SYNTAX, DomainClasses())
    none = np.zeros(4, dtype=np.uint8)
    flags = [Flag.ROLE | Flag.SEVERAL, Flag.ROLE, Flag.ROLE | Flag.CORRECTED, Flag.ROLE]
    numbers = table.numbers(
        none, np.array([f.value for f in flags], dtype=np.uint32), none, none.astype(np.int32)
    )
    repeated = table.duplicates_of(numbers[[0, 0, 1]], numbers[[1, 2, 3]])
    assert [table.verdicts[n].flags for n in repeated] == flags[1:]


def test_domains_that_differ_only_in_evidence_share_a_class() -> None:
    classes = DomainClasses()
    one = DomainFinding("a.example", Reason.DOMAIN_ACCEPTS, Blame.NONE, detail="one")
    two = DomainFinding("b.example", Reason.DOMAIN_ACCEPTS, Blame.NONE, detail="two")
    other = DomainFinding("b.example", Reason.NULL_MX, Blame.DOMAIN)
    assert classes.number(one) == classes.number(two) != classes.number(other)


@pytest.mark.parametrize(("values", "numbers"), [(["a", "b", "a"], [2, 1, 0]), ([], []), (["x"], [])])
def test_words_says_each_value_once(values: list[str], numbers: list[int]) -> None:
    column = words(values, np.array(numbers, dtype=np.int32))
    assert column.to_pylist() == [values[n] for n in numbers]
    assert len(set(column.dictionary.to_pylist())) == len(column.dictionary)
