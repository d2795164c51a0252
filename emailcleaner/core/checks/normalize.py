"""From the text of a cell to the address or addresses in it.

Repairs what surrounds an address (display name, `mailto:`, quotes, brackets, spaces, zero-width characters,
punctuation at the edges) and never what is inside one: a wrong character stays for `syntax` to name.
Linear in the length of the cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from emailcleaner.core.checks.syntax import CONTROL
from emailcleaner.core.model import Reason

#: Says whether a text is an address that may be taken out of its surroundings.
Plausible = Callable[[str], bool]

_EDGE_SPACE = (
    " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_ZERO_WIDTH = "\u200b\u2060\ufeff\u00ad\u180e"
_JOINERS = "\u200c\u200d"
_EDGE = _EDGE_SPACE + _ZERO_WIDTH + _JOINERS
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile(f"[{_EDGE_SPACE}]")
_INVISIBLE = re.compile(f"[{_ZERO_WIDTH}]")
_LONELY_JOINER = re.compile(f"(?:(?<=[\x00-\x7f])|^)[{_JOINERS}]+|[{_JOINERS}]+(?=[\x00-\x7f]|$)")
_LETTER = re.compile(r"[^\W_]")
_AT_LOOKALIKE = re.compile("[\uff20\ufe6b]")

_OPENING = '<([{"\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb\u2039\u203a,;:*'
_CLOSING = ">)]}\"\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb\u2039\u203a,;:.!?'`*"
_QUOTED_LOCAL = re.compile(r'"(?:[^"\\]|\\.)*"@')
_SCHEME = re.compile(r"(?:mailto|e-?mail|mail|to|cc|bcc|from|smtp)\s*:\s*", re.IGNORECASE)
_MAILTO = re.compile(r"mailto\s*:\s*([^\s<>\"]*)", re.IGNORECASE)
_ANGLE = re.compile(r"<([^<>]*@[^<>]*)>")
_AROUND_AT = re.compile(r"\s+@\s*|@\s+")
_AROUND_DOT = re.compile(r"\s+\.\s*|\.\s+")
#: One word of ASCII with nothing at its edges to take off.
_TIDY = re.compile(r"[A-Za-z0-9.!#$%&+=?^_~-][A-Za-z0-9.!#$%&*+=?^_`{}~@-]*[A-Za-z0-9]", re.ASCII)
_DELIMITED = re.compile(r"[\s<>;,()\[\]{}\"'|/:]")
_BETWEEN = re.compile(r"[|/<>()]")
_LOWER_WORD = re.compile(r"[a-z0-9._-]+")
#: Words that stand before an address and are no part of it.
_LEADING_WORDS = frozenset(
    "mail email e-mail mailto contact contacts write to from at cc bcc address via or and und et y e o ou"
    " kontakt contacto contatto contato courriel correo adresse schreiben reply ask see my is the an".split()
)
#: No address is longer (RFC 5321 §4.5.3.1.3), repairs that join parts need look no further.
_LONGEST_JOINED = 320


class Reading(NamedTuple):
    """What a cell holds: addresses in their order, whether the first one was repaired, or a refusal.

    With `refused` set to a reason, `addresses` holds the cleaned text, or nothing if there is none.
    """

    addresses: tuple[str, ...]
    corrected: bool
    refused: Reason | None = None


def read_cell(cell: str, plausible: Plausible) -> Reading:
    """Find the addresses of `cell`."""
    if _TIDY.fullmatch(cell):
        return Reading((cell,), False, None if "@" in cell else Reason.MISSING_AT)
    text = cell.strip(_EDGE)
    if not (text.isascii() and text.isprintable()):
        refused = _refusal(text)
        if refused is not None:
            return Reading((text,), False, refused)
        text = _without_invisible(text)
    if ":" in text and "mailto" in text.lower():
        text = _MAILTO.sub(_from_mailto, text).strip(_EDGE)
        refused = _refusal(text)
        if refused is not None:
            return Reading((text,), False, refused)
    if "@" not in text:
        if _LETTER.search(text) is None:
            return Reading((), False, Reason.EMPTY)
        return Reading((text,), text != cell, Reason.MISSING_AT)
    found = _addresses(text, plausible)
    return Reading(
        found, found[0] != cell and (len(found) == 1 or not cell.lstrip(_EDGE).startswith(found[0]))
    )


def _refusal(text: str) -> Reason | None:
    if CONTROL.search(text):
        return Reason.CONTROL_CHARACTER
    return Reason.UNSAFE_UNICODE if _BIDI.search(text) else None


def _without_invisible(text: str) -> str:
    text = _INVISIBLE.sub("", _SPACES.sub(" ", text))
    text = _LONELY_JOINER.sub("", text).strip(_EDGE)
    if "@" not in text and len(_AT_LOOKALIKE.findall(text)) == 1:
        return _AT_LOOKALIKE.sub("@", text)
    return text


def _from_mailto(match: re.Match[str]) -> str:
    """The addresses of a mailto link (RFC 6068 §2), without its headers."""
    return unquote(match.group(1).partition("?")[0])


def _addresses(text: str, plausible: Plausible) -> tuple[str, ...]:
    if plausible(text):
        return (text,)
    edged = clean_edges(text)
    if edged and not _DELIMITED.search(edged):
        return (edged,)
    joined = _joined(text, plausible)
    if joined:
        return (joined,)
    tokens = list(_tokens(text))
    found = tuple(dict.fromkeys(token for token in tokens if token))
    if len(found) > 1:
        return found
    if not found:
        return (edged or text,)
    if _is_ambiguous(text, found[0]):
        return (text,)
    if not plausible(found[0]) and found[0] not in text.split():
        return (text,)
    return found


def clean_edges(token: str) -> str:
    """`token` without the quotes, brackets, punctuation and scheme around an address."""
    if token.isalnum() or (token[:1].isalnum() and token[-1:].isalnum() and ":" not in token):
        return token
    token = token.strip(_EDGE)
    if _QUOTED_LOCAL.match(token) is None:
        token = token.lstrip(_OPENING + _EDGE)
    scheme = _SCHEME.match(token)
    if scheme is not None:
        token = token[scheme.end() :].lstrip(_OPENING + _EDGE)
    closing = _CLOSING.replace("]", "") if "@[" in token else _CLOSING
    stripped = token.rstrip(closing + _EDGE)
    if token.endswith("'") and stripped.startswith("'") and "@" in stripped:
        return stripped[1:]
    return stripped


def _joined(text: str, plausible: Plausible) -> str:
    """One address written with spaces around its `@` or its dots, if that is all the cell holds."""
    if len(text) > _LONGEST_JOINED or text.count("@") != 1 or " " not in text:
        return ""
    local, _, domain = _AROUND_AT.sub("@", text).partition("@")
    address = clean_edges(f"{local}@{_AROUND_DOT.sub('.', domain)}")
    return address if " " not in address and plausible(address) else ""


def _tokens(text: str) -> Iterator[str]:
    """The pieces of `text` that hold an `@`, cleaned, in their order."""
    start = 0
    for match in _ANGLE.finditer(text):
        mailbox = list(_words(match.group(1)))
        # A display name that is the address itself says nothing new; another address must not get lost.
        known = {address.casefold() for address in mailbox}
        named = [w for w in _words(text[start : match.start()]) if w.casefold() not in known]
        is_name = len(named) == 1 and clean_edges(text[start : match.start()]) == named[0]
        yield from [*mailbox, *named] if is_name else [*named, *mailbox]
        start = match.end()
    yield from _words(text[start:])


def _words(text: str) -> Iterator[str]:
    for word in text.split():
        if "@" in word:
            for piece in _split_word(word):
                cleaned = clean_edges(piece)
                if "@" in cleaned:
                    yield cleaned


def _split_word(word: str) -> Iterator[str]:
    """Split at semicolons, and at commas that follow an address (`john,doe@x.com` is a slip, no list)."""
    for part in word.split(";"):
        current = ""
        for piece in part.split(","):
            current = f"{current},{piece}" if current else piece
            if "@" in current:
                yield from _split_crowd(current)
                current = ""


def _split_crowd(piece: str) -> Iterator[str]:
    """Addresses with a bar, a slash or brackets between them; a piece with one `@` stays as it is."""
    parts = [part for part in _BETWEEN.split(piece) if part] if piece.count("@") > 1 else []
    if parts and all(0 < part.find("@") < len(part) - 1 for part in parts):
        yield from parts
    else:
        yield piece


def _is_ambiguous(text: str, address: str) -> bool:
    """`john smith@example.com`: two words, and the space may well be a slip inside the local part."""
    words = text.split()
    if len(words) != 2 or words[1] != address:
        return False
    return _LOWER_WORD.fullmatch(words[0]) is not None and words[0].rstrip(".") not in _LEADING_WORDS
