"""Where a domain's mail goes, or why nowhere: RFC 5321 section 5.1, RFC 7505, RFC 2181.

Turns look-ups into a `DomainFinding`. Unknown is never rounded: whatever could not be asked ends as
`dns_timeout` or `dns_failure`, never as invalid. All methods belong to the loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from emailcleaner.core.dns.cache import LONGEST_TTL_S
from emailcleaner.core.dns.codec import AAAA, MX, A, Additional, Rdata, any_glue
from emailcleaner.core.dns.guard import is_routable, literal_address
from emailcleaner.core.dns.limits import DnsLimits
from emailcleaner.core.dns.outcomes import Outcome
from emailcleaner.core.dns.providers import ProviderTable
from emailcleaner.core.dns.resolver import LookUp, Resolver
from emailcleaner.core.model import Blame, DomainFinding, Flag, MxHost, Reason

#: What a failed look-up means: the reason, whose fault it is, and the words for it.
_FAILURES: Final[dict[Outcome, tuple[Reason, Blame, str]]] = {
    Outcome.TIMEOUT: (Reason.DNS_TIMEOUT, Blame.REMOTE_SERVER, "its name servers did not answer in time"),
    Outcome.OFFLINE: (Reason.DNS_TIMEOUT, Blame.OUR_NETWORK, "no name server answers us at all"),
    Outcome.SERVFAIL: (Reason.DNS_FAILURE, Blame.REMOTE_SERVER, "its name servers fail"),
    Outcome.REFUSED: (Reason.DNS_FAILURE, Blame.OUR_NETWORK, "our name servers refuse to answer"),
    Outcome.MALFORMED: (Reason.DNS_FAILURE, Blame.REMOTE_SERVER, "the answer could not be read"),
    Outcome.ALIAS_LOOP: (Reason.DNS_FAILURE, Blame.REMOTE_SERVER, "its aliases (CNAME) lead nowhere"),
}

_NO_FLAGS: Final = Flag(0)
_NULL_BESIDE: Final = "a null MX beside other exchangers was ignored (RFC 7505 section 3)"
_MX_IS_ALIAS: Final = "the exchanger's name is an alias (RFC 2181 section 10.3)"


class MailRouter:
    """Finds the exchangers of domains; `done` is called with each finding."""

    def __init__(
        self,
        resolver: Resolver,
        providers: ProviderTable,
        limits: DnsLimits,
        *,
        allow_private: bool,
        wall_clock: Callable[[], datetime],
        elapsed: Callable[[], float],
        done: Callable[[DomainFinding], None],
    ) -> None:
        self.resolver = resolver
        self.limits = limits
        self.elapsed = elapsed
        self._providers = providers
        self._is_routable = partial(is_routable, allow_private=allow_private)
        self._wall_clock = wall_clock
        self._done = done

    def route(self, domain: str) -> None:
        """Find out about `domain` (lower-case A-labels, or an address literal `[192.0.2.1]`)."""
        if domain.startswith("["):
            self._judge_literal(domain)
            return
        try:
            if not domain:
                raise ValueError("the root takes no mail")
            self.resolver.look_up(domain, MX, self._exchangers_came)
        except ValueError:
            detail = "not a name that DNS can be asked for"
            self.end(domain, Reason.DNS_FAILURE, Blame.NONE, detail=detail, ttl_s=0)

    def _judge_literal(self, domain: str) -> None:
        """RFC 5321 section 4.1.3: mail for an address literal goes to that address."""
        text = domain[1:-1]
        packed = literal_address(text[5:] if text[:5].lower() == "ipv6:" else text)
        if packed is not None and self.is_usable((packed,)):
            self.end(domain, Reason.DOMAIN_ACCEPTS, Blame.NONE, (MxHost(0, domain),), ttl_s=LONGEST_TTL_S)
        else:
            detail = "the address cannot be reached from the internet"
            self.end(domain, Reason.MX_UNROUTABLE, Blame.DOMAIN, detail=detail, ttl_s=LONGEST_TTL_S)

    def _exchangers_came(self, found: LookUp) -> None:
        if found.outcome is Outcome.ANSWER:
            self._choose(found)
        elif found.outcome is Outcome.NODATA:
            # RFC 5321 section 5.1: without MX the domain itself is its exchanger
            Candidates(self, found.name, [(0, found.name)], found.ttl_s, is_implicit=True).next()
        elif found.outcome is Outcome.NXDOMAIN:
            self.end(
                found.name,
                Reason.NO_SUCH_DOMAIN,
                Blame.DOMAIN,
                detail="the name does not exist in DNS (asked twice)",
                ttl_s=found.ttl_s,
            )
        else:
            self.fail(found.name, found.outcome, found.ttl_s)

    def _choose(self, found: LookUp) -> None:
        """Use the exchangers of the lowest preferences; the null MX counts only alone."""
        records = found.records
        if len(records) > 1:
            records = tuple(sorted(set(records)))
        exchangers: list[tuple[int, str]] = [r for r in records if isinstance(r, tuple) and r[1]]
        if not exchangers:
            self.end(
                found.name,
                Reason.NULL_MX,
                Blame.DOMAIN,
                detail="the domain says that it takes no mail (null MX, RFC 7505)",
                ttl_s=found.ttl_s,
            )
            return
        note = _NULL_BESIDE if len(exchangers) < len(records) else ""
        del exchangers[self.limits.max_mx :]
        host = exchangers[0][1]
        if not note and found.glue is not None and self.has_usable_glue(found.glue, host):
            # by far the most: the best exchanger can be used, and nothing else has to be asked
            self.accept(found.name, exchangers, found.ttl_s)
        else:
            Candidates(self, found.name, exchangers, found.ttl_s, glue=found.glue, note=note).next()

    def has_usable_glue(self, glue: Additional, host: str) -> bool:
        """Whether a usable address of `host` came along with the exchangers."""
        return any_glue(glue, host, self._is_routable, self.limits.max_addresses)

    def is_trusted(self, host: str) -> bool:
        """Whether `host` belongs to a provider whose exchangers need no look-up."""
        provider = self._providers.of(host)
        return provider is not None and provider.trusted_hosts

    def is_usable(self, addresses: Sequence[Rdata]) -> bool:
        """Whether one of the first few addresses may be connected to."""
        return any(
            isinstance(packed, bytes) and self._is_routable(packed)
            for packed in addresses[: self.limits.max_addresses]
        )

    def accept(
        self,
        domain: str,
        exchangers: list[tuple[int, str]],
        ttl_s: int,
        *,
        detail: str = "",
        flags: Flag = _NO_FLAGS,
    ) -> None:
        """The domain has exchangers, of which the first can be used."""
        mx = tuple([MxHost(p, host) for p, host in exchangers if not is_address_or_local(host)])
        provider = self._providers.of(exchangers[0][1])
        self.end(
            domain,
            Reason.DOMAIN_ACCEPTS,
            Blame.NONE,
            mx,
            ttl_s=ttl_s,
            detail=detail,
            provider=provider.name if provider is not None else "",
            flags=flags,
        )

    def fail(self, domain: str, outcome: Outcome, ttl_s: int, host: str = "") -> None:
        """Nothing is known of the domain, or of its exchanger `host`."""
        reason, blame, words = _FAILURES[outcome]
        self.end(domain, reason, blame, detail=f"{host}: {words}" if host else words, ttl_s=ttl_s)

    def end(
        self,
        domain: str,
        reason: Reason,
        blame: Blame,
        mx: tuple[MxHost, ...] = (),
        *,
        ttl_s: int,
        detail: str = "",
        provider: str = "",
        flags: Flag = _NO_FLAGS,
    ) -> None:
        """Say what was found."""
        self._done(
            DomainFinding(domain, reason, blame, mx, flags, provider, detail, self._wall_clock(), ttl_s)
        )


class Candidates:
    """The exchangers of one domain, tried in their order until one can be used.

    Those behind the first usable one are kept without a look-up, unless their names alone rule
    them out: one is enough for the domain to take mail.
    """

    __slots__ = (
        "_domain",
        "_exchangers",
        "_failure",
        "_glue",
        "_in_vain_ttl_s",
        "_index",
        "_is_implicit",
        "_note",
        "_router",
        "_started",
        "_ttl_s",
        "_unresolvable",
        "_unroutable",
    )

    def __init__(
        self,
        router: MailRouter,
        domain: str,
        exchangers: list[tuple[int, str]],
        ttl_s: int,
        *,
        glue: Additional | None = None,
        is_implicit: bool = False,
        note: str = "",
    ) -> None:
        self._router = router
        self._domain = domain
        self._exchangers = exchangers
        self._ttl_s = ttl_s
        self._in_vain_ttl_s = ttl_s
        self._glue = glue
        self._is_implicit = is_implicit
        self._note = note
        self._index = 0
        self._started = 0.0
        self._failure: tuple[Outcome, str] | None = None
        self._unroutable = ""
        self._unresolvable = ""

    def next(self) -> None:
        """Try the exchanger whose turn it is, or end when there is none left."""
        while self._index < len(self._exchangers):
            host = self._exchangers[self._index][1]
            if is_address_or_local(host):
                self._unroutable = self._unroutable or host
                self._index += 1
                continue
            router = self._router
            has_glue = self._glue is not None and router.has_usable_glue(self._glue, host)
            if has_glue or router.is_trusted(host):
                self._accept()
            else:
                self._look_up(host)
            return
        self._give_up()

    def _look_up(self, host: str) -> None:
        """Ask for the addresses of `host`, unless the domain's time is over."""
        now = self._router.elapsed()
        self._started = self._started or now
        if now - self._started > self._router.limits.domain_deadline_s:
            self._failure = self._failure or (Outcome.TIMEOUT, host)
            self._give_up()
            return
        try:
            self._router.resolver.look_up(host, A, self._v4_came)
        except ValueError:
            self._unresolvable = self._unresolvable or host
            self._index += 1
            self.next()

    def _v4_came(self, found: LookUp) -> None:
        if found.outcome is Outcome.NXDOMAIN and not self._is_implicit:
            self._no_addresses(found)
        elif found.outcome is Outcome.ANSWER and self._router.is_usable(found.records):
            self._resolved(found)
        elif found.outcome.is_failure:
            self._failed(found)
        else:
            if found.outcome is Outcome.ANSWER:
                self._unroutable = self._unroutable or found.name
                self._in_vain_ttl_s = min(self._in_vain_ttl_s, found.ttl_s)
            self._router.resolver.look_up(found.name, AAAA, self._v6_came)

    def _v6_came(self, found: LookUp) -> None:
        if found.outcome is Outcome.ANSWER and self._router.is_usable(found.records):
            self._resolved(found)
        elif found.outcome is Outcome.ANSWER:
            self._unroutable = self._unroutable or found.name
            self._skip(found)
        elif found.outcome.is_failure:
            self._failed(found)
        else:
            self._no_addresses(found)

    def _resolved(self, found: LookUp) -> None:
        if found.aliases and not self._is_implicit:
            self._note = f"{self._note}; {_MX_IS_ALIAS}" if self._note else _MX_IS_ALIAS
        self._ttl_s = min(self._ttl_s, found.ttl_s)
        self._accept()

    def _no_addresses(self, found: LookUp) -> None:
        if self._unroutable != found.name:
            self._unresolvable = self._unresolvable or found.name
        self._skip(found)

    def _failed(self, found: LookUp) -> None:
        self._failure = self._failure or (found.outcome, found.name)
        self._skip(found)

    def _skip(self, found: LookUp) -> None:
        self._in_vain_ttl_s = min(self._in_vain_ttl_s, found.ttl_s)
        self._index += 1
        self.next()

    def _accept(self) -> None:
        usable = self._exchangers[self._index :]
        flags = Flag.IMPLICIT_MX if self._is_implicit else _NO_FLAGS
        self._router.accept(self._domain, usable, self._ttl_s, detail=self._note, flags=flags)

    def _give_up(self) -> None:
        """None can be used. A single one of which nothing is known makes the whole unknown."""
        router, domain = self._router, self._domain
        ttl_s = min(self._ttl_s, self._in_vain_ttl_s)
        if self._failure is not None:
            outcome, host = self._failure
            router.fail(domain, outcome, ttl_s, "" if self._is_implicit else host)
        elif self._unroutable:
            detail = f"{self._unroutable}: not an address that the internet can reach"
            router.end(domain, Reason.MX_UNROUTABLE, Blame.DOMAIN, detail=detail, ttl_s=ttl_s)
        elif self._is_implicit:
            detail = "the domain has neither an exchanger (MX) nor an address (A, AAAA)"
            router.end(domain, Reason.NO_MAIL_HOST, Blame.DOMAIN, detail=detail, ttl_s=ttl_s)
        else:
            detail = f"{self._unresolvable}: the exchanger has no address"
            router.end(domain, Reason.MX_UNRESOLVABLE, Blame.DOMAIN, detail=detail, ttl_s=ttl_s)


def is_address_or_local(host: str) -> bool:
    """Whether an exchanger's name is an address or this computer: RFC 5321 section 5 wants a name."""
    last = host[-1]
    if last == "t":
        return host == "localhost" or host.endswith(".localhost")
    if last.isdigit() or ":" in host or last == "]":
        return literal_address(host.strip("[]\\")) is not None or host.rpartition(".")[2].isdigit()
    return False
