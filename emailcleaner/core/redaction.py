"""Takes personal data and secrets out of text that goes to a log.

An address becomes `a:<12 hex digits>@<class of domain>`: a keyed hash, so that one log can tell that it is
the same address again, and nobody can tell whose. What looks like an address is one here: better a word too
many than a person in a log. This module reads no file and writes none.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

_CLASSES = ("free", "gov", "edu", "mil", "other")

_FREE = frozenset(
    {
        *("gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "outlook.com", "hotmail.com", "live.com"),
        *("msn.com", "icloud.com", "me.com", "aol.com", "proton.me", "protonmail.com", "zoho.com"),
        *("gmx.de", "gmx.net", "gmx.com", "web.de", "mail.ru", "yandex.ru", "qq.com", "163.com", "126.com"),
    }
)

# Characters that end an unquoted local part, and those that end a domain, in running text.
_LOCAL = r"""[^\s@<>()\[\],;:"\\]"""
_DOMAIN = r"""[^\s@<>()\[\],;:"'\\/?#&=|{}`]"""

# Possessive quantifiers and the look-behind keep this linear: a run of characters is looked at once.
_ADDRESS = re.compile(
    rf"""
    (?P<done> a:[0-9a-f]{{12}}@(?:{"|".join(_CLASSES)}) (?! [\w-] | \.[\w-] ) )
  | (?P<local> "(?:[^"\\]|\\.){{0,200}}+" | (?<!{_LOCAL}) {_LOCAL}++ )
    (?: @ | [ \t]{{1,3}} @ [ \t]{{1,3}} )
    (?P<domain> \[[^\]\s]{{0,300}}\] | {_DOMAIN}*+ )
    """,
    re.VERBOSE,
)

# Other ways to write the sign between the two parts: percent-encoded, full-width, small.
_AT_SIGNS = re.compile(r"%40|[\uff20\ufe6b]")

_URL = re.compile(
    r"""\b([A-Za-z][A-Za-z0-9+.\-]{1,20}://)   # scheme
        (?:[^\s/?\#"'<>]*@)?                   # user and password
        ([^\s?\#"'<>]*)                        # host and path
        (\?[^\s\#"'<>]*)?(\#[^\s"'<>]*)?       # query, fragment
    """,
    re.VERBOSE,
)

_SECRETS = (
    (re.compile(r"\b(ev_|whsec_|sk_|pk_)[A-Za-z0-9+/=_\-]{4,}"), r"\1***"),
    (re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{12,}"), r"\1***"),
    (re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+(\.[A-Za-z0-9_\-]*)*"), "jwt:***"),
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9+/=_.~\-]+", re.IGNORECASE), r"\1 ***"),
)

_SECRET_NAME = re.compile(
    r"password|passwd|secret|token|authorization|api_?key|private_?key|credential", re.IGNORECASE
)

_HIDDEN = "***"


class NotRedactedError(Exception):
    """Something that looks like an address is left: the text must not be written anywhere."""


class Redactor:
    """Redacts with one key; the same address gives the same pseudonym as long as the key is the same."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def value(self, value: Any, name: str = "") -> Any:
        """A JSON-like value with all its texts redacted; a value whose name says that it is secret is hidden.

        What is no JSON-like value is redacted as its text. Raises `NotRedactedError`.
        """
        if name and _SECRET_NAME.search(name):
            return _HIDDEN
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, Mapping):
            return {self.text(str(k)): self.value(v, str(k)) for k, v in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.value(item) for item in value]
        return self.text(str(value))

    def text(self, text: str) -> str:
        """The text without addresses and secrets. Raises `NotRedactedError` when one is left."""
        if "://" in text:
            text = _URL.sub(_bare_url, text)
        for pattern, instead in _SECRETS:
            text = pattern.sub(instead, text)
        text = _AT_SIGNS.sub("@", text)
        if "@" not in text:
            return text
        text = _ADDRESS.sub(self._replacement, text)
        if any(not found["done"] for found in _ADDRESS.finditer(text)):
            raise NotRedactedError
        return text

    def pseudonym(self, local: str, domain: str) -> str:
        """What stands for an address."""
        normalized = f"{unicodedata.normalize('NFC', local)}@{_ascii_domain(domain)}"
        digest = hmac.new(self._key, normalized.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"a:{digest.hexdigest()[:12]}@{_domain_class(domain)}"

    def _replacement(self, found: re.Match[str]) -> str:
        if found["done"]:
            return found[0]
        local, domain = found["local"], found["domain"]
        lead = local[: len(local) - len(local.lstrip("'`"))]
        # A full stop at the end is the sentence's.
        tail = domain[len(domain.rstrip(".")) :]
        return f"{lead}{self.pseudonym(local[len(lead) :], domain.rstrip('.'))}{tail}"


def _bare_url(found: re.Match[str]) -> str:
    before, at, _ = f"{found[3] or ''}{found[4] or ''}".replace("%40", "@").partition("@")
    if at and "=" not in before:  # no parameter: a local part may hold ? and #, and began in the "host"
        return f"{found[1]}{_HIDDEN}"
    query = f"?{_HIDDEN}" if found[3] else ""
    return f"{found[1]}{found[2]}{query}"


def _ascii_domain(domain: str) -> str:
    lowered = domain.lower()
    if lowered.isascii():
        return lowered
    try:
        return lowered.encode("idna").decode("ascii")
    except UnicodeError:
        return lowered


def _domain_class(domain: str) -> str:
    lowered = domain.lower()
    if lowered in _FREE:
        return "free"
    for label in lowered.split(".")[-2:]:  # example.edu, example.gov.uk
        if label in ("gov", "edu", "mil"):
            return label
    return "other"
