"""The window grows with answers and shrinks with losses; the rate is kept."""

from __future__ import annotations

from emailcleaner.core.dns.limits import DnsLimits
from emailcleaner.core.dns.pacing import Pacer


def test_the_window_grows_with_answers_up_to_its_limit() -> None:
    pacer = Pacer(DnsLimits(window=1024), now=0.0)
    assert pacer.window < 1024
    pacer.answered(2000)
    assert pacer.window == 1024


def test_two_per_cent_lost_do_not_shrink_it() -> None:
    pacer = Pacer(DnsLimits(window=256), now=0.0)
    for _ in range(4):
        pacer.lost()
    pacer.answered(96)
    pacer.review(1.0)
    assert pacer.window == 256


def test_many_lost_halve_it_but_never_to_nothing() -> None:
    pacer = Pacer(DnsLimits(window=256), now=0.0)
    windows = []
    for second in range(1, 8):
        for _ in range(100):
            pacer.lost()
        pacer.review(float(second))
        windows.append(pacer.window)
    assert windows == [128, 64, 32, 32, 32, 32, 32]


def test_a_window_set_below_the_least_stays_as_it_is() -> None:
    pacer = Pacer(DnsLimits(window=4), now=0.0)
    for _ in range(100):
        pacer.lost()
    pacer.review(1.0)
    assert pacer.window == 4


def test_the_rate_is_kept_over_time() -> None:
    pacer = Pacer(DnsLimits(rate_per_s=100.0), now=0.0)
    sent = 0
    for tick in range(500):  # ten seconds in steps of 20 ms
        pacer.refill(tick / 50)
        while pacer.budget >= 1:
            pacer.budget -= 1
            sent += 1
    assert 995 <= sent <= 1010


def test_no_rate_is_no_cap() -> None:
    pacer = Pacer(DnsLimits(rate_per_s=0.0), now=0.0)
    pacer.budget -= 10_000
    pacer.refill(1.0)
    assert pacer.budget > 10_000
