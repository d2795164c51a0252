"""The one-by-one path: everything that one cell says. The reference for the column-wise path."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

import pyarrow as pa

from emailcleaner.core.checks.categories import is_role
from emailcleaner.core.checks.data import CheckData
from emailcleaner.core.checks.domain_facts import DomainTable
from emailcleaner.core.checks.duplicates import U64, HashFilter, hash_strings, join_keys
from emailcleaner.core.checks.gibberish import is_gibberish
from emailcleaner.core.checks.normalize import read_cell
from emailcleaner.core.checks.policy import AddressPolicy
from emailcleaner.core.checks.providers import HAS_PLUS_TAGS, IGNORES_DOTS, Provider, provider_of
from emailcleaner.core.checks.syntax import WITH_ADDRESS, Parsed, SyntaxRules, parse_address
from emailcleaner.core.model import Flag, Reason

# Plain integers: an enum's operators would cost more than all else that is done with most cells.
_ROLE, _TYPO, _SUBADDRESS, _GIBBERISH, _CORRECTED, _SEVERAL = map(
    int, (Flag.ROLE, Flag.TYPO, Flag.SUBADDRESS, Flag.GIBBERISH, Flag.CORRECTED, Flag.SEVERAL)
)


class Inspected(NamedTuple):
    """One cell, taken apart: the fields of `AddressFinding`, and the local part by itself."""

    address: str
    local: str
    domain: str
    reason: Reason | None
    flags: int
    suggestion: str
    extra: tuple[str, ...]

    @property
    def normalized(self) -> str:
        """The address as it goes on the wire, or an empty string."""
        return f"{self.local}@{self.domain}" if self.domain else ""


class CellInspector:
    """Looks at one cell at a time, with one set of lists and one policy."""

    def __init__(self, data: CheckData, policy: AddressPolicy) -> None:
        self.data = data
        self.policy = policy
        self.domains = DomainTable(data, policy)
        self.roles = HashFilter(data.roles, bits=19)
        self._rules = SyntaxRules.of(data, policy)
        self._parsed = ("", parse_address("", self._rules))

    def inspect(self, cell: str) -> Inspected:
        """What the text of one cell says. Never raises, whatever the text is."""
        reading = read_cell(cell, self._is_plausible)
        if reading.refused is not None:
            address = reading.addresses[0] if reading.addresses else ""
            return Inspected(address, "", "", reading.refused, 0, "", ())
        address, *others = reading.addresses
        flags = _SEVERAL if others else 0
        parsed = self._parse(address)
        if not parsed.domain:
            return Inspected(address, "", "", parsed.reason, flags, "", tuple(others))
        if reading.corrected:
            flags |= _CORRECTED
        flags |= parsed.flags | self._local_flags(parsed.local.casefold())
        suggestion = ""
        if not parsed.domain.startswith("["):
            flags |= self.domains.flags(parsed.domain)
            if flags & _TYPO:
                suggestion = f"{parsed.local}@{self.domains.suggestion(parsed.domain)}"
        return Inspected(
            address, parsed.local, parsed.domain, parsed.reason, flags, suggestion, tuple(others)
        )

    def _local_flags(self, local: str) -> int:
        """The flags that a local part (lower case) has by itself."""
        flags = _ROLE if is_role(local, self.data) else 0
        name, _, tag = local.partition("+")
        if name and tag:
            flags |= _SUBADDRESS
        return flags | _GIBBERISH if is_gibberish(local) else flags

    def _is_plausible(self, text: str) -> bool:
        return self._parse(text).reason in WITH_ADDRESS

    def _parse(self, text: str) -> Parsed:
        # Most cells are tried as they are, and then it is asked again what was found.
        known, parsed = self._parsed
        if known != text:
            parsed = parse_address(text, self._rules)
            self._parsed = (text, parsed)
        return parsed

    def keys_of(self, locals_: list[str], domains: list[str]) -> U64:
        """Duplicate keys of addresses given by their parts (on the wire), one by one."""
        folded = [self.canonical_local(local, domain) for local, domain in zip(locals_, domains, strict=True)]
        return join_keys(
            hash_strings(pa.array(folded, pa.string())), hash_strings(pa.array(domains, pa.string()))
        )

    def canonical_local(self, local: str, domain: str) -> str:
        """The local part as the duplicate key sees it."""
        folded = unicodedata.normalize("NFC", local.casefold())
        provider = provider_of(domain)
        return folded if provider is None else self.merge_local(folded, provider)

    def merge_local(self, folded: str, provider: Provider) -> str:
        """A case-folded local part at one of the providers with own rules, merged as the policy says."""
        if self.policy.merge_plus_tags and provider in HAS_PLUS_TAGS:
            folded = folded.partition("+")[0] or folded
        if self.policy.merge_gmail_dots and provider in IGNORES_DOTS:
            name, plus, tag = folded.partition("+")
            folded = name.replace(".", "") + plus + tag
        return folded
