"""What a domain's name alone says about every address in it; found once for each domain of a list."""

from __future__ import annotations

from typing import NamedTuple

from emailcleaner.core.checks.categories import domain_flags
from emailcleaner.core.checks.data import CheckData
from emailcleaner.core.checks.hostnames import read_domain, top_level_reason
from emailcleaner.core.checks.policy import AddressPolicy
from emailcleaner.core.checks.providers import Provider, provider_of
from emailcleaner.core.checks.suggestions import Suggester
from emailcleaner.core.checks.syntax import WITH_ADDRESS, SyntaxRules
from emailcleaner.core.model import REASON_CODE, Flag, Reason

#: Domains remembered at most; a list with more distinct ones starts over.
_REMEMBERED = 500_000
_PROVIDERS: tuple[Provider, ...] = tuple(Provider)


class DomainFacts(NamedTuple):
    """Facts of one domain. `usable`: an address in it can be written down (though not mailed, perhaps).

    `code` is that of the reason in `model.REASONS`, `provider` 0 or one more than the place in
    `Provider`, `suggestion` the domain that was likely meant.
    """

    usable: bool
    code: int
    flags: int
    provider: int
    suggestion: str


class DomainTable:
    """Remembers the facts of the domains seen so far."""

    def __init__(self, data: CheckData, policy: AddressPolicy) -> None:
        self._data = data
        self._policy = policy
        self._rules = SyntaxRules.of(data, policy)
        self._known: dict[str, DomainFacts] = {}
        self._suggester: Suggester | None = None

    def facts(self, domains: list[str]) -> list[DomainFacts]:
        """The facts of lower-case domains, in their order."""
        known = self._known
        if len(known) > _REMEMBERED:
            known = self._known = {}
        found = []
        for domain in domains:
            facts = known.get(domain)
            if facts is None:
                facts = known[domain] = self._find(domain)
            found.append(facts)
        return found

    def one(self, domain: str) -> DomainFacts:
        """The facts of one lower-case domain."""
        return self.facts([domain])[0]

    def _find(self, domain: str) -> DomainFacts:
        host = read_domain(domain)
        reason = host.reason or top_level_reason(
            host.ascii, tlds=self._rules.tlds, special_use=self._rules.special_use
        )
        if reason not in WITH_ADDRESS or host.ascii != domain:
            return DomainFacts(False, REASON_CODE[reason or Reason.BAD_IDN], 0, 0, "")
        flags = domain_flags(domain, self._data, self._policy)
        if host.idn:
            flags |= Flag.IDN
        if self._suggester is None:
            self._suggester = Suggester(self._data)
        suggestion = self._suggester.domain(domain)
        if suggestion:
            flags |= Flag.TYPO
        provider = provider_of(domain)
        number = 0 if provider is None else _PROVIDERS.index(provider) + 1
        return DomainFacts(True, REASON_CODE[reason] if reason else 0, int(flags), number, suggestion)


def provider_number(provider: Provider) -> int:
    """The number by which `DomainFacts.provider` names a provider."""
    return _PROVIDERS.index(provider) + 1
