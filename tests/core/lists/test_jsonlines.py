"""JSON lines as a table."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists.jsonlines import BadLine, looks_like_json_lines, read_line, rows, union_of_keys

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=6,
)


def test_columns_are_all_keys_in_order_of_first_appearance() -> None:
    lines = [b'{"email":"a@example.com","n":1}', b"", b'{"x":2,"n":3}', b"bad", b'{"email":"b@example.com"}']
    keys = union_of_keys(lines)
    assert keys == ["email", "n", "x"]
    assert list(rows(lines, keys)) == [
        ["a@example.com", "1", ""],
        [],
        ["", "3", "2"],
        BadLine(b"bad"),
        ["b@example.com", "", ""],
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"007"', "007"),
        ("1.10", "1.10"),
        ("1e400", "1e400"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("true", "true"),
        ("null", ""),
        ('[1.50,"é",null,{"a":false}]', '[1.50,"é",null,{"a":false}]'),
        ('"two\\nlines"', "two\nlines"),
    ],
)
def test_text_stays_text_and_the_rest_is_json(value: str, text: str) -> None:
    assert read_line(f'{{"v": {value}}}'.encode()) == {"v": text}


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[1,2]",
        b'"text"',
        b'{"a":1',
        b'{"a":1}{"a":2}',
        b'{"a":1,"a":2}',
        b'{"a":"\\ud800"}',
        b'{"\\udfff":1}',
        b'{"a":' + b"[" * 100_000,
        b'{"a":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
        b'{"a":"\xff"}',
    ],
)
def test_a_line_that_is_no_object_of_text_is_bad_by_itself(line: bytes) -> None:
    assert read_line(line) == BadLine(line)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'{"email":"a@example.com"}\n{"x"', True),
        (b'\n\n  {"a":1}', True),
        (b'{"a":"' + b"x" * (1 << 20), True),
        (b"{not json}\nemail\n", False),
        (b"email\n", False),
        (b'[{"a":1}]', False),
        (b"", False),
    ],
)
def test_json_lines_are_known_by_their_first_line(head: bytes, expected: bool) -> None:
    assert looks_like_json_lines(head) is expected


def test_too_many_keys_are_refused() -> None:
    line = json.dumps({f"k{n}": 1 for n in range(10_001)}).encode()
    with pytest.raises(UserError, match="10,000 different keys"):
        union_of_keys([line])


@given(st.dictionaries(st.text("abcé\n"), VALUES, max_size=5))
def test_every_value_can_be_had_back(line: dict[str, object]) -> None:
    found = read_line(json.dumps(line).encode())
    assert isinstance(found, dict)
    assert list(found) == list(line)
    for key, value in line.items():
        if isinstance(value, str):
            assert found[key] == value
        elif value is not None:
            assert json.loads(found[key]) == value


@given(st.binary(max_size=80))
def test_no_line_whatever_is_a_crash(line: bytes) -> None:
    assert isinstance(read_line(line), dict | BadLine | None)
