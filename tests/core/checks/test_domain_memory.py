from __future__ import annotations

import numpy as np
import pyarrow as pa

from emailcleaner.core.checks.domain_memory import DomainMemory
from emailcleaner.core.checks.duplicates import U64, hash_strings


def _recalled(memory: DomainMemory, names: list[str], hashes: U64 | None = None) -> list[int | None]:
    domains = pa.array(names, pa.string())
    known, numbers = memory.recall(domains, hash_strings(domains) if hashes is None else hashes)
    return [n if k else None for k, n in zip(known.tolist(), numbers.tolist(), strict=True)]


def _keep(memory: DomainMemory, names: list[str], numbers: list[int], hashes: U64 | None = None) -> None:
    domains = pa.array(names, pa.string())
    memory.keep(domains, hash_strings(domains) if hashes is None else hashes, np.array(numbers, np.int64))


def test_domains_that_were_kept_are_recalled_with_their_numbers() -> None:
    memory = DomainMemory()
    assert _recalled(memory, ["a.com", ""]) == [None, None]
    _keep(memory, ["a.com", "b.com"], [7, 8])
    _keep(memory, ["c.com", ""], [9, 10])
    assert _recalled(memory, ["c.com", "x.com", "a.com", "", "b.com"]) == [9, None, 7, 10, 8]


def test_domains_of_the_same_hash_never_share_a_number() -> None:
    memory = DomainMemory()
    same = np.array([2**63 + 1], np.uint64)
    _keep(memory, ["ordinary.com"], [1], same)
    assert _recalled(memory, ["mailinator.com"], same) == [None]
    _keep(memory, ["mailinator.com"], [2], same)
    assert _recalled(memory, ["mailinator.com", "ordinary.com"], same.repeat(2)) == [2, None]


def test_memory_is_bounded() -> None:
    memory = DomainMemory()
    for block in range(6):
        names = [f"d{number}.example{block}.com" for number in range(100_000)]
        _keep(memory, names, list(range(100_000)))
    assert _recalled(memory, ["d5.example0.com"]) == [None]
    assert _recalled(memory, ["d7.example5.com", "d99999.example5.com"])[1] == 99_999
