from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.model import CleanRequest, Depth, OutputFormat, ReadOptions
from emailcleaner.core.store.request_json import request_from_json, request_to_json

READ = st.builds(
    ReadOptions,
    encoding=st.none() | st.text(max_size=9),
    delimiter=st.none() | st.sampled_from([",", "\t", ""]),
    header=st.none() | st.booleans(),
    columns=st.lists(st.text(max_size=5) | st.integers(1, 99), max_size=3).map(tuple),
    sheet=st.none() | st.text(max_size=5),
)
REQUESTS = st.builds(
    CleanRequest,
    sources=st.lists(st.text(max_size=9), max_size=3).map(tuple),
    out=st.none() | st.text(max_size=9),
    depth=st.sampled_from(Depth),
    read=READ,
    suppress=st.lists(st.text(max_size=9), max_size=2).map(tuple),
    format=st.sampled_from(OutputFormat),
    force=st.booleans(),
    deadline_s=st.none() | st.floats(0, 1e6),
)


@given(REQUESTS)
def test_a_request_comes_back_equal(request_: CleanRequest) -> None:
    back = request_from_json(request_to_json(request_))
    assert back == request_
    assert [type(c) for c in back.read.columns] == [type(c) for c in request_.read.columns]
    assert isinstance(back.depth, Depth)


def test_fields_of_another_version_do_no_harm() -> None:
    data = json.loads(request_to_json(CleanRequest(sources=("a",), force=True)))
    del data["force"]
    data["unheard_of"] = 1
    assert request_from_json(json.dumps(data)) == CleanRequest(sources=("a",))


@pytest.mark.parametrize("text", ["[]", "1", "{}", '{"sources": ["a"], "depth": "abyss"}', "nonsense"])
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        request_from_json(text)
