"""Writing results where the user wants them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emailcleaner.core.model import OutputFormat, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import numpy.typing as npt

    from emailcleaner.core.errors import UserError
    from emailcleaner.core.model import JobId
    from emailcleaner.core.services import JobResults, Services
    from emailcleaner.ui.bridge import Task
    from emailcleaner.ui.session import Session


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: rows, and the file or folder to show."""

    rows: int
    place: Path


@dataclass(frozen=True, slots=True)
class ExportForm:
    """How rows are written."""

    format: OutputFormat = OutputFormat.CSV
    with_verdicts: bool = True
    spreadsheet_safe: bool = False


def export_rows(
    session: Session,
    results: JobResults,
    keep: npt.NDArray[np.int64],
    path: Path,
    form: ExportForm,
    done: Callable[[Exported], None],
    failed: Callable[[UserError], None],
) -> Task:
    """Write the rows at `keep` into one file."""

    def work(_services: Services) -> Exported:
        return Exported(_write(results, keep, path, form), path)

    return session.run(work, done, failed)


def export_rows_by_segment(
    session: Session,
    results: JobResults,
    keep: Mapping[Segment, npt.NDArray[np.int64]],
    folder: Path,
    form: ExportForm,
    done: Callable[[Exported], None],
    failed: Callable[[UserError], None],
) -> Task:
    """Write one file a segment into `folder`; segments without rows are left out."""

    def work(_services: Services) -> Exported:
        folder.mkdir(parents=True, exist_ok=True)
        rows = 0
        for segment, indices in keep.items():
            if len(indices):
                path = folder / f"{segment.value}.{form.format.value}"
                rows += _write(results, indices, path, form)
        return Exported(rows, folder)

    return session.run(work, done, failed)


def export_everything(
    session: Session,
    job_id: JobId,
    rows: int,
    folder: Path,
    form: ExportForm,
    done: Callable[[Exported], None],
    failed: Callable[[UserError], None],
) -> Task:
    """Write all files of the cleaned list: results, segments, rejected rows, summary and report."""

    def work(services: Services) -> Exported:
        from emailcleaner.core.services import ExportPlan

        plan = ExportPlan(folder, form.format, form.spreadsheet_safe)
        services.export(job_id, plan, session.jobs.items)
        return Exported(rows, folder)

    return session.run(work, done, failed)


def _write(results: JobResults, keep: npt.NDArray[np.int64], path: Path, form: ExportForm) -> int:
    return results.write_selection(
        keep,
        path,
        output_format=form.format,
        with_verdicts=form.with_verdicts,
        spreadsheet_safe=form.spreadsheet_safe,
    )
