"""What is remembered, and for how long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.dns.cache import FailureMemory, TtlCache, failure_ttl, negative_ttl, positive_ttl


@pytest.mark.parametrize(("ttl", "kept"), [(0, 60), (59, 60), (3600, 3600), (86400, 86400), (2**31, 86400)])
def test_an_answer_is_kept_a_minute_to_a_day(ttl: int, kept: int) -> None:
    assert positive_ttl(ttl) == kept


@pytest.mark.parametrize(("ttl", "kept"), [(None, 0), (0, 60), (600, 600), (2**32 - 1, 10800)])
def test_a_negative_answer_is_kept_a_minute_to_three_hours_and_never_without_soa(
    ttl: int | None, kept: int
) -> None:
    assert negative_ttl(ttl) == kept


@given(st.integers(1, 10**6))
def test_a_failure_is_never_kept_over_five_minutes(failures: int) -> None:
    assert 5 <= failure_ttl(failures) <= 300


def test_an_entry_lives_until_its_time_and_not_before_it_was_made() -> None:
    cache: TtlCache[str, int] = TtlCache(10)
    cache.put("a", 1, now=1000.0, ttl_s=60)
    assert cache.get("a", 1000.0) == 1
    assert cache.get("a", 1059.9) == 1
    assert cache.get("a", 1060.0) is None
    assert cache.get("a", 999.0) is None
    assert (cache.hits, cache.misses) == (2, 2)


def test_nothing_is_kept_for_no_time() -> None:
    cache: TtlCache[str, int] = TtlCache(10)
    cache.put("a", 1, now=0.0, ttl_s=0)
    assert len(cache) == 0


@given(st.lists(st.integers(0, 50)), st.integers(1, 20))
def test_a_cache_never_outgrows_its_size_and_keeps_the_newest(keys: list[int], size: int) -> None:
    cache: TtlCache[int, int] = TtlCache(size)
    for key in keys:
        cache.put(key, key, now=0.0, ttl_s=60)
        assert len(cache) <= size
        assert cache.get(key, 1.0) == key


def test_failures_of_long_ago_do_not_count() -> None:
    memory: FailureMemory[str] = FailureMemory(10)
    assert [memory.failed("a", 0.0), memory.failed("a", 10.0), memory.failed("b", 10.0)] == [5, 10, 5]
    assert memory.failed("a", 10_000.0) == 5
