"""Looking at lists before a job: their head, and exact counts. Nothing is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emailcleaner.core.errors import UserError
from emailcleaner.core.jobs.records import COUNTING
from emailcleaner.core.model import CleanRequest, ListPreview, ReadOptions
from emailcleaner.core.sliced import texts_of

if TYPE_CHECKING:
    from emailcleaner.core.bootstrap import Parts
    from emailcleaner.core.ports import CancelToken


@dataclass(frozen=True, slots=True)
class ListCounts:
    """What is in some lists together. `addresses` are the rows that have one, however good it is."""

    rows: int
    addresses: int
    duplicates: int
    domains: int
    malformed: int
    blank: int


def inspect(path: Path, options: ReadOptions) -> ListPreview:
    """The head of a list with everything guessed by content. Raises `UserError`."""
    from emailcleaner.core.lists import inspect as inspect_list

    return inspect_list(path, options)


def count(parts: Parts, sources: Sequence[str], options: ReadOptions, token: CancelToken) -> ListCounts:
    """Read lists through once and count. Raises `UserError`, or `Cancelled` by the token."""
    from emailcleaner.core.checks import find_duplicates
    from emailcleaner.core.lists import spool

    checker = parts.address_checker(CleanRequest(sources=tuple(sources), read=options))
    keys: list[npt.NDArray[np.uint64]] = []
    domains: set[str] = set()
    malformed = blank = 0
    with tempfile.TemporaryDirectory(dir=parts.home.jobs_dir, prefix=COUNTING) as folder:
        for number, source in enumerate(sources):
            if source == "-":
                raise UserError(
                    "Standard input can be read only once.", "Save it to a file to look at it first."
                )
            spooled = spool(Path(source), Path(source).name, options, Path(folder) / str(number), token)
            for batch in spooled.batches(token):
                token.check()
                checked = checker.check_batch(batch.rows.column("cell"))
                keys.append(checked.key)
                domains.update(texts_of(checked.domain.dictionary))
                malformed += batch.rejected.num_rows
                blank += batch.blank
    domains.discard("")
    every = np.concatenate(keys) if keys else np.zeros(0, dtype=np.uint64)
    duplicates, _ = find_duplicates(every)
    addresses = int(np.count_nonzero(every))
    return ListCounts(len(every), addresses, len(duplicates), len(domains), malformed, blank)
