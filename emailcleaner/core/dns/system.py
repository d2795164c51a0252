"""Which name servers this computer uses, and how a user names others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from emailcleaner.core.dns.guard import literal_address
from emailcleaner.core.errors import UserError

DNS_PORT: Final = 53
_RESOLV_CONF: Final = Path("/etc/resolv.conf")
#: resolv.conf(5): with no name server named, the one on this computer is meant.
_DEFAULT: Final = [("127.0.0.1", DNS_PORT)]


def system_servers(resolv_conf: Path = _RESOLV_CONF) -> list[tuple[str, int]]:
    """The name servers of the operating system, in its order, each once; never empty."""
    hosts = _windows_hosts() if sys.platform == "win32" else _hosts_of(resolv_conf)
    return [(host, DNS_PORT) for host in dict.fromkeys(hosts)] or list(_DEFAULT)


def parse_servers(text: str) -> list[tuple[str, int]]:
    """`127.0.0.1:5353,[::1]:53,9.9.9.9` as addresses and ports; port 53 where none is given.

    Raises `UserError` for anything that is not an address with or without a port.
    """
    servers = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        host, port = _split(item)
        if not _is_address(host) or not port.isdecimal() or not 0 < int(port) < 65536:
            raise UserError(
                f"{item!r} is not the address of a name server.",
                "Give addresses like 127.0.0.1:5353 or [::1]:53, separated by commas.",
            )
        servers.append((host, int(port)))
    if not servers:
        raise UserError("No name server is given.", "Give addresses like 127.0.0.1:5353 or [::1]:53.")
    return servers


def _split(item: str) -> tuple[str, str]:
    if item.startswith("["):
        host, bracket, rest = item[1:].partition("]")
        if not bracket:
            return "", ""
        return host, rest[1:] if rest.startswith(":") else (rest or str(DNS_PORT))
    if item.count(":") == 1:
        host, _, port = item.partition(":")
        return host, port
    return item, str(DNS_PORT)


def _is_address(host: str) -> bool:
    """Whether `host` is numeric; an IPv6 one may name its interface (`fe80::1%eth0`)."""
    return literal_address(host) is not None


def _hosts_of(resolv_conf: Path) -> list[str]:
    """The `nameserver` lines of resolv.conf(5)."""
    try:
        text = resolv_conf.read_text(encoding="ascii", errors="replace")
    except OSError:
        return []
    words = (line.split() for line in text.splitlines())
    return [w[1] for w in words if len(w) > 1 and w[0] == "nameserver" and _is_address(w[1])]


def _windows_hosts() -> list[str]:
    """What Windows keeps in its registry, as dnspython reads it."""
    import dns.resolver  # late: heavy, and only Windows needs it

    try:
        return [str(host) for host in dns.resolver.Resolver(configure=True).nameservers]
    except dns.resolver.NoResolverConfiguration:
        return []
