"""Time-outs come out once, not before their time and soon after it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.dns.wheel import SLOTS_PER_S, TimerWheel

TIMES = st.floats(0, 100, allow_nan=False)


@given(st.lists(TIMES, max_size=30), st.lists(st.floats(0.001, 60), max_size=30))
def test_each_item_comes_out_once_when_its_time_has_passed(whens: list[float], steps: list[float]) -> None:
    wheel: TimerWheel[float] = TimerWheel(0.0)
    for when in whens:
        wheel.add(when, when)
    now, out = 0.0, []
    for step in [*steps, 200.0]:
        now += step
        due = wheel.due(now)
        assert all(when <= now for when in due)
        out += due
        late = now - 1 / SLOTS_PER_S
        assert all(when in out for when in whens if when < late)
    assert sorted(out) == sorted(whens)
    assert len(wheel) == 0


def test_what_is_already_due_comes_out_next_time() -> None:
    wheel: TimerWheel[str] = TimerWheel(50.0)
    wheel.due(60.0)
    wheel.add(10.0, "late")
    assert wheel.due(60.1) == ["late"]
