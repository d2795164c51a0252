"""Whose mail exchangers they are: a table of host suffixes, kept as data (`mx_providers.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from emailcleaner.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Provider:
    """A mail provider. `trusted_hosts`: its exchangers are known to exist, so that they need no
    look-up of their addresses; not so where each customer has a host of its own.
    """

    name: str
    trusted_hosts: bool


class ProviderTable:
    """Providers by the suffix of their exchangers' names."""

    def __init__(self, suffixes: dict[str, Provider]) -> None:
        self._suffixes = suffixes
        # most hosts belong to none of them: their last two labels tell it at once
        self._endings = {".".join(suffix.rsplit(".", 2)[-2:]) for suffix in suffixes}

    def __len__(self) -> int:
        return len(self._suffixes)

    def of(self, host: str) -> Provider | None:
        """The provider of the exchanger `host` (lower case, no last dot); the longest suffix counts."""
        suffixes = self._suffixes
        if ".".join(host.rsplit(".", 2)[-2:]) not in self._endings:
            return None
        while host:
            found = suffixes.get(host)
            if found is not None:
                return found
            _, _, host = host.partition(".")
        return None


def load_providers(path: Path) -> ProviderTable:
    """Read the table. Raises `UserError` if the file is not there or not as it should be."""
    try:
        with path.open("rb") as file:
            entries = tomllib.load(file)["provider"]
        suffixes: dict[str, Provider] = {}
        for entry in entries:
            provider = Provider(str(entry["name"]), bool(entry["trusted_hosts"]))
            for suffix in entry["suffixes"]:
                if suffixes.setdefault(str(suffix), provider) is not provider:
                    raise ValueError(f"{suffix} belongs to two providers")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"The table of mail providers cannot be used: {error}.", "Install the program again."
        ) from error
    return ProviderTable(suffixes)
