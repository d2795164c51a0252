"""The domain that was likely meant: gmial.com, gmail.con, example.cmo.

Only a proposal, for a person to accept. Known domains are never taken for slips, and a domain that turns
out to receive mail loses its suggestion later, where DNS is known.

A near miss of a big provider has its name one edit away (a letter missing, doubled, changed, or two
swapped: Damerau 1964) with the first letter right, and a national domain that the provider does have. All
near misses of a name are written out once, so a look-up costs the same however many names there are.
"""

from __future__ import annotations

import string

from emailcleaner.core.checks.data import CheckData

#: Names long enough that one edit seldom makes another real name.
_BIG = (
    "gmail yahoo hotmail outlook icloud googlemail protonmail rocketmail comcast verizon sbcglobal bellsouth"
    " earthlink orange wanadoo laposte libero virgilio t-online freenet yandex rediffmail btinternet"
    " virginmedia bigpond hushmail fastmail mailbox posteo seznam interia"
).split()


class Suggester:
    """Finds the intended domain; holds the near misses of the big providers."""

    def __init__(self, data: CheckData) -> None:
        self._data = data
        self._near = {miss: name for name in reversed(_BIG) for miss in _near_misses(name)}
        for name in _BIG:
            self._near.pop(name, None)

    @property
    def near_names(self) -> frozenset[str]:
        """The first labels of all domains that may be near misses."""
        return frozenset(self._near)

    def domain(self, domain: str) -> str:
        """The domain that was likely meant instead of `domain`, or an empty string."""
        data = self._data
        if domain in data.free or domain in data.aliases:
            return ""
        slip = self._slip(domain)
        if slip:
            return slip
        name, dot, top = domain.rpartition(".")
        if not dot:
            return f"{domain}.com" if f"{domain}.com" in data.known_providers else ""
        right = data.typo_tlds.get(top)
        if right is None:
            return ""
        mended = f"{name}.{right}"
        return mended if mended in data.free else self._slip(mended) or mended

    def _slip(self, domain: str) -> str:
        meant = self._data.typos.get(domain)
        if meant is None:
            first, _, rest = domain.partition(".")
            meant = f"{self._near.get(first, '')}.{rest}"
        return meant if meant in self._data.known_providers else ""


def _near_misses(word: str) -> set[str]:
    first, rest = word[0], word[1:]
    splits = [(first + rest[:i], rest[i:]) for i in range(len(rest) + 1)]
    misses = {word[1] + word[0] + word[2:]}
    misses.update(a + b[1:] for a, b in splits if b)
    misses.update(a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1)
    misses.update(a + c + b[1:] for a, b in splits if b for c in string.ascii_lowercase)
    misses.update(a + c + b for a, b in splits for c in string.ascii_lowercase)
    misses.discard(word)
    return misses
