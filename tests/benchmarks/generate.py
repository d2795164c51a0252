"""Makes realistic mailing lists of any size, the same for the same seed.

A million rows over 60,000 domains: big providers have most of the rows and the rest follow Zipf's law;
3 % are no addresses, 4 % repeat an earlier one, 2 % are disposable, some need repair. Built as columns,
since a list of ten millions must not take minutes.

    python -m tests.benchmarks.generate out.csv --rows 1000000
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

HEADER = ("id", "first_name", "last_name", "email", "company", "signed_up")
BLOCK_ROWS = 500_000
BAD_SHARE = 0.03
DUPLICATE_SHARE = 0.04
DISPOSABLE_SHARE = 0.02
ROLE_SHARE = 0.02
TYPO_SHARE = 0.005
REPAIR_SHARE = 0.01
PROVIDER_SHARE = 0.62

PROVIDERS = {
    "gmail.com": 30.0,
    "yahoo.com": 9.0,
    "hotmail.com": 7.0,
    "outlook.com": 5.0,
    "aol.com": 2.5,
    "icloud.com": 2.5,
    "live.com": 1.0,
    "gmx.de": 1.0,
    "web.de": 1.0,
    "hotmail.co.uk": 0.6,
    "yahoo.co.uk": 0.6,
    "orange.fr": 0.5,
    "comcast.net": 0.5,
    "proton.me": 0.4,
    "libero.it": 0.4,
}
DISPOSABLE = (
    "mailinator.com",
    "yopmail.com",
    "guerrillamail.com",
    "sharklasers.com",
    "trashmail.com",
    "10minutemail.com",
)
TYPOS = ("gmial.com", "gmail.con", "hotmial.com", "yaho.com", "outlok.com", "gmail.co")
ROLES = ("info", "sales", "support", "admin", "office", "contact", "billing", "hello")
FIRST = (
    "anna ben carla david emma felix greta hugo ines jan karin luca maria nina oscar paul quentin rosa simon "
    "tina uwe vera walter xenia yann zoe amir bea chen dana elif farid gina hana ivan jana kofi lena mila "
    "noah olga pedro ravi sara tom uma victor wanda yuki zara"
).split()
LAST_START = (
    "ander berg castel drei ester feld gruen hof iver jung kauf lind meier nord oster pfeil rau "
    "schnei tal ull"
).split()
LAST_END = "son mann er ini ez ova ski sen man stein bach hardt".split()
WORDS_START = (
    "alpha bright clear delta ever first green harbor iron jade key lumen metro north open prime quick river "
    "solid true"
).split()
WORDS_END = (
    "works labs soft media group tech trade line bank food build care craft data energy farm"
).split()
ENDINGS = (
    "com",
    "com",
    "com",
    "com",
    "net",
    "org",
    "de",
    "co.uk",
    "fr",
    "it",
    "nl",
    "es",
    "io",
    "eu",
    "ch",
    "com.au",
    "ca",
)
#: Cells that are no address; `{}` takes an otherwise good local part.
BAD_CELLS = (
    "{}.example.com",
    "{}..x@gmail.com",
    ".{}@gmail.com",
    "{}@",
    "{}@gmail",
    "{}@-bad-.com",
    "{}@exa mple.com",
    "{}@@gmail.com",
    "{}@mail_.com",
    "{}@gmail.nosuchtld",
    "n/a",
    "",
)
REPAIRABLE = (" {} ", "<{}>", "mailto:{}", "{},", "'{}'")

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What was put into a list: the exact shares, for a bench to check its results against."""

    path: Path
    rows: int
    domains: int
    bad: int
    duplicates: int
    disposable: int


def domain_names(count: int) -> list[str]:
    """The `count` domains a list is made from: the providers first, the rarest last."""
    names = list(PROVIDERS)
    words = [f"{a}{b}" for a in WORDS_START for b in WORDS_END]
    number = 0
    while len(names) < count:
        block, place = divmod(number, len(words))
        # 7919 is prime: neighbours in rank share neither word nor ending.
        word = words[place * 7919 % len(words)]
        names.append(f"{word}{block or ''}.{ENDINGS[(number * 31 + block) % len(ENDINGS)]}")
        number += 1
    return names[:count]


