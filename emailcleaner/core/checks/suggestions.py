"""The domain that was likely meant: gmial.com, gmail.con, example.cmo.

Only a proposal, for a person to accept. Known domains are never taken for slips, and a domain that turns
out to receive mail loses its suggestion later, where DNS is known.

A near miss of a big provider is a domain one edit away from it (a letter missing, doubled, changed, or two
swapped: Damerau 1964), with the first letter right; all near misses of a provider are written out once,
so a look-up costs the same however many providers there are.
"""

from __future__ import annotations

import string

from emailcleaner.core.checks.data import CheckData

#: Providers whose names are long enough that one edit seldom makes another real name.
_BIG = (
    "gmail.com yahoo.com hotmail.com outlook.com icloud.com googlemail.com protonmail.com rocketmail.com"
    " comcast.net verizon.net sbcglobal.net bellsouth.net earthlink.net hotmail.co.uk hotmail.fr hotmail.it"
    " hotmail.de hotmail.es yahoo.co.uk yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.co.in yahoo.com.br"
    " hotmail.com.br outlook.fr outlook.de outlook.es orange.fr wanadoo.fr laposte.net libero.it virgilio.it"
    " t-online.de freenet.de yandex.ru rediffmail.com btinternet.com virginmedia.com bigpond.com"
).split()
_LETTERS = string.ascii_lowercase + string.digits + "-"


class Suggester:
    """Finds the intended domain; holds the near misses of the big providers."""

    def __init__(self, data: CheckData) -> None:
        self._data = data
        self._near: dict[str, str] = {}
        for provider in _BIG:
            for miss in _near_misses(provider):
                self._near.setdefault(miss, provider)
        for known in data.free & self._near.keys():
            del self._near[known]
        #: All domains that are taken for slips whatever their top level.
        self.slips = frozenset(self._near).union(data.typos)

    def domain(self, domain: str) -> str:
        """The domain that was likely meant instead of `domain`, or an empty string."""
        data = self._data
        if domain in data.free or domain in data.aliases:
            return ""
        direct = data.typos.get(domain) or self._near.get(domain)
        if direct is not None:
            return direct
        name, dot, top = domain.rpartition(".")
        right = data.typo_tlds.get(top)
        if right is None or not dot:
            return f"{domain}.com" if f"{domain}.com" in data.known_providers and not dot else ""
        mended = f"{name}.{right}"
        return data.typos.get(mended) or self._near.get(mended) or mended


def _near_misses(word: str) -> set[str]:
    first, rest = word[0], word[1:]
    splits = [(rest[:i], rest[i:]) for i in range(len(rest) + 1)]
    misses = {word[1] + word[0] + word[2:]}
    misses.update(first + a + b[1:] for a, b in splits if b)
    misses.update(first + a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1)
    misses.update(first + a + c + b[1:] for a, b in splits if b for c in _LETTERS)
    misses.update(first + a + c + b for a, b in splits for c in _LETTERS)
    misses.discard(word)
    return {m for m in misses if ".." not in m and "." in m and not m.endswith((".", "-"))}
