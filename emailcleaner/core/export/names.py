"""Names for folders that come from the names of lists: safe on every system, and unique.

Pure text. Whether such a folder exists is not looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_LIST_ENDING = re.compile(r"\.(csv|tsv|tab|txt|text|xlsx|xls|ods|jsonl|ndjson)$", re.IGNORECASE)
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])$", re.IGNORECASE)
#: Bytes that a name may take: file systems allow 255, and something may be put behind it.
_LONGEST = 120


def folder_name(list_name: str) -> str:
    """The name of a list without its ending, as a folder name that Windows and Linux both take."""
    text = unicodedata.normalize("NFC", list_name.encode("utf-8", "replace").decode("utf-8"))
    text = re.split(r"[/\\]", text)[-1]
    if text.lower().endswith(".gz"):
        text = text[:-3]
    text = _LIST_ENDING.sub("", text)
    text = "".join(char for char in text if unicodedata.category(char)[0] != "C")
    text = _FORBIDDEN.sub("_", text)
    text = text.encode()[:_LONGEST].decode("utf-8", "ignore")
    # Leading dots hide a folder, trailing dots and spaces Windows drops.
    text = text.strip(" .\u00a0\u2028\u2029") or "list"
    return f"{text}_" if _RESERVED.match(text.split(".")[0].rstrip()) else text


def folder_names(list_names: Iterable[str], taken: Iterable[str] = ()) -> Sequence[str]:
    """A different folder name for each list, none of `taken`, whatever the case of letters."""
    used = {name.casefold() for name in taken}
    names: list[str] = []
    for list_name in list_names:
        base = folder_name(list_name)
        name = base
        number = 2
        while name.casefold() in used:
            name = f"{base}-{number}"
            number += 1
        used.add(name.casefold())
        names.append(name)
    return names
