"""Local parts that nobody chose to be read: keyboard mashing, random strings.

Precision before recall: the criteria are few, fixed and stated, and a real name in any language must pass.
A local part (before a plus tag) is called gibberish if

- it holds a run of seven or more consonants (y counts as a vowel) that is not made of the usual clusters; or
- letters and digits change places six times or more within one word of eight or more (`x7k2p9q4`); or
- it is a hexadecimal string of sixteen or more with at least four digits and four letters; or
- it is one walk along a row of the keyboard of five letters or more, but for digits behind (`asdfgh`,
  `qwerty12`); or
- it is one character repeated five times or more.
"""

from __future__ import annotations

import re

#: How long a run must be to be looked at; a column is searched for such runs, see `bytescan`.
CONSONANT_RUN = 7
HEX_RUN = 16
REPEATED = 5
SWITCHES = 6
_LONG_WORD = 8
_WALK = 5
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "poiuytrewq", "lkjhgfdsa", "mnbvcxz")
_KEYBOARD = "\n".join(_ROWS)
#: The first four letters of all walks.
WALK_STARTS = frozenset(row[i : i + 4] for row in _ROWS for i in range(len(row) - _WALK + 1))

_CONSONANTS = re.compile(rf"[bcdfghjklmnpqrstvwxz]{{{CONSONANT_RUN},}}")
_CLUSTER = re.compile(
    r"schtsch|sch[lmnrw]?|szcz|ngst|ght|chts?|[rln]st|st?r|spr|[ct]hr|phr|[pbk]rz|[tr]z|[sc]z|dz|ck|[tscpgkzw]h|n[gtdk]"
    r"|t[sz]|st|ll|rr|ss|tt|nn|mm|ff|pf|r[lnmtdkg]|l[tdkmp]|m[bp]|[dtbgkfpc]r|[bgkfpcs]l|s[mnpwkc]|[kg]n|wr"
)
_HEX = re.compile(rf"[0-9a-f]{{{HEX_RUN},}}")
_WORD = re.compile(r"[a-z0-9]+")
_SWITCH = re.compile(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])")


_RUNS = re.compile(
    rf"[bcdfghjklmnpqrstvwxz]{{{CONSONANT_RUN}}}|[0-9][a-z]+[0-9]+[a-z]+[0-9]|[0-9a-f]{{{HEX_RUN}}}"
)


def is_gibberish(local: str) -> bool:
    """Whether `local` (lower case, with or without a tag) is gibberish by the criteria above."""
    return _is_suspect(local) and _is_noise(local)


def _is_suspect(local: str) -> bool:
    """Spares most local parts the closer look."""
    if local[:4] in WALK_STARTS or local[:REPEATED] == local[:1] * REPEATED:
        return True
    return _RUNS.search(local) is not None


def _is_noise(local: str) -> bool:
    base = local.partition("+")[0]
    if not base.isascii() or len(base) < _WALK:
        return False
    if base == base[0] * len(base) and base[0].isalpha():
        return True
    letters = base.rstrip("0123456789._-")
    if len(letters) >= _WALK and letters in _KEYBOARD:
        return True
    return any(_is_random(word) for word in _WORD.findall(base))


def _is_random(word: str) -> bool:
    if len(word) >= _LONG_WORD and len(_SWITCH.findall(word)) >= SWITCHES:
        return True
    if _HEX.fullmatch(word):
        digits = sum(char.isdigit() for char in word)
        return digits >= 4 and len(word) - digits >= 4
    # Whatever is left of a long run after the clusters of real words are taken out is noise.
    return any(len(_CLUSTER.sub("", run)) >= 4 for run in _CONSONANTS.findall(word))
