"""The list of those who must not be written to: addresses and domains.

A cell with text before its `@` is an address, `@domain` or a bare domain is a domain. A domain stands for
itself alone; written with a leading dot or `*.` it stands for itself and all below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.checks.checker import AddressChecker
from emailcleaner.core.checks.data import parents
from emailcleaner.core.checks.duplicates import U64
from emailcleaner.core.checks.hostnames import read_domain
from emailcleaner.core.sliced import texts_of


class SuppressionSet:
    """Suppressed domains, and addresses by duplicate key: case and the job's merging do not matter."""

    def __init__(
        self,
        checker: AddressChecker,
        keys: U64,
        domains: AbstractSet[str],
        trees: AbstractSet[str] = frozenset(),
    ) -> None:
        self._checker = checker
        self._keys = np.unique(keys[keys != 0])
        self._domains = domains
        self._trees = trees

    @classmethod
    def from_cells(cls, cells: Iterable[pa.StringArray], checker: AddressChecker) -> SuppressionSet:
        """Read a suppression list. Cells that are neither address nor domain (a header, say) are left out."""
        keys: list[U64] = [np.empty(0, np.uint64)]
        domains: set[str] = set()
        trees: set[str] = set()
        for block in cells:
            checked = checker.check_batch(block)
            keys.append(checked.key[checked.key != 0])
            others = [other for _, other in checked.extra]
            keys.append(
                np.array([checker.duplicate_key(checker.check(other)) for other in others], np.uint64)
            )
            for cell in texts_of(block.filter(pa.array(checked.key == 0))):
                _add_domain(cell or "", domains, trees)
        return cls(checker, np.concatenate(keys), domains, trees)

    def __len__(self) -> int:
        return len(self._keys) + len(self._domains) + len(self._trees)

    def mark(self, normalized: pa.StringArray, domain: pa.DictionaryArray) -> npt.NDArray[np.bool_]:
        """Which rows of a checked block are suppressed."""
        names = map(self._holds_domain, texts_of(domain.dictionary))
        held = np.fromiter(names, np.bool_, len(domain.dictionary))
        marked: npt.NDArray[np.bool_] = held[domain.indices.to_numpy(zero_copy_only=False)]
        if len(self._keys) and len(marked):
            key = self._checker.keys(normalized, domain)
            place = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
            marked |= self._keys[place] == key
        return marked

    def one(self, address: str, domain: str) -> bool:
        """Whether one address (as in `AddressFinding.normalized`) is suppressed."""
        array = pa.array([domain], pa.string()).dictionary_encode()
        return bool(self.mark(pa.array([address], pa.string()), array)[0])

    def _holds_domain(self, domain: str) -> bool:
        return domain in self._domains or (
            bool(self._trees) and any(above in self._trees for above in parents(domain))
        )


def _add_domain(cell: str, domains: set[str], trees: set[str]) -> None:
    text = cell.strip().lstrip("@").rstrip(".")
    tree = text.startswith((".", "*."))
    host = read_domain(text.lstrip("*").lstrip("."))
    if host.reason is None and "." in host.ascii:
        (trees if tree else domains).add(host.ascii)
