"""Reading the results of a job, arranging and explaining them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from emailcleaner.core.errors import UserError
    from emailcleaner.core.model import Explanation, HistoryEntry, JobId
    from emailcleaner.core.services import JobResults, Services
    from emailcleaner.ui.bridge import Task
    from emailcleaner.ui.models.results_columns import Arrangement
    from emailcleaner.ui.models.results_data import ResultsData
    from emailcleaner.ui.session import Session


@dataclass(frozen=True, slots=True)
class OpenedResults:
    """The rows of a job, and the same as columns for the table."""

    results: JobResults
    data: ResultsData


@dataclass(frozen=True, slots=True)
class RowDetail:
    """All that the detail pane says of one row."""

    index: int
    explanation: Explanation
    source_cells: tuple[tuple[str, str], ...]
    earlier: tuple[HistoryEntry, ...] = ()


def open_results(
    session: Session,
    job_id: JobId,
    done: Callable[[OpenedResults], None],
    failed: Callable[[UserError], None],
) -> Task:
    """Read the results of a job."""

    def work(services: Services) -> OpenedResults:
        from emailcleaner.ui.models.results_data import ResultsData

        results = services.results(job_id)
        return OpenedResults(results, ResultsData(results.table))

    return session.run(work, done, failed)


def prepare_address_order(session: Session, data: ResultsData) -> Task:
    """Work out the order of the addresses ahead, so that the first click on that column is quick."""
    return session.bridge.run(data.prepare_address_order, lambda _none: None)


def arrange_rows(
    session: Session,
    data: ResultsData,
    arrangement: Arrangement,
    done: Callable[[npt.NDArray[np.int64]], None],
) -> Task:
    """Which rows are shown, in which order."""
    return session.bridge.run(lambda: data.arrange(arrangement), done)


def explain_row(
    session: Session,
    results: JobResults,
    index: int,
    done: Callable[[RowDetail], None],
    failed: Callable[[UserError], None],
) -> Task:
    """One verdict in plain words, with the row it belongs to."""

    def work(services: Services) -> RowDetail:
        row = {name: results.table[name][index].as_py() for name in ("address", "normalized")}
        known = services.history(row["normalized"] or row["address"])
        earlier = tuple(entry for entry in known if entry.job_id != results.job.job_id)
        return RowDetail(index, results.explain(index), results.source_cells(index), earlier)

    return session.run(work, done, failed)
