"""Which addresses may be connected to: a table of the IANA special-purpose address registries.

`ipaddress.is_global` is no guard: addresses that carry an IPv4 address inside (mapped, NAT64, 6to4,
Teredo, ISATAP) and multicast pass it. Those are unwrapped here and judged by what is inside.
Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), multicast (RFC 5771,
RFC 4291); clouds' metadata services as their operators document them.
"""

from __future__ import annotations

from enum import IntEnum
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final


class Reach(IntEnum):
    """What an address is; the greater, the less it may be connected to.

    `PRIVATE`: real, but of one's own machine or network, or set aside for documentation and tests;
    allowed for laboratories. `FORBIDDEN`: never connected to, whatever is allowed.
    """

    PUBLIC = 0
    PRIVATE = 1
    FORBIDDEN = 2


_V4: Final[tuple[tuple[str, Reach], ...]] = (
    ("0.0.0.0/8", Reach.FORBIDDEN),  # "this network"
    ("10.0.0.0/8", Reach.PRIVATE),
    ("100.64.0.0/10", Reach.PRIVATE),  # shared by carriers (RFC 6598)
    ("100.100.100.200/32", Reach.FORBIDDEN),  # a cloud's metadata service
    ("127.0.0.0/8", Reach.PRIVATE),
    ("168.63.129.16/32", Reach.FORBIDDEN),  # a cloud's host agent
    ("169.254.0.0/16", Reach.FORBIDDEN),  # link-local, and metadata services
    ("172.16.0.0/12", Reach.PRIVATE),
    ("192.0.0.0/24", Reach.PRIVATE),  # IETF protocol assignments
    ("192.0.0.192/32", Reach.FORBIDDEN),  # a cloud's metadata service
    ("192.0.2.0/24", Reach.PRIVATE),  # documentation
    ("192.88.99.0/24", Reach.PRIVATE),  # 6to4 relays, withdrawn
    ("192.168.0.0/16", Reach.PRIVATE),
    ("198.18.0.0/15", Reach.PRIVATE),  # benchmarks
    ("198.51.100.0/24", Reach.PRIVATE),  # documentation
    ("203.0.113.0/24", Reach.PRIVATE),  # documentation
    ("224.0.0.0/4", Reach.FORBIDDEN),  # multicast
    ("240.0.0.0/4", Reach.FORBIDDEN),  # reserved, and limited broadcast
)
_V6: Final[tuple[tuple[str, Reach], ...]] = (
    ("::/128", Reach.FORBIDDEN),
    ("::1/128", Reach.PRIVATE),
    ("100::/64", Reach.FORBIDDEN),  # discard-only
    ("2001::/23", Reach.PRIVATE),  # IETF protocol assignments
    ("2001:db8::/32", Reach.PRIVATE),  # documentation
    ("3fff::/20", Reach.PRIVATE),  # documentation
    ("5f00::/16", Reach.FORBIDDEN),  # segment routing
    ("64:ff9b:1::/48", Reach.PRIVATE),  # local NAT64
    ("fc00::/7", Reach.PRIVATE),
    ("fd00:ec2::254/128", Reach.FORBIDDEN),  # a cloud's metadata service
    ("fd20:ce::254/128", Reach.FORBIDDEN),  # a cloud's metadata service
    ("fe80::/10", Reach.FORBIDDEN),  # link-local
    ("fec0::/10", Reach.PRIVATE),  # site-local, withdrawn
    ("ff00::/8", Reach.FORBIDDEN),  # multicast
)

_Range = tuple[int, int, Reach]
_V4_RANGES: Final[tuple[_Range, ...]] = tuple(
    (int(n.network_address), int(n.broadcast_address), r) for n, r in ((IPv4Network(t), r) for t, r in _V4)
)
_V6_RANGES: Final[tuple[_Range, ...]] = tuple(
    (int(n.network_address), int(n.broadcast_address), r) for n, r in ((IPv6Network(t), r) for t, r in _V6)
)
#: First octets under which nothing special lies: most addresses of the world.
_PLAIN_V4: Final = frozenset(
    octet for octet in range(256) if not any(low >> 24 <= octet <= high >> 24 for low, high, _ in _V4_RANGES)
)
_UNICAST_V6: Final = (0x2000 << 112, (0x4000 << 112) - 1)
_MAPPED: Final = 0xFFFF  # ::ffff:0:0/96
_TRANSLATED: Final = 0xFFFF_0000  # ::ffff:0:0:0/96 (RFC 2765)
_NAT64: Final = 0x64FF9B << 64  # 64:ff9b::/96
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)


def reach_of(packed: bytes) -> Reach:
    """What the address `packed` (4 or 16 octets, as in DNS) is.

    Raises `ValueError` for another size.
    """
    if len(packed) == 4:
        if packed[0] in _PLAIN_V4:
            return Reach.PUBLIC
        return _worst(int.from_bytes(packed, "big"), _V4_RANGES)
    if len(packed) != 16:
        raise ValueError("an address has 4 or 16 octets")
    number = int.from_bytes(packed, "big")
    inside = _wrapped(number)
    if inside is not None:
        return reach_of(inside)
    reach = _worst(number, _V6_RANGES)
    if reach is Reach.PUBLIC and not _UNICAST_V6[0] <= number <= _UNICAST_V6[1]:
        return Reach.FORBIDDEN  # not allocated to anyone
    return max((reach, *map(reach_of, _tunnelled(number))))


def is_routable(packed: bytes, *, allow_private: bool) -> bool:
    """Whether a mail server may be looked for at this address."""
    if len(packed) == 4 and packed[0] in _PLAIN_V4:
        return True
    reach = reach_of(packed)
    return reach is Reach.PUBLIC or (allow_private and reach is Reach.PRIVATE)


def literal_address(text: str) -> bytes | None:
    """The packed address that `text` is (`192.0.2.1`, `2001:db8::1`), or None for a name."""
    try:
        return ip_address(text).packed
    except ValueError:
        return None


def _worst(number: int, ranges: tuple[_Range, ...]) -> Reach:
    return max((r for low, high, r in ranges if low <= number <= high), default=Reach.PUBLIC)


def _wrapped(number: int) -> bytes | None:
    """The IPv4 address that an IPv6 address merely stands for."""
    high, low = number >> 32, number & 0xFFFF_FFFF
    if high in {_MAPPED, _TRANSLATED, _NAT64} or (high == 0 and low > 1):
        return low.to_bytes(4, "big")
    if number >> 112 == 0x2002:  # 6to4 (RFC 3056)
        return (number >> 80 & 0xFFFF_FFFF).to_bytes(4, "big")
    return None


def _tunnelled(number: int) -> list[bytes]:
    """The IPv4 addresses to which packets for an IPv6 address are carried."""
    low = number & 0xFFFF_FFFF
    if number >> 96 == 0x2001_0000:  # Teredo (RFC 4380): its server, and its client inverted
        server = number >> 64 & 0xFFFF_FFFF
        return [server.to_bytes(4, "big"), (low ^ 0xFFFF_FFFF).to_bytes(4, "big")]
    if number >> 32 & 0xFFFF_FFFF in _ISATAP:  # RFC 5214
        return [low.to_bytes(4, "big")]
    return []
