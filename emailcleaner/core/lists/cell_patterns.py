"""What cells look like: an address, a domain, the heading of an address column.

Patterns only, all of them linear; whoever asks decides what follows from it.
"""

from __future__ import annotations

import re

#: A longer cell is no single address, whatever is in it.
_ADDRESS_LENGTH = 500
#: One address filling a cell, perhaps with a name before it.
_ONE_ADDRESS = re.compile(
    r"\s*(?:mailto:)?[\"'(<]*[^\s@,;|<>\"]+@[^\s@,;|<>\"]+[\"')>]*[.,;]?\s*"
    r"|[^@]*<\s*[^\s@<>]+@[^\s@<>]+\s*>\s*",
    re.IGNORECASE,
)
SOME_ADDRESS = re.compile(r"[^\s@,;|<>\"]@[^\s@,;|<>\"]+")
ONE_DOMAIN = re.compile(r"\s*@?(?:[\w-]+\.)+[\w-]{2,}\.?\s*\Z")
_MAIL_WORD = (
    r"e[\s_-]?mail|mail|correo|courriel|e[\s_-]?post|почта|имейл|メール|邮箱|邮件|電子郵件|郵箱"
    r"|이메일|البريد|ηλεκτρονικ"
)
MAIL_HINT = re.compile(rf"(?:{_MAIL_WORD})", re.IGNORECASE)
#: Cells that are nothing but the heading of an address column.
_HEADING = re.compile(
    rf"\W*+(?:(?:{_MAIL_WORD})s?(?:[\s_-]*+(?:add?ress(?:e[ns]?)?|id|list|\d))*+|address(?:es)?)\W*+",
    re.IGNORECASE,
)
_DOMAIN_HEADING = re.compile(r"\W*+(?:domains?|hosts?|suppress\w*|block\w*)\W*+", re.IGNORECASE)
#: Mail columns of somebody else than the person in the row.
OTHER_PERSON = re.compile(
    r"owner|manager|sender|from|rep\b|agent|refer|parent|creat|assign|sales|updated|by\b", re.IGNORECASE
)


def is_one(cell: str, *, domains: bool) -> bool:
    """Whether a cell is one address (or domain) and nothing else."""
    if len(cell) > _ADDRESS_LENGTH:
        return False
    return bool("@" in cell and _ONE_ADDRESS.fullmatch(cell)) or bool(domains and ONE_DOMAIN.match(cell))


def is_heading(cell: str, *, domains: bool = False) -> bool:
    """Whether a cell is nothing but the heading of a column of addresses (or domains)."""
    if len(cell) > _ADDRESS_LENGTH:
        return False
    return bool(_HEADING.fullmatch(cell)) or bool(domains and _DOMAIN_HEADING.fullmatch(cell))
