"""Verdicts for columns: the one rule table, asked once for each distinct set of findings.

A row's findings are packed into one integer; equal integers have equal verdicts, so a million rows
cost a few hundred calls of the same pure function that judges a single address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.model import (
    REASON_CODE,
    REASONS,
    Blame,
    Depth,
    DomainFinding,
    Findings,
    Flag,
    Reason,
    Verdict,
    flag_names,
)
from emailcleaner.core.sliced import column_of
from emailcleaner.core.verdicts import OF_CELL, judge, repeat_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Values of the `listed` column.
NOT_LISTED, SUPPRESSED, ALLOWLISTED = 0, 1, 2
_LISTED = {NOT_LISTED: None, SUPPRESSED: Reason.SUPPRESSED, ALLOWLISTED: Reason.ALLOWLISTED}

#: Domain classes below this number are not findings.
_NOT_ASKED, _NOT_CHECKED, _FIRST_FINDING = 0, 1, 2

_REASON_BITS, _FLAG_BITS, _LISTED_BITS = 8, 16, 2
_FLAG_SHIFT = _REASON_BITS
_LISTED_SHIFT = _FLAG_SHIFT + _FLAG_BITS
_CLASS_SHIFT = _LISTED_SHIFT + _LISTED_BITS


@dataclass(slots=True)
class DomainTable:
    """All domains of a job by number, with what DNS said of each."""

    names: list[str]
    classes: npt.NDArray[np.int32]  # by domain number; see `DomainClasses`
    mx_hosts: list[str]
    checked_ms: npt.NDArray[np.int64]


class DomainClasses:
    """Numbers for the distinct kinds of domain finding (evidence left out)."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Reason, Blame, Flag, str], int] = {}
        self._findings: list[DomainFinding] = []

    def number(self, finding: DomainFinding) -> int:
        """The class of a finding."""
        kind = (finding.reason, finding.blame, finding.flags, finding.provider)
        known = self._numbers.get(kind)
        if known is None:
            known = self._numbers[kind] = len(self._findings) + _FIRST_FINDING
            self._findings.append(finding)
        return known

    def findings_of(self, number: int) -> tuple[DomainFinding | None, Reason | None]:
        """What a class stands for: a finding, or the reason why there is none."""
        if number == _NOT_ASKED:
            return None, None
        if number == _NOT_CHECKED:
            return None, Reason.NOT_CHECKED
        return self._findings[number - _FIRST_FINDING], None

    def accepting(self) -> npt.NDArray[np.bool_]:
        """By class number: whether the domain takes mail."""
        found = [f.reason is Reason.DOMAIN_ACCEPTS for f in self._findings]
        return np.array([False] * _FIRST_FINDING + found, dtype=np.bool_)


class VerdictTable:
    """The distinct verdicts of a job by number."""

    def __init__(self, asked: Depth, classes: DomainClasses) -> None:
        self._asked = asked
        self._classes = classes
        self._numbers: dict[int, int] = {}
        self._duplicates: dict[tuple[int, Flag], int] = {}
        self.verdicts: list[Verdict] = []

    def numbers(
        self,
        reason: npt.NDArray[np.uint8],
        flags: npt.NDArray[np.uint32],
        listed: npt.NDArray[np.uint8],
        classes: npt.NDArray[np.int32],
    ) -> npt.NDArray[np.int32]:
        """The verdict number of each row."""
        packed = (
            reason.astype(np.int64)
            | flags.astype(np.int64) << _FLAG_SHIFT
            | listed.astype(np.int64) << _LISTED_SHIFT
            | classes.astype(np.int64) << _CLASS_SHIFT
        )
        encoded = pc.dictionary_encode(pa.array(packed))
        kinds = encoded.dictionary.to_numpy()
        known = np.fromiter((self._number(int(kind)) for kind in kinds), np.int32, len(kinds))
        if not len(known):
            return np.zeros(0, dtype=np.int32)
        found: npt.NDArray[np.int32] = known[encoded.indices.to_numpy(zero_copy_only=False)]
        return found

    def duplicates_of(
        self, firsts: npt.NDArray[np.int32], own: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.int32]:
        """Verdict numbers for rows that repeat rows with the verdict numbers `firsts`.

        `own` are the numbers they have by themselves: what is said of the cell stays theirs.
        """
        kinds = firsts.astype(np.int64) << 32 | own
        uniques, where = np.unique(kinds, return_inverse=True)
        repeated = [self._duplicate(int(kind) >> 32, int(kind) & 0xFFFFFFFF) for kind in uniques]
        return np.array(repeated, dtype=np.int32)[where] if repeated else firsts

    def _number(self, packed: int) -> int:
        known = self._numbers.get(packed)
        if known is None:
            known = self._numbers[packed] = self._add(self._judge(packed))
        return known

    def _duplicate(self, number: int, own: int) -> int:
        of_cell = self.verdicts[own].flags & OF_CELL
        known = self._duplicates.get((number, of_cell))
        if known is None:
            known = self._add(repeat_of(self.verdicts[number], of_cell))
            self._duplicates[number, of_cell] = known
        return known

    def _add(self, verdict: Verdict) -> int:
        self.verdicts.append(verdict)
        return len(self.verdicts) - 1

    def _judge(self, packed: int) -> Verdict:
        reason = REASONS[packed & 0xFF]
        domain, run = self._classes.findings_of(packed >> _CLASS_SHIFT)
        return judge(
            Findings(
                asked=self._asked,
                syntax=reason,
                flags=Flag(packed >> _FLAG_SHIFT & 0xFFFF),
                domain=domain if reason is None else None,
                listed=_LISTED[packed >> _LISTED_SHIFT & 3],
                run=run if reason is None else None,
            )
        )


def verdict_columns(verdicts: Sequence[Verdict], numbers: npt.NDArray[np.int32]) -> dict[str, pa.Array]:
    """The verdict columns of `columns.RESULTS_SCHEMA` for rows with these verdict numbers."""
    texts: dict[str, list[str]] = {
        "status": [v.status.value for v in verdicts],
        "reason": [v.reason.value for v in verdicts],
        "segment": [v.segment.value for v in verdicts],
        "rating": [v.rating.value for v in verdicts],
        "depth": [v.depth.value for v in verdicts],
        "blame": [v.blame.value for v in verdicts],
        "flags": [";".join(flag_names(v.flags, v.provider)) for v in verdicts],
        "provider": [v.provider for v in verdicts],
    }
    columns: dict[str, pa.Array] = {name: words(values, numbers) for name, values in texts.items()}
    scores = np.array([v.score for v in verdicts], dtype=np.uint8)
    columns["score"] = pa.array(scores[numbers] if len(scores) else np.zeros(0, np.uint8))
    return columns


def words(values: Sequence[str], numbers: npt.NDArray[np.int32]) -> pa.DictionaryArray:
    """A dictionary column: row i is `values[numbers[i]]`; equal values share one entry."""
    codes: dict[str, int] = {}
    code_of = np.fromiter((codes.setdefault(v, len(codes)) for v in values), np.int32, len(values))
    indices = code_of[numbers] if len(code_of) else np.zeros(0, dtype=np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(indices), column_of(codes))


def reason_codes(reasons: Iterable[Reason]) -> npt.NDArray[np.uint8]:
    """Reasons as the small numbers of the `reason` column."""
    return np.array([REASON_CODE[r] for r in reasons], dtype=np.uint8)


def not_checked_class() -> int:
    """The class of a domain that was to be asked and was not."""
    return _NOT_CHECKED
