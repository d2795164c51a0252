"""Our list stage alone, in a process of its own: all of depth syntax but store, screens and report.

    python -m tests.benchmarks.list_stage LIST OUT [PORT]

Copy, guess, read, repair and check every address, find duplicates, and write one file a segment with the
source records as they stood. Put together as a job does it: two workers, blocks in flight. With the port of
a name server, the domains are asked too, while the list is being read.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.checks import (
    AddressChecker,
    AddressPolicy,
    CheckData,
    find_duplicates,
    load_check_data,
)
from emailcleaner.core.columns import CheckedBatch, IntakeBatch, RawBatch
from emailcleaner.core.lists import SpooledList, spool
from emailcleaner.core.model import Flag, ReadOptions, Reason
from emailcleaner.core.paths import resource_dir
from emailcleaner.core.ports import DomainSession

SEGMENTS = ("clean", "role_based", "disposable", "unknown", "invalid", "duplicate")
UNKNOWN, INVALID = np.uint8(SEGMENTS.index("unknown")), np.uint8(SEGMENTS.index("invalid"))
DUPLICATE = np.uint8(SEGMENTS.index("duplicate"))
IN_FLIGHT = 3

Codes = npt.NDArray[np.uint8]


def clean(source: Path, out: Path, port: int = 0) -> dict[str, int]:
    """Rows by segment."""
    data = load_check_data(resource_dir())
    with ThreadPoolExecutor(2) as pool, _session(port) as session:
        spooled = spool(source, source.name, ReadOptions(), out / "work")
        first = FirstPass(data, session)
        for future in _ahead(pool, first.check, spooled.batches(workers=pool)):
            first.put_by(*future.result())
        codes = first.codes()
        rows, _firsts = find_duplicates(np.concatenate(first.keys))
        codes[rows] = DUPLICATE
        _second_pass(spooled, codes, out, pool)
    counts = np.bincount(codes, minlength=len(SEGMENTS))
    return {name: int(count) for name, count in zip(SEGMENTS, counts, strict=True)}


class FirstPass:
    """Findings of the rows, and of the domains if there is a session."""

    def __init__(self, data: CheckData, session: DomainSession | None) -> None:
        self.keys: list[npt.NDArray[np.uint64]] = []
        self._data = data
        self._of_thread = threading.local()  # a checker is not for two threads at once
        self._session = session
        self._rows: list[Codes] = []
        self._row_domains: list[npt.NDArray[np.int32]] = []
        self._domains: dict[str, int] = {}

    def check(self, batch: IntakeBatch) -> tuple[Codes, CheckedBatch]:
        """One block, on a worker."""
        if not hasattr(self._of_thread, "checker"):
            self._of_thread.checker = AddressChecker(self._data, AddressPolicy())
        found = self._of_thread.checker.check_batch(batch.rows.column("cell"))
        codes = np.zeros(len(found.reason), np.uint8)
        codes[found.flags & np.uint32(Flag.ROLE) != 0] = SEGMENTS.index("role_based")
        codes[found.flags & np.uint32(Flag.DISPOSABLE) != 0] = SEGMENTS.index("disposable")
        codes[found.reason != 0] = INVALID
        return codes, found

    def put_by(self, codes: Codes, found: CheckedBatch) -> None:
        """Keep what is needed of a block, and ask about its domains."""
        self._rows.append(codes)
        self.keys.append(found.key)
        if self._session is not None:
            used = found.domain.indices.to_numpy(zero_copy_only=False)
            names = found.domain.dictionary.to_pylist()
            numbers = np.array([self._domains.setdefault(n, len(self._domains)) for n in names], np.int32)
            self._row_domains.append(numbers[used])
            good = np.unique(used[found.reason == 0])
            self._session.submit([names[code] for code in good])

    def codes(self) -> Codes:
        """The segment of each row, once all domains are known."""
        rows = np.concatenate(self._rows)
        if self._session is None:
            return rows
        of_domain = np.full(len(self._domains), INVALID, np.uint8)
        while self._session.pending:
            for finding in self._session.take(10.0):
                code = np.uint8(0) if finding.reason is Reason.DOMAIN_ACCEPTS else INVALID
                unsure = finding.reason in (Reason.DNS_TIMEOUT, Reason.DNS_FAILURE)
                of_domain[self._domains[finding.domain]] = UNKNOWN if unsure else code
        return np.maximum(rows, of_domain[np.concatenate(self._row_domains)])


def _session(port: int) -> AbstractContextManager[DomainSession | None]:
    if not port:
        return nullcontext()
    from emailcleaner.core.checks.domains import MailDomainChecker
    from emailcleaner.core.clock import SystemClock
    from emailcleaner.core.dns import DnsLimits, load_providers

    checker = MailDomainChecker(
        servers=[("127.0.0.1", port)],
        cache=None,
        clock=SystemClock(),
        limits=DnsLimits(),
        allow_private=False,
        providers=load_providers(resource_dir() / "data" / "mx_providers.toml"),
        seed=None,
    )
    opened: AbstractContextManager[DomainSession] = checker.session()
    return opened


def _second_pass(spooled: SpooledList, codes: Codes, out: Path, pool: ThreadPoolExecutor) -> None:
    end = pa.scalar((spooled.dialect.line_end or "\n").encode(), pa.large_binary())

    def divide(raw: RawBatch) -> list[pa.LargeBinaryArray]:
        lines = pc.binary_join_element_wise(raw.records, end, pa.scalar(b"", pa.large_binary()))
        mine = codes[raw.row0 : raw.row0 + len(lines)]
        return [lines.filter(pa.array(mine == code)) for code in range(len(SEGMENTS))]

    with ExitStack() as stack:
        files = [stack.enter_context((out / f"{name}.csv").open("wb", buffering=0)) for name in SEGMENTS]
        for file in files:
            file.write((spooled.header_raw or b"") + b"\n")
        for future in _ahead(pool, divide, spooled.raw_batches(workers=pool)):
            for file, lines in zip(files, future.result(), strict=True):
                _valid, offsets, text = lines.buffers()
                if len(lines):
                    spots = np.frombuffer(offsets, np.int64)
                    first, last = spots[lines.offset], spots[lines.offset + len(lines)]
                    file.write(memoryview(text)[int(first) : int(last)])


def _ahead(pool, work, blocks):  # type: ignore[no-untyped-def] # generic over what `work` makes
    """Futures of `work` on each block, in order, a few ahead."""
    waiting: deque[Future[object]] = deque()
    for block in blocks:
        waiting.append(pool.submit(work, block))
        if len(waiting) >= IN_FLIGHT:
            yield waiting.popleft()
    yield from waiting


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    (folder / "work").mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    segments = clean(Path(sys.argv[1]), folder, int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    print(json.dumps({"seconds": time.perf_counter() - started, "segments": segments}))
