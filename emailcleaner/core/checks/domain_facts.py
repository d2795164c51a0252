"""What a domain's name alone says about every address in it; found once for each domain of a list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from emailcleaner.core.checks.categories import domain_flags, marked_domains
from emailcleaner.core.checks.data import CheckData, parents
from emailcleaner.core.checks.hostnames import MAX_LABEL, read_domain, top_level_reason
from emailcleaner.core.checks.policy import AddressPolicy
from emailcleaner.core.checks.providers import PROVIDER_DOMAINS, Provider, provider_of
from emailcleaner.core.checks.suggestions import Suggester
from emailcleaner.core.checks.syntax import WITH_ADDRESS, SyntaxRules
from emailcleaner.core.model import REASON_CODE, Flag, Reason

#: Domains remembered at most; a list with more distinct ones starts over.
_REMEMBERED = 500_000
_PROVIDERS: tuple[Provider, ...] = tuple(Provider)
_IDN, _TYPO = int(Flag.IDN), int(Flag.TYPO)

# Facts travel as one integer, so that a hundred thousand domains become columns at once:
# 32 bits of flags, 8 of the reason's code, 8 of the provider, and one for "usable".
_CODE, _PROVIDER, _USABLE = 32, 40, 48
_NOTHING_SPECIAL = 1 << _USABLE
#: Well-formed beyond doubt: letters and digits with single dots or hyphens between.
_SIMPLE = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*", re.ASCII)


class DomainFacts(NamedTuple):
    """Facts of one domain. `usable`: an address in it can be written down (though not mailed, perhaps).

    `code` is that of the reason in `model.REASONS`, `provider` 0 or a `provider_number`.
    """

    usable: bool
    code: int
    flags: int
    provider: int


@dataclass(frozen=True, slots=True)
class FactColumns:
    """The fields of `DomainFacts` for many domains."""

    usable: npt.NDArray[np.bool_]
    code: npt.NDArray[np.uint8]
    flags: npt.NDArray[np.uint32]
    provider: npt.NDArray[np.uint8]


class DomainTable:
    """Remembers the facts of the domains seen so far, and which domain was likely meant instead."""

    def __init__(self, data: CheckData, policy: AddressPolicy) -> None:
        self._data = data
        self._policy = policy
        self._rules = SyntaxRules.of(data, policy)
        self._known: dict[str, int] = {}
        self._suggester = Suggester(data)
        self._marked = marked_domains(data, policy) | self._suggester.slips | PROVIDER_DOMAINS
        self._ordinary_tlds = (
            self._rules.tlds - self._rules.special_use - self._marked - data.typo_tlds.keys()
        )

    def columns(self, domains: list[str]) -> FactColumns:
        """The facts of lower-case domains, in their order."""
        if len(self._known) > _REMEMBERED:
            self._known = {}
        known = self._known
        for domain in domains:
            if domain not in known:
                known[domain] = self._find(domain)
        packed = np.fromiter(map(known.__getitem__, domains), np.int64, len(domains))
        return FactColumns(
            usable=(packed >> _USABLE).astype(np.bool_),
            code=(packed >> _CODE & 0xFF).astype(np.uint8),
            flags=(packed & 0xFFFFFFFF).astype(np.uint32),
            provider=(packed >> _PROVIDER & 0xFF).astype(np.uint8),
        )

    def one(self, domain: str) -> DomainFacts:
        """The facts of one lower-case domain."""
        packed = self._known.get(domain)
        if packed is None:
            packed = self._known[domain] = self._find(domain)
        return DomainFacts(
            bool(packed >> _USABLE),
            packed >> _CODE & 0xFF,
            packed & 0xFFFFFFFF,
            packed >> _PROVIDER & 0xFF,
        )

    def suggestion(self, domain: str) -> str:
        """The domain that was likely meant instead of `domain` (one with `Flag.TYPO`), or nothing."""
        return self._suggester.domain(domain)

    def _find(self, domain: str) -> int:
        if self._is_ordinary(domain):
            return _NOTHING_SPECIAL
        host = read_domain(domain)
        reason = host.reason or top_level_reason(
            host.ascii, tlds=self._rules.tlds, special_use=self._rules.special_use
        )
        if reason not in WITH_ADDRESS or host.ascii != domain:
            return REASON_CODE[reason or Reason.BAD_IDN] << _CODE
        flags = int(domain_flags(domain, self._data, self._policy))
        if host.idn:
            flags |= _IDN
        if self._suggester.domain(domain):
            flags |= _TYPO
        provider = provider_of(domain)
        number = 0 if provider is None else provider_number(provider)
        code = REASON_CODE[reason] if reason else 0
        return _NOTHING_SPECIAL | number << _PROVIDER | code << _CODE | flags

    def _is_ordinary(self, domain: str) -> bool:
        """Nine of ten domains: well formed, a known top level, and on no list."""
        if domain.rpartition(".")[2] not in self._ordinary_tlds or len(domain) > MAX_LABEL:
            return False
        if _SIMPLE.fullmatch(domain) is None or "." not in domain:
            return False
        if domain.count(".") == 1:
            return domain not in self._marked
        return self._marked.isdisjoint(parents(domain))


def provider_number(provider: Provider) -> int:
    """The number by which `DomainFacts.provider` names a provider."""
    return _PROVIDERS.index(provider) + 1
