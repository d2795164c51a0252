from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.model import Blame, DomainFinding, Flag, MxHost, Reason
from emailcleaner.core.store import open_store
from emailcleaner.core.store.domain_cache import _finding, _values
from emailcleaner.core.store.opening import Store
from emailcleaner.core.store.tables import dns_cache
from tests.core.store.rows import CHECKED_AT, TurnableClock


def found(domain: str, ttl_s: int = 3600) -> DomainFinding:
    return DomainFinding(
        domain=domain,
        reason=Reason.DOMAIN_ACCEPTS,
        blame=Blame.NONE,
        mx=(MxHost(5, "mx1.example.net"), MxHost(10, "mx2.example.net")),
        flags=Flag.FREE | Flag.IMPLICIT_MX,
        provider="google",
        detail="MX 5 mx1.example.net; it's “quoted”",
        checked_at=CHECKED_AT,
        ttl_s=ttl_s,
    )


def test_a_finding_comes_back_as_it_was_until_it_expires(store: Store, clock: TurnableClock) -> None:
    store.domains.save([found("a.example", 60), found("b.example", 3600)])
    assert store.domains.load(["a.example", "b.example", "c.example"]) == {
        "a.example": found("a.example", 60),
        "b.example": found("b.example", 3600),
    }
    clock.turn(timedelta(seconds=61))
    assert list(store.domains.load(["a.example", "b.example"])) == ["b.example"]


def test_findings_survive_a_restart(place: Path, clock: TurnableClock) -> None:
    with open_store(place / "x.sqlite3", home=place, clock=clock) as store:
        store.domains.save([found("a.example")])
    with open_store(place / "x.sqlite3", home=place, clock=clock) as store:
        assert store.domains.load(["a.example"]) == {"a.example": found("a.example")}


def test_a_newer_finding_replaces_the_older_one(store: Store) -> None:
    store.domains.save([found("a.example")])
    newer = DomainFinding("a.example", Reason.NULL_MX, Blame.DOMAIN, checked_at=CHECKED_AT, ttl_s=9)
    store.domains.save([newer])
    assert store.domains.load(["a.example"]) == {"a.example": newer}


def test_a_finding_that_may_not_be_kept_is_not(store: Store) -> None:
    store.domains.save([found("a.example", ttl_s=0)])
    assert store.domains.load(["a.example"]) == {}


def test_a_finding_from_a_wrong_clock_is_not_believed(store: Store, clock: TurnableClock) -> None:
    store.domains.save([found("a.example", ttl_s=10**6)])
    clock.turn(timedelta(days=-2))
    assert store.domains.load(["a.example"]) == {}


def test_more_domains_than_one_statement_takes(store: Store) -> None:
    names = [f"d{n}.example" for n in range(2_000)]
    store.domains.save(found(name) for name in names)
    assert set(store.domains.load(iter(names))) == set(names)


def test_saving_removes_only_what_has_expired(store: Store, clock: TurnableClock) -> None:
    store.domains.save([found("a.example", 60), found("b.example", 3600)])
    clock.turn(timedelta(minutes=5))
    store.domains.save([found("c.example")])
    clock.turn(timedelta(minutes=-5))
    assert list(store.domains.load(["a.example", "b.example", "c.example"])) == ["b.example", "c.example"]


def test_all_findings_are_kept_or_none(store: Store) -> None:
    broken = DomainFinding("b.example", Reason.NULL_MX, Blame.DOMAIN, detail="\ud800", ttl_s=60)
    with pytest.raises(UnicodeEncodeError):
        store.domains.save([found("a.example"), broken])
    assert store.domains.load(["a.example", "b.example"]) == {}


@given(
    st.builds(
        DomainFinding,
        domain=st.text(max_size=9),
        reason=st.sampled_from(Reason),
        blame=st.sampled_from(Blame),
        mx=st.lists(st.builds(MxHost, st.integers(0, 65535), st.text(max_size=9)), max_size=3).map(tuple),
        flags=st.integers(0, (1 << 16) - 1).map(Flag),
        detail=st.text(max_size=20),
        checked_at=st.just(CHECKED_AT),
        ttl_s=st.integers(1, 10**6),
    )
)
def test_any_finding_makes_a_row_and_back(finding: DomainFinding) -> None:
    class Row:
        def __init__(self) -> None:
            values = zip(dns_cache.columns, _values(finding, CHECKED_AT), strict=True)
            self.__dict__.update({column.name: value for column, value in values})

    assert _finding(Row()) == finding  # type: ignore[arg-type]  # stands for a row of SQLAlchemy
