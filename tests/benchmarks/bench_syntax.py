"""Syntax, side by side: our whole check of addresses against email-validator (strict) and emval.

    python -m tests.benchmarks.bench_syntax [--rows N]

All three see the same mixed addresses, without DNS, in turn and round by round; the best round of each
counts. Ours does more in its time (repair, categories, roles, suggestions, duplicate keys). A disagreement
is an address that one calls well formed and the other not; where the policies differ on purpose (names set
aside for special use, top levels that do not exist, names that a provider never allowed, cells that are
repaired) it is counted apart and named.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import email_validator
import emval
import pyarrow as pa

from emailcleaner.core.checks import AddressChecker, load_check_data
from emailcleaner.core.model import REASONS, Flag, Reason
from tests.benchmarks.generate import BAD_CELLS, FIRST, LAST_END, LAST_START, PROVIDERS, ROLES, domain_names
from tests.benchmarks.measure import Row

RESOURCES = Path(__file__).parents[2] / "resources"
ROUNDS = 4
#: Where we are stricter on purpose: legal, and still nothing to send to.
OURS_ON_PURPOSE = {Reason.UNKNOWN_TLD, Reason.SPECIAL_USE_DOMAIN, Reason.PROVIDER_SYNTAX}
#: Beside the bad cells of the lists: international, quoted, long and otherwise unusual forms.
UNUSUAL = (
    "{}\u00e9@example.com",
    "{}@b\u00fccher.de",
    "{}@xn--bcher-kva.de",
    '"{} x"@example.com',
    "{}@[192.0.2.1]",
    "{}@example.test",
    "{}@" + "a" * 64 + ".com",
    "x" * 65 + "@example.com",
    "{}\u200b@example.com",
    "{}(c)@example.com",
)


def mixed_addresses(rows: int, seed: int = 1) -> list[str]:
    """Mostly usual addresses over many domains, one in thirty wrong, some unusual."""
    rng = random.Random(seed)
    domains = domain_names(max(len(PROVIDERS), rows // 16))
    names = list(PROVIDERS)
    odd = [cell for cell in (*BAD_CELLS, *UNUSUAL) if cell]
    return [_one(rng, names, domains, odd) for _ in range(rows)]


def measure(rows: int) -> list[Row]:
    """The rows of the table: two ratios and the disagreements."""
    addresses = mixed_addresses(rows)
    column = pa.array(addresses)
    data = load_check_data(RESOURCES)
    best = _race(
        {
            "ours": lambda: AddressChecker(data).check_batch(column),
            "email-validator": lambda: [by_email_validator(a) for a in addresses[: rows // 10]],
            "emval": lambda: [by_emval(a) for a in addresses],
        }
    )
    best["email-validator"] *= rows / len(addresses[: rows // 10])
    strays, on_purpose = disagreements(addresses, AddressChecker(data))
    print("not counted, policies differ on purpose:", dict(on_purpose))
    for stray in strays[:10]:
        print("disagreement:", stray)
    each = f"{best['ours'] / rows * 1e6:.2f} us an address"
    return [
        Row("syntax and categories against email-validator, how many times faster",
            best["email-validator"] / best["ours"], "x", 25, at_most=False, note=each),
        Row("syntax and categories against emval, how many times faster",
            best["emval"] / best["ours"], "x", 2.5, at_most=False),
        Row("disagreements with email-validator", len(strays), "", 0),
    ]  # fmt: skip


def disagreements(addresses: list[str], checker: AddressChecker) -> tuple[list[str], Counter[str]]:
    """Addresses judged otherwise than by email-validator, and how many differ on purpose, by reason."""
    batch = checker.check_batch(pa.array(addresses))
    strays = []
    on_purpose: Counter[str] = Counter()
    for address, code, flags in zip(addresses, batch.reason.tolist(), batch.flags.tolist(), strict=True):
        reason = REASONS[code]
        if by_email_validator(address) == (reason is None):
            continue
        if reason in OURS_ON_PURPOSE:
            on_purpose[reason.value] += 1
        elif flags & Flag.CORRECTED:
            on_purpose["corrected"] += 1
        else:
            strays.append(f"{address!r}: {reason}")
    return strays, on_purpose


def by_email_validator(address: str) -> bool:
    try:
        email_validator.validate_email(address, check_deliverability=False, strict=True)
    except email_validator.EmailNotValidError:
        return False
    return True


def by_emval(address: str) -> bool:
    try:
        emval.validate_email(address, deliverable_address=False)
    except (SyntaxError, ValueError):
        return False
    return True


def _one(rng: random.Random, providers: list[str], domains: list[str], odd: list[str]) -> str:
    last = rng.choice(LAST_START) + rng.choice(LAST_END)
    local = f"{rng.choice(FIRST)}{rng.choice(('.', '', '.'))}{last}{rng.choice(('', rng.randrange(1, 999)))}"
    kind = rng.random()
    if kind < 0.033:
        return rng.choice(odd).format(local)
    if kind < 0.05:
        local = rng.choice(ROLES)
    domain = rng.choice(providers) if kind < 0.6 else rng.choice(domains)
    return f"{local.title() if kind > 0.9 else local}@{domain}"


def _race(contestants: dict[str, Callable[[], object]]) -> dict[str, float]:
    best = dict.fromkeys(contestants, float("inf"))
    for _ in range(ROUNDS):
        for name, work in contestants.items():
            start = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    rows = measure(parser.parse_args().rows)
    for row in rows:
        print(row)
    return 0 if all(row.passed for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
