"""Lists that look like those of customers, the same at every run, and the DNS of their domains."""

from __future__ import annotations

import random
from pathlib import Path

from tests.servers.dns_server import Zone

_FIRST = "anna maria james john linda peter sofia lukas emma noah mia elena marco yuki priya omar".split()
_LAST = (
    "smith johnson garcia mueller rossi novak kowalski silva jensen dubois tanaka patel haddad berg".split()
)
_LARGE = "gmail.com yahoo.com outlook.com hotmail.com icloud.com web.de gmx.de orange.fr proton.me".split()
_SMALL = (
    "acme-industries.com northwind-traders.com globex-trading.org initech-systems.io umbrella-health.org "
    "stark-logistics.com wayne-properties.co.uk hooli-media.net"
).split()
_GONE = "oldshop-closed.com bluebird-travel.net".split()
_TYPO = "gmial.com hotmial.com yaho.com".split()
_THROW_AWAY = "mailinator.com yopmail.com guerrillamail.com".split()
_CITIES = "Berlin Paris Madrid Oslo Wien Zürich Milano London".split()


def fill_zone(zone: Zone) -> None:
    """Mail for the domains that take it; the others do not exist."""
    for name in (*_LARGE, *_SMALL, *_THROW_AWAY):
        zone.mx(name, (10, f"mx1.{name}"), (20, f"mx2.{name}"))
        zone.a(f"mx1.{name}", "93.184.216.34")
        zone.a(f"mx2.{name}", "93.184.216.35")


def write_list(path: Path, rows: int, *, seed: int = 4) -> Path:
    """A semicolon-separated customer list with the usual faults."""
    chance = random.Random(seed)
    lines = ["Customer;First name;Last name;Email;City;Since"]
    seen = ["anna.smith@gmail.com"]
    for number in range(rows):
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        address = _address(chance, first, last, seen)
        cell = '"' + address.replace('"', '""') + '"' if '"' in address else address
        day = f"20{chance.randint(10, 25)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
        lines.append(f"{10000 + number};{first.title()};{last.title()};{cell};{chance.choice(_CITIES)};{day}")
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8", newline="")
    return path


def _address(chance: random.Random, first: str, last: str, seen: list[str]) -> str:
    name = f"{first}.{last}{chance.choice(['', '', str(chance.randint(1, 999))])}"
    usual = f"{name}@{chance.choice(_LARGE + _SMALL)}"
    kind = chance.random()
    faults = (
        (
            0.03,
            lambda: chance.choice([usual.replace("@", ""), usual.replace("@", "@@"), f"{first}..{usual}"]),
        ),
        (0.06, lambda: f"{first}{chance.randint(1, 999)}@{chance.choice(_THROW_AWAY)}"),
        (0.10, lambda: f"{chance.choice(['info', 'sales', 'support', 'office'])}@{chance.choice(_SMALL)}"),
        (0.13, lambda: f"{name}@{chance.choice(_TYPO)}"),
        (0.16, lambda: f"{name}@{chance.choice(_GONE)}"),
        (0.20, lambda: chance.choice(seen).upper()),
        (0.21, lambda: ""),
        (0.23, lambda: f'"{first.title()} {last.title()}" <{usual}>'),
    )
    for limit, make in faults:
        if kind < limit:
            return make()
    seen.append(usual)
    return usual
