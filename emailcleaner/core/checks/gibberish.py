"""Local parts that nobody chose to be read: keyboard mashing, random strings.

Precision before recall: the criteria are few, fixed and stated, and a real name in any language must pass.
A local part (before a plus tag) is called gibberish if

- it holds a run of seven or more consonants (y counts as a vowel) that is not made of the usual clusters; or
- letters and digits change places six times or more within one word of eight or more (`x7k2p9q4`); or
- it is a hexadecimal string of sixteen or more with at least four digits and four letters; or
- its letters are one walk along a row of the keyboard of five or more (`asdfgh`, `qwerty12`); or
- it is one character repeated five times or more.
"""

from __future__ import annotations

import re
import string

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "poiuytrewq", "lkjhgfdsa", "mnbvcxz")
#: A cheap superset of what `is_gibberish` may accept: whatever does not match is none.
SUSPECT = "|".join(
    [
        r"[bcdfghjklmnpqrstvwxz]{7}",
        r"[0-9][a-z]+[0-9]+[a-z]+[0-9]",
        r"[0-9a-f]{16}",
        *(row[i : i + 5] for row in _ROWS for i in range(len(row) - 4)),
        *(letter * 5 for letter in string.ascii_lowercase),
    ]
)
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{7,}")
_CLUSTER = re.compile(
    r"schtsch|schl|schm|schn|schr|schw|sch|ngst|ght|chts|cht|rst|lst|nst|str|spr|chr|thr|phr|szcz|prz|brz|krz|trz|rz|sz|cz|dz|ck|th|sh|ch|ph|ng|nt|nd|ts|tz|st|ll|rr|ss|tt|nn|mm|ff|gh|kh|zh|wh|pf|rl|rn|rm|rt|rd|rk|rg|lt|ld|lk|mp|mb|nk|dr|tr|br|gr|kr|fr|pr|cr|bl|gl|kl|fl|pl|cl|sl|sm|sn|sp|sw|sk|sc|kn|gn|wr"
)
_SWITCH = re.compile(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])")
_HEX = re.compile(r"[0-9a-f]{16,}")
_WORD = re.compile(r"[a-z0-9]+")


_SUSPECT = re.compile(SUSPECT)


def is_gibberish(local: str) -> bool:
    """Whether `local` (lower case, with or without a tag) is gibberish by the criteria above."""
    if _SUSPECT.search(local) is None:
        return False
    base = local.partition("+")[0]
    if not base.isascii() or len(base) < 5:
        return False
    if base == base[0] * len(base) and base[0].isalpha():
        return True
    letters = base.strip("0123456789._-")
    if len(letters) >= 5 and any(letters in row for row in _ROWS):
        return True
    return any(_is_random(word) for word in _WORD.findall(base))


def _is_random(word: str) -> bool:
    if len(word) >= 8 and len(_SWITCH.findall(word)) >= 6:
        return True
    if _HEX.fullmatch(word):
        digits = sum(char.isdigit() for char in word)
        return digits >= 4 and len(word) - digits >= 4
    # Whatever is left of a long run after the clusters of real words are taken out is noise.
    return any(len(_CLUSTER.sub("", run)) >= 4 for run in _CONSONANTS.findall(word))
