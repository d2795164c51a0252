"""The domain of an address: letters, labels, lengths, IDNA, special-use names and top levels.

Pure syntax (RFC 1035 §2.3, RFC 1123 §2.1, RFC 5890 ff., UTS 46); never asks DNS.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

import idna

from emailcleaner.core.model import Reason

#: RFC 1035 §2.3.4 less the root label and its length octet, and one label.
MAX_DOMAIN = 253
MAX_LABEL = 63

_HOSTNAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)
_FOREIGN = re.compile(r"[^a-z0-9._-]")
_GENERAL_LITERAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*:[!-Z^-~]+", re.ASCII)


class HostName(NamedTuple):
    """A domain as it goes on the wire (lower-case A-labels) and what is wrong with it, if anything.

    `ascii` is empty where `reason` leaves no domain to speak of.
    """

    ascii: str
    reason: Reason | None
    idn: bool = False


@lru_cache(maxsize=4096)
def read_domain(text: str) -> HostName:
    """Check the text right of the `@`, which is no domain literal. Linear in its length."""
    name = text
    idn = False
    if not text.isascii():
        # A label never gets shorter by its A-label, and the encoder's cost grows with the square.
        if len(text) > MAX_DOMAIN + 2:
            return HostName("", Reason.DOMAIN_TOO_LONG)
        try:
            name = idna.uts46_remap(text, std3_rules=False, transitional=False)
        except idna.IDNAError:
            return HostName("", Reason.BAD_IDN)
        idn = not name.isascii()
        if idn:
            dotted = _dots(name)
            if dotted is not None:
                return HostName("", dotted)
            try:
                name = ".".join(_a_label(label) for label in name.split("."))
            except (idna.IDNAError, UnicodeError):
                return HostName("", Reason.BAD_IDN)
    name = name.lower()
    reason = _ascii_reason(name)
    if reason is None and "--" in name:
        reason = _hyphens(name)
        idn = idn or ".xn--" in f".{name}"
    return HostName("" if reason else name, reason, idn)


def read_literal(text: str) -> HostName:
    """Check a domain literal, brackets included (RFC 5321 §4.1.3)."""
    inner = text[1:-1]
    if not text.endswith("]") or len(text) > MAX_DOMAIN + 2:
        return HostName("", Reason.BAD_DOMAIN_LABEL)
    try:
        if inner[:5].lower() == "ipv6:":
            if "%" in inner:
                return HostName("", Reason.BAD_DOMAIN_LABEL)
            return HostName(f"[IPv6:{ipaddress.IPv6Address(inner[5:])}]", None)
        return HostName(f"[{ipaddress.IPv4Address(inner)}]", None)
    except ValueError:
        good = _GENERAL_LITERAL.fullmatch(inner) and inner[:5].lower() != "ipv6:"
        return HostName(text, None) if good else HostName("", Reason.BAD_DOMAIN_LABEL)


def top_level_reason(name: str, *, tlds: AbstractSet[str], special_use: AbstractSet[str]) -> Reason | None:
    """Why no mail can go to the well-formed `name` whatever DNS says, if so.

    Names below .test, .local and the like are special (RFC 6761). A single label has no top level to
    lie under: RFC 5321 §2.3.5 wants fully-qualified names.
    """
    top = name.rpartition(".")[2]
    if top in special_use:
        return Reason.SPECIAL_USE_DOMAIN
    return None if top in tlds and "." in name else Reason.UNKNOWN_TLD


def _ascii_reason(name: str) -> Reason | None:
    if len(name) <= MAX_LABEL and _HOSTNAME.fullmatch(name):
        return None
    if not name:
        return Reason.BAD_DOMAIN_LABEL
    dotted = _dots(name)
    if dotted is not None:
        return dotted
    if _FOREIGN.search(name):
        return Reason.BAD_CHARACTER
    if len(name) > MAX_DOMAIN:
        return Reason.DOMAIN_TOO_LONG
    good = all(len(p) <= MAX_LABEL and p[0] not in "-_" and p[-1] != "-" for p in name.split("."))
    return None if good and "_" not in name else Reason.BAD_DOMAIN_LABEL


def _dots(name: str) -> Reason | None:
    if name.startswith(".") or name.endswith("."):
        return Reason.EDGE_DOT
    return Reason.DOUBLE_DOT if ".." in name else None


def _a_label(label: str) -> str:
    return label if label.isascii() else idna.alabel(label).decode("ascii")


def _hyphens(name: str) -> Reason | None:
    """`--` in third and fourth place is kept for A-labels (RFC 5891 §4.2.3.1), which must be true ones."""
    for label in name.split("."):
        if label[2:4] != "--":
            continue
        if not label.startswith("xn--"):
            return Reason.BAD_DOMAIN_LABEL
        try:
            if idna.alabel(idna.ulabel(label)).decode("ascii") != label:
                return Reason.BAD_IDN
        except (idna.IDNAError, UnicodeError):
            return Reason.BAD_IDN
    return None
