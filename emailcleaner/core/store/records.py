"""The values that the store takes and gives back besides those of `model`. No database here."""

from __future__ import annotations

from dataclasses import dataclass

from emailcleaner.core.model import CleanRequest, JobSummary


@dataclass(frozen=True, slots=True)
class PartRecord:
    """One part file: `rows` result rows of list `source`, beginning with row `row0`.

    `number` counts the parts of a job from 0, over all its lists. `sha256` is of the file's bytes.
    """

    number: int
    source: int
    file: str
    rows: int
    row0: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as kept: what is shown of it, what was asked for, and its summary once it is done."""

    summary: JobSummary
    request: CleanRequest
    summary_json: str = ""
