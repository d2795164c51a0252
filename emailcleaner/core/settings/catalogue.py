"""Every setting, declared once: its section and name, type, default, limits, and what it means in words.

Only settings that do something are here. This module reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

Value = bool | int | float | str | tuple[str, ...]


class Kind(StrEnum):
    """What values a setting takes."""

    SWITCH = "switch"
    WHOLE = "whole number"
    NUMBER = "number"
    TEXT = "text"
    TEXTS = "list of texts"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `key` is `section.name`; `environment` are the variables that give it, the first one
    first.

    `restart`: whether a running program takes a change only at its next start. Limits are inclusive.
    """

    key: str
    kind: Kind
    default: Value
    label: str
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    restart: bool = False
    environment: tuple[str, ...] = ()


def _declare(kind: Kind, default: Value, label: str, explanation: str, **more: Any) -> Any:
    """A field of a section with its declaration; `Any`, so that the field can have its own type."""
    declared = {"kind": kind, "default": default, "label": label, "help": explanation, **more}
    return field(default=default, metadata={"setting": declared})


@dataclass(frozen=True, slots=True)
class DnsSettings:
    """How domains are asked."""

    servers: tuple[str, ...] = _declare(
        Kind.TEXTS, (), "Name servers",
        "Which name servers are asked, as address or address:port. Empty: those of the system.",
    )  # fmt: skip
    window: int = _declare(
        Kind.WHOLE, 1024, "Questions at a time",
        "How many questions may wait for their answers at the same time.",
        minimum=1, maximum=8192,
    )  # fmt: skip
    rate: float = _declare(
        Kind.NUMBER, 50_000.0, "Questions a second",
        "How many questions a second are sent at most; 0: no limit. Lower it for a public name server.",
        minimum=0, maximum=1_000_000,
    )  # fmt: skip
    deadline: float = _declare(
        Kind.NUMBER, 10.0, "Patience for one question (s)",
        "After how many seconds, repetitions included, a question counts as not answered.",
        minimum=0.5, maximum=120,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """What may be connected to."""

    allow_private: bool = _declare(
        Kind.SWITCH, False, "Private addresses are reachable",
        "Accept mail servers at private and loopback addresses, as in a laboratory.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """Which addresses are taken that are legal but seldom usable, and what counts as the same address."""

    allow_quoted: bool = _declare(
        Kind.SWITCH, False, "Quoted addresses",
        'Accept quoted local parts such as "a b"@example.com (RFC 5321 section 4.1.2).',
    )  # fmt: skip
    allow_literal: bool = _declare(
        Kind.SWITCH, False, "Address literals",
        "Accept addresses of hosts by number, such as user@[192.0.2.1] (RFC 5321 section 4.1.3).",
    )  # fmt: skip
    allow_special_use: tuple[str, ...] = _declare(
        Kind.TEXTS, (), "Special domains",
        "Special-use domains (RFC 6761) that are taken as ordinary ones, such as test.",
    )  # fmt: skip
    merge_gmail_dots: bool = _declare(
        Kind.SWITCH, False, "Ignore dots at Gmail",
        "Addresses at Gmail that differ only in dots are duplicates.",
    )  # fmt: skip
    merge_plus_tags: bool = _declare(
        Kind.SWITCH, False, "Ignore plus tags",
        "Addresses that differ only in a +tag are duplicates, where the provider ignores tags.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is written into the log."""

    level: str = _declare(
        Kind.CHOICE, "INFO", "Level", "How much is logged.",
        choices=("DEBUG", "INFO", "WARNING", "ERROR"), restart=True, environment=("LOG_LEVEL",),
    )  # fmt: skip
    console: bool = _declare(
        Kind.SWITCH, False, "Log to the console", "Write the log to standard error too.", restart=True,
    )  # fmt: skip
    retention_days: int = _declare(
        Kind.WHOLE, 30, "Days kept", "After how many days log files are deleted.",
        minimum=1, maximum=3650, restart=True,
    )  # fmt: skip
    size_mb: int = _declare(
        Kind.WHOLE, 200, "Size kept (MB)", "How large all log files together may grow.",
        minimum=1, maximum=100_000, restart=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where the database is."""

    url: str = _declare(
        Kind.TEXT, "", "Database",
        "The database as sqlite:///path. Empty: a file in the data folder.",
        restart=True, environment=("DATABASE_URL",),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one start of the program."""

    dns: DnsSettings = DnsSettings()
    network: NetworkSettings = NetworkSettings()
    checks: CheckSettings = CheckSettings()
    log: LogSettings = LogSettings()
    database: DatabaseSettings = DatabaseSettings()

    @property
    def database_url(self) -> str:
        """`database.url`: empty where the database is a file in the data folder."""
        return self.database.url


def _catalogue() -> dict[str, Setting]:
    found: dict[str, Setting] = {}
    for section in fields(Settings):
        for item in fields(getattr(Settings(), section.name)):
            declared: dict[str, Any] = dict(item.metadata["setting"])
            key = f"{section.name}.{item.name}"
            own = f"EMAILCLEANER_{section.name}_{item.name}".upper()
            declared["environment"] = (own, *declared.get("environment", ()))
            found[key] = Setting(key=key, **declared)
    return found


#: All settings by key, in the order in which they are shown.
CATALOGUE = _catalogue()

#: The names of the sections.
SECTIONS = tuple(section.name for section in fields(Settings))