def generate(path: Path, rows: int, *, domains: int = 60_000, seed: int = 1) -> ListFacts:
    """Write a CSV of `rows` rows to `path`."""
    random = np.random.default_rng(seed)
    domains = max(len(PROVIDERS), min(domains, rows // 8))
    maker = _Maker(random, domains)
    bad = duplicates = disposable = 0
    with path.open("wb") as out:
        out.write(",".join(HEADER).encode() + b"\n")
        for start in range(0, rows, BLOCK_ROWS):
            block = maker.block(start, min(BLOCK_ROWS, rows - start))
            bad += block.bad
            duplicates += block.duplicates
            disposable += block.disposable
            _write(block.table, out)
    return ListFacts(path, rows, domains, bad, duplicates, disposable)


def _write(table: pa.Table, out: BinaryIO) -> None:
    """Only cells that need quotes have them, as most programs write them."""
    cells = [column.combine_chunks() for column in table.columns]
    lines = pc.binary_join_element_wise(*(_quoted(column) for column in cells), ",")
    ended = pc.binary_join_element_wise(lines, pa.scalar("\n"), "")
    _valid, offsets, text = ended.buffers()
    size = int(np.frombuffer(offsets, np.int32)[len(ended)])
    out.write(memoryview(text)[:size])


def _quoted(cells: pa.Array) -> pa.Array:
    needed = pc.match_substring_regex(cells, '[,"\n]')
    quoted = pc.binary_join_element_wise(
        pa.scalar('"'), pc.replace_substring(cells, '"', '""'), pa.scalar('"'), ""
    )
    return pc.if_else(needed, quoted, cells)


@dataclass(frozen=True, slots=True)
class _Block:
    table: pa.Table
    bad: int
    duplicates: int
    disposable: int


class _Maker:
    def __init__(self, random: np.random.Generator, domains: int) -> None:
        self._random = random
        self._domains = pa.array(domain_names(domains))
        self._tail = len(PROVIDERS) + self._random.permutation(domains - len(PROVIDERS))
        shares = np.array(list(PROVIDERS.values()))
        ranks = 1.0 / np.arange(1, domains - len(PROVIDERS) + 1)
        weights = np.concatenate(
            [shares / shares.sum() * PROVIDER_SHARE, ranks / ranks.sum() * (1 - PROVIDER_SHARE)]
        )
        self._cumulated = np.cumsum(weights / weights.sum())
        self._lasts = [a + b for a in LAST_START for b in LAST_END]
        self._dates = pa.array(
            [f"20{y}-{m:02}-{d:02}" for y in range(16, 27) for m in range(1, 13) for d in range(1, 29)]
        )
        self._companies = pa.array(
            [f"{w} {e}" for w in WORDS_START for e in ("Ltd", "GmbH", "Inc.", "SARL", "& Sons")]
            + [f"{w}, {e} Co." for w in WORDS_START[:4] for e in WORDS_END[:2]]
            + ['The "Good" Company', "Müller & Söhne", ""]
        )

    def block(self, start: int, rows: int) -> _Block:
        random = self._random
        first = random.integers(0, len(FIRST), rows)
        last = random.integers(0, len(self._lasts), rows)
        domain = self._choose_domains(rows)
        addresses = self._addresses(start, first, last, domain)
        kind = random.permutation(rows)  # each row gets one kind, by its place in a random order
        limits = np.cumsum(
            [
                int(share * rows)
                for share in (
                    BAD_SHARE,
                    DUPLICATE_SHARE,
                    DISPOSABLE_SHARE,
                    ROLE_SHARE,
                    TYPO_SHARE,
                    REPAIR_SHARE,
                )
            ]
        )
        bad, repeated, disposable, role, typo, repaired = np.split(kind, limits)[:6]
        for places, cells in (
            (disposable, self._with_domain(start, first, last, disposable, DISPOSABLE)),
            (typo, self._with_domain(start, first, last, typo, TYPOS)),
            (role, self._roles(start, domain, role)),
        ):
            addresses = _put(addresses, places, cells)
        originals = np.setdiff1d(np.arange(rows), np.concatenate([bad, repeated]), assume_unique=True)
        copied = np.sort(repeated)
        earlier = originals[
            np.minimum(random.integers(0, len(originals), len(copied)), np.searchsorted(originals, copied))
        ]
        addresses = _put(addresses, repaired, self._repairable(addresses.take(pa.array(repaired))))
        addresses = _put(addresses, copied, self._recased(addresses.take(pa.array(earlier))))
        addresses = _put(addresses, bad, self._bad(first, last, bad))
        table = pa.table(
            [
                pa.array(np.arange(start + 1, start + rows + 1)).cast(pa.string()),
                pc.utf8_capitalize(pa.array(FIRST).take(pa.array(first))),
                pc.utf8_capitalize(pa.array(self._lasts).take(pa.array(last))),
                addresses,
                self._companies.take(pa.array(random.integers(0, len(self._companies), rows))),
                self._dates.take(pa.array(random.integers(0, len(self._dates), rows))),
            ],
            names=list(HEADER),
        )
        return _Block(table, len(bad), len(copied), len(disposable))

    def _choose_domains(self, rows: int) -> Numbers:
        domain = np.searchsorted(self._cumulated, self._random.random(rows)).astype(np.int64)
        # The rarest of sixty thousand would often get no row at all: each gets one.
        sure = self._random.permutation(rows)[: min(len(self._tail), rows // 3)]
        domain[sure] = self._tail[: len(sure)]
        return np.minimum(domain, len(self._domains) - 1)

    def _locals(
        self, start: int, first: Numbers, last: Numbers, rows: Numbers, kinds: int | Numbers = 2
    ) -> pa.Array:
        # Providers refuse most punctuation (only the first two), companies take all of it.
        separators = pa.array([".", "", "_", "-", "."]).take(pa.array(rows % kinds))
        # A number that no other row has, in base 36 as people's digits are short.
        numbers = pa.array([np.base_repr(int(row) + start, 36).lower() for row in rows])
        return pc.binary_join_element_wise(
            pa.array(FIRST).take(pa.array(first[rows])),
            separators,
            pa.array(self._lasts).take(pa.array(last[rows])),
            numbers,
            "",
        )

    def _addresses(self, start: int, first: Numbers, last: Numbers, domain: Numbers) -> pa.Array:
        rows = np.arange(len(first), dtype=np.int64)
        kinds = np.where(domain < len(PROVIDERS), 2, 5)
        return pc.binary_join_element_wise(
            self._locals(start, first, last, rows, kinds), self._domains.take(pa.array(domain)), "@"
        )

    def _with_domain(
        self, start: int, first: Numbers, last: Numbers, rows: Numbers, names: tuple[str, ...]
    ) -> pa.Array:
        chosen = pa.array(names).take(pa.array(rows % len(names)))
        return pc.binary_join_element_wise(self._locals(start, first, last, rows), chosen, "@")

    def _roles(self, start: int, domain: Numbers, rows: Numbers) -> pa.Array:
        # Each role once at each small domain, so that no row repeats another by accident.
        rank = np.arange(len(rows)) + start // 7
        tail = len(self._domains) - len(PROVIDERS)
        chosen = len(PROVIDERS) + rank // len(ROLES) % tail
        roles = pa.array(ROLES).take(pa.array(rank % len(ROLES)))
        return pc.binary_join_element_wise(roles, self._domains.take(pa.array(chosen)), "@")

    def _repairable(self, addresses: pa.Array) -> pa.Array:
        return pa.array(
            [
                REPAIRABLE[place % len(REPAIRABLE)].format(text)
                for place, text in enumerate(addresses.to_pylist())
            ]
        )

    def _recased(self, addresses: pa.Array) -> pa.Array:
        upper = pa.array(self._random.random(len(addresses)) < 0.3)
        return pc.if_else(upper, pc.utf8_upper(addresses), addresses)

    def _bad(self, first: Numbers, last: Numbers, rows: Numbers) -> pa.Array:
        return pa.array(
            [BAD_CELLS[int(row) % len(BAD_CELLS)].format(FIRST[first[row]] + str(row)) for row in rows]
        )


def _put(column: pa.Array, places: Numbers, cells: pa.Array) -> pa.Array:
    """`column` with `cells` at `places`."""
    index = np.arange(len(column))
    index[places] = len(column) + np.arange(len(places))
    return pa.concat_arrays([column, cells]).take(pa.array(index))


def _arguments() -> Iterator[str]:
    parser = argparse.ArgumentParser(description="Make a realistic mailing list.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--domains", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    yield str(generate(told.out, told.rows, domains=told.domains, seed=told.seed))


if __name__ == "__main__":
    for line in _arguments():
        print(line)
