"""The lists behind the checks: top levels, throw-away and free domains, roles, typing errors.

Reads the text files of `resources/data/` (one entry a line, `#` begins a comment line); their origin
stands in `resources/SOURCES.md`. Judges nothing: what an entry means is decided in `categories`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emailcleaner.core.errors import UserError
from emailcleaner.core.model import Flag

#: Some two thousand entries.
_CHARACTERS_AT_ONCE = 32_768
_SECTORS = {"gov": Flag.GOV, "edu": Flag.EDU, "mil": Flag.MIL}

#: The names under which `CheckData.disposable_sources` reports its lists.
DISPOSABLE_LISTS = ("disposable-email-domains", "MailChecker", "Email Cleaner")


@dataclass(frozen=True, slots=True, eq=False)
class CheckData:
    """All lists, in memory; shared by every checker and never changed.

    `disposable` holds one set for each name of `DISPOSABLE_LISTS`. `sectors` maps a suffix to
    `Flag.GOV`, `EDU` or `MIL`; `typos` a mistyped domain to the right one; `typo_tlds` likewise.
    """

    tlds: frozenset[str]
    special_use: frozenset[str]
    disposable: tuple[frozenset[str], ...]
    not_disposable: frozenset[str]
    free: frozenset[str]
    known_providers: frozenset[str]
    aliases: frozenset[str]
    roles: frozenset[str]
    sectors: dict[str, Flag]
    typos: dict[str, str]
    typo_tlds: dict[str, str]

    def disposable_sources(self, domain: str) -> tuple[str, ...]:
        """The names of the lists that call `domain` (or a domain above it) disposable."""
        chain = tuple(parents(domain))
        if not self.not_disposable.isdisjoint(chain):
            return ()
        named = zip(DISPOSABLE_LISTS, self.disposable, strict=True)
        return tuple(name for name, entries in named if not entries.isdisjoint(chain))


def parents(domain: str) -> Iterator[str]:
    """`domain` and every domain above it but the top level: a.b.com, b.com."""
    start = 0
    while (dot := domain.find(".", start)) >= 0:
        yield domain[start:]
        start = dot + 1


def load_check_data(resource_dir: Path) -> CheckData:
    """Read the lists below `resource_dir` (the folder that holds `data/`).

    Raises `UserError` if a list is missing, since a check without its list would lie.
    """
    folder = resource_dir / "data"
    known = _entries(folder / "free_known.txt")
    aliases = _entries(folder / "aliases.txt")
    return CheckData(
        tlds=_entries(folder / "tlds.txt"),
        special_use=_entries(folder / "special_use.txt"),
        disposable=(
            _entries(folder / "disposable_email_domains.txt"),
            _entries(folder / "disposable_mailchecker.txt"),
            _entries(folder / "disposable_own.txt"),
        ),
        not_disposable=_entries(folder / "disposable_not.txt") | known | aliases,
        free=_entries(folder / "free_email_domains.txt") | known,
        known_providers=known,
        aliases=aliases,
        roles=_entries(folder / "roles.txt"),
        sectors={k: _SECTORS[v] for k, v in _pairs(folder / "sectors.txt").items()},
        typos=_pairs(folder / "typos.txt"),
        typo_tlds=_pairs(folder / "typo_tlds.txt"),
    )


def _lines(path: Path) -> Iterator[list[str]]:
    """The entries of a list, some thousands at a time: other threads shall not wait for all of them."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise UserError(
            f"The list {path.name} could not be read.", "Install Email Cleaner again.", exit_code=1
        ) from error
    head = 0
    while text.startswith("#", head):
        head = text.index("\n", head) + 1
    while head < len(text):
        end = text.find("\n", head + _CHARACTERS_AT_ONCE)
        end = len(text) if end < 0 else end + 1
        yield text[head:end].split("\n")
        head = end


def _entries(path: Path) -> frozenset[str]:
    entries: set[str] = set()
    for lines in _lines(path):
        entries.update(lines)
    entries.discard("")
    return frozenset(entries)


def _pairs(path: Path) -> dict[str, str]:
    pairs = (line.partition(" ") for lines in _lines(path) for line in lines if line)
    return {left: right for left, _, right in pairs}
