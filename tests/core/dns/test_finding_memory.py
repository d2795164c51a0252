"""A finding comes back from memory as it went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.dns.finding_memory import FindingMemory
from emailcleaner.core.model import Blame, DomainFinding, Flag, MxHost, Reason

MADE = datetime(2030, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)


@given(
    st.sampled_from(Reason),
    st.sampled_from(Blame),
    st.lists(st.builds(MxHost, st.integers(0, 65535), st.text(max_size=20)), max_size=10),
    st.integers(0, 2**16 - 1).map(Flag),
    st.text(max_size=10),
    st.integers(1, 86400),
)
def test_a_finding_comes_back_as_it_was(
    reason: Reason, blame: Blame, mx: list[MxHost], flags: Flag, text: str, ttl_s: int
) -> None:
    finding = DomainFinding("a.test", reason, blame, tuple(mx), flags, text, text, MADE, ttl_s)
    memory = FindingMemory(10)
    memory.put(finding, MADE.timestamp())
    assert memory.get("a.test", MADE.timestamp() + ttl_s - 0.5) == finding
    assert memory.get("a.test", (MADE + timedelta(seconds=ttl_s)).timestamp()) is None
    assert memory.get("b.test", MADE.timestamp()) is None
    assert (memory.hits, memory.misses) == (1, 2)
