"""What a domain's name alone says about every address in it; found once for each domain of a list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.checks.categories import domain_flags, marked_domains
from emailcleaner.core.checks.data import CheckData
from emailcleaner.core.checks.domain_memory import DomainMemory
from emailcleaner.core.checks.duplicates import (
    U64,
    HashFilter,
    hash_slices,
    hash_strings,
    padded,
    string_buffers,
)
from emailcleaner.core.checks.hostnames import MAX_LABEL, read_domain, top_level_reason
from emailcleaner.core.checks.policy import AddressPolicy
from emailcleaner.core.checks.providers import PROVIDER_DOMAINS, Provider, provider_of
from emailcleaner.core.checks.suggestions import Suggester
from emailcleaner.core.checks.syntax import WITH_ADDRESS, SyntaxRules
from emailcleaner.core.model import REASON_CODE, Flag, Reason
from emailcleaner.core.sliced import texts_of

#: Domains remembered at most; a list with more distinct ones starts over.
_REMEMBERED = 500_000
#: The providers in the order of their numbers, which begin with 1.
PROVIDERS: tuple[Provider, ...] = tuple(Provider)
_IDN, _TYPO = int(Flag.IDN), int(Flag.TYPO)

# Facts travel as one integer, so that a hundred thousand domains become columns at once:
# 32 bits of flags, 8 of the reason's code, 8 of the provider, and one for "usable".
_CODE, _PROVIDER, _USABLE = 32, 40, 48
_NOTHING_SPECIAL = 1 << _USABLE
_DOT, _HYPHEN = b".-"


@dataclass(frozen=True, slots=True)
class FactColumns:
    """Facts of many domains. `usable`: an address in it can be written down (though not mailed, perhaps).

    `code` is that of the reason in `model.REASONS`, `provider` 0 or a `provider_number`.
    """

    usable: npt.NDArray[np.bool_]
    code: npt.NDArray[np.uint8]
    flags: npt.NDArray[np.uint32]
    provider: npt.NDArray[np.uint8]

    def extended(self, more: FactColumns) -> FactColumns:
        """These facts with those of more domains behind them."""
        return FactColumns(
            np.concatenate([self.usable, more.usable]),
            np.concatenate([self.code, more.code]),
            np.concatenate([self.flags, more.flags]),
            np.concatenate([self.provider, more.provider]),
        )


class DomainTable:
    """Remembers the facts of the domains seen so far, and which domain was likely meant instead."""

    def __init__(self, data: CheckData, policy: AddressPolicy) -> None:
        self._data = data
        self._policy = policy
        self._rules = SyntaxRules.of(data, policy)
        self._known: dict[str, int] = {}
        self._memory = DomainMemory()
        self._suggester = Suggester(data)
        tlds = self._rules.tlds - self._rules.special_use
        self._marked = HashFilter(*marked_domains(data, policy), PROVIDER_DOMAINS, data.typos, bits=22)
        self._near = HashFilter(self._suggester.near_names, bits=20)
        self._tlds = np.sort(hash_strings(pa.array(sorted(tlds), pa.string())))

    def columns(self, domains: pa.StringArray, hashes: U64) -> FactColumns:
        """The facts of lower-case domains (and their `hash_strings`), in their order."""
        known, packed = self._memory.recall(domains, hashes)
        new = np.flatnonzero(~known)
        if len(new):
            names = domains.take(pa.array(new))
            packed[new] = self._found(names, hashes[new])
            self._memory.keep(names, hashes[new], packed[new])
        return FactColumns(
            usable=(packed >> _USABLE).astype(np.bool_),
            code=(packed >> _CODE & 0xFF).astype(np.uint8),
            flags=(packed & 0xFFFFFFFF).astype(np.uint32),
            provider=(packed >> _PROVIDER & 0xFF).astype(np.uint8),
        )

    def _found(self, domains: pa.StringArray, hashes: U64) -> npt.NDArray[np.int64]:
        packed = np.full(len(domains), _NOTHING_SPECIAL, np.int64)
        special = np.flatnonzero(~self._ordinary(domains, hashes))
        names = texts_of(domains.take(pa.array(special)))
        packed[special] = np.fromiter(map(self._packed, names), np.int64, len(special))
        return packed

    def flags(self, domain: str) -> int:
        """The flags of one lower-case domain, as bits of `model.Flag`."""
        return self._packed(domain) & 0xFFFFFFFF

    def suggestion(self, domain: str) -> str:
        """The domain that was likely meant instead of `domain` (one with `Flag.TYPO`), or nothing."""
        return self._suggester.domain(domain)

    def _ordinary(self, domains: pa.StringArray, hashes: U64) -> npt.NDArray[np.bool_]:
        """Nine of ten domains: well formed beyond doubt, a known top level, and on no list."""
        offsets, data = string_buffers(domains)
        ordinary = _well_formed(offsets, data)
        ordinary &= (np.diff(offsets) <= MAX_LABEL) & ~self._marked.may_hold(hashes)
        dots = np.flatnonzero(data == _DOT)
        rows = np.searchsorted(offsets, dots, side="right") - 1
        data = padded(data)
        above = hash_slices(data, dots + 1, offsets[1:][rows] - dots - 1)
        ordinary[rows[self._marked.may_hold(above)]] = False
        first = np.flatnonzero(np.diff(rows, prepend=-1))
        dotless = np.ones(len(ordinary), np.bool_)
        dotless[rows] = False
        ordinary[dotless] = False
        start = offsets[rows[first]]
        names = hash_slices(data, start, dots[first] - start)
        ordinary[rows[first[self._near.may_hold(names)]]] = False
        top = np.flatnonzero(np.diff(rows, append=-1))
        place = np.minimum(np.searchsorted(self._tlds, above[top]), len(self._tlds) - 1)
        ordinary[rows[top[self._tlds[place] != above[top]]]] = False
        return ordinary

    def _packed(self, domain: str) -> int:
        packed = self._known.get(domain)
        if packed is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            packed = self._known[domain] = self._find(domain)
        return packed

    def _find(self, domain: str) -> int:
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


def _well_formed(offsets: npt.NDArray[np.int32], data: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Which texts are beyond doubt: letters and digits with single dots or hyphens between."""
    alnum = ((data - np.uint8(97)) < 26) | ((data - np.uint8(48)) < 10)
    joint = (data == _DOT) | (data == _HYPHEN)
    wrong = ~(alnum | joint)
    wrong[1:] |= joint[1:] & joint[:-1]
    good = np.diff(offsets) > 0
    rows = np.flatnonzero(good)
    good[rows] = alnum[offsets[rows]] & alnum[offsets[rows + 1] - 1]
    good[np.searchsorted(offsets, np.flatnonzero(wrong), side="right") - 1] = False
    return good


def provider_number(provider: Provider) -> int:
    """The number by which `DomainFacts.provider` names a provider."""
    return PROVIDERS.index(provider) + 1
