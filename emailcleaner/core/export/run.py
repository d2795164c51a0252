"""Writes a whole export: every list, the summary and the report, at once or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from emailcleaner.core.export.csv_writer import CsvWriter
from emailcleaner.core.export.folder import REPORT, SUMMARY, OutFolder, create, settle, writing
from emailcleaner.core.export.names import folder_names
from emailcleaner.core.export.rejected import RejectedFeed, in_order, without_address
from emailcleaner.core.export.report import ReportFacts, render_report
from emailcleaner.core.export.source import ExportSource
from emailcleaner.core.export.tally import Tally
from emailcleaner.core.export.verdict_columns import make_block
from emailcleaner.core.export.writer import ListWriter, WrittenFile
from emailcleaner.core.model import OutputFormat, Reason
from emailcleaner.core.ports import CancelToken


def _code_in_words(reason: Reason) -> str:
    return f"{reason.value.replace('_', ' ').capitalize()}."


def export_lists(
    sources: Sequence[ExportSource],
    out: Path,
    *,
    format: OutputFormat,  # noqa: A002 - the name that users and callers know it by
    spreadsheet_safe: bool,
    force: bool,
    summary: Mapping[str, Any],
    token: CancelToken | None = None,
    sentence_of: Callable[[Reason], str] = _code_in_words,
    stamp: Callable[[dict[str, Any]], None] | None = None,
    protected: Sequence[Path] = (),
) -> dict[str, Any]:
    """Write cleaned lists into `out` and return the final summary.

    One list goes into `out` itself, several into a folder each. `summary` is what the job knows;
    the counts of statuses, segments, reasons and files are those of what was really written.
    `sentence_of` puts a reason into words for the report; `stamp` may set times on the summary
    when the lists are written; `protected` are files that must not be overwritten (the lists
    themselves). Raises UserError if `out` is somebody else's, cannot be written or is full, and
    whatever `token` raises; in all these cases nothing half-written is left.
    """
    with OutFolder(out, force=force, protected=protected) as folder:
        tally = Tally()
        files: dict[str, WrittenFile] = {}
        places = [""] if len(sources) == 1 else folder_names((s.name for s in sources), (SUMMARY, REPORT))
        for source, place in zip(sources, places, strict=True):
            written = _write_list(source, folder.stage / place, tally, format, spreadsheet_safe, token)
            files.update({f"{place}/{file.name}" if place else file.name: file for file in written})
        final = _final_summary(summary, tally, files)
        if stamp is not None:
            stamp(final)
        with writing(folder.path):
            facts = ReportFacts(final, tally, files, tuple(s.name for s in sources), sentence_of)
            _write(folder.stage / REPORT, render_report(facts))
            _write(
                folder.stage / SUMMARY, json.dumps(final, indent=2, ensure_ascii=False, default=str) + "\n"
            )
        if token is not None:
            token.check()
        folder.publish([*files, REPORT, SUMMARY])
    return final


def _write_list(
    source: ExportSource,
    stage: Path,
    tally: Tally,
    file_format: OutputFormat,
    spreadsheet_safe: bool,  # noqa: FBT001 - handed on as it came
    token: CancelToken | None,
) -> list[WrittenFile]:
    with ExitStack() as stack:
        with writing(stage):
            stage.mkdir(exist_ok=True)
            writer = make_writer(source, stage, file_format, spreadsheet_safe=spreadsheet_safe)
        stack.callback(writer.abandon)
        feed = RejectedFeed(source.rejected())
        for raw, results in zip(source.raw_batches(), source.results(), strict=True):
            if token is not None:
                token.check()
            block = make_block(raw, results)
            tally.add(block)
            lines = block.column("line")
            malformed = feed.up_to(lines[-1].as_py() if block.rows else 0)
            tally.add_malformed(malformed.column("reason"))
            with writing(stage):
                writer.block(block)
                writer.rejected(in_order(malformed, without_address(block)))
        for malformed in feed.rest():
            tally.add_malformed(malformed.column("reason"))
            with writing(stage):
                writer.rejected(malformed)
        with writing(stage):
            extra = source.extra()
            if extra is not None:
                writer.extra_addresses(extra)
            return writer.finish()


def make_writer(
    source: ExportSource, stage: Path, file_format: OutputFormat, *, spreadsheet_safe: bool
) -> ListWriter:
    """The writer of a list in a format; its files are made in `stage`."""
    if file_format is OutputFormat.CSV:
        return CsvWriter(stage, source, spreadsheet_safe=spreadsheet_safe)
    # Only these formats need a spreadsheet library and rows one by one.
    from emailcleaner.core.export.row_writer import RowWriter

    if file_format is OutputFormat.XLSX:
        from emailcleaner.core.export.xlsx_file import XlsxFile

        return RowWriter(stage, source, XlsxFile)
    from emailcleaner.core.export.json_file import JsonFile

    return RowWriter(stage, source, JsonFile)


def _final_summary(
    summary: Mapping[str, Any], tally: Tally, files: Mapping[str, WrittenFile]
) -> dict[str, Any]:
    final = dict(summary)
    final["statuses"] = dict(tally.statuses())
    final["segments"] = dict(tally.segments())
    final["reasons"] = dict(tally.reasons())
    final["files"] = {name: {"rows": file.rows, "bytes": file.size} for name, file in files.items()}
    cut = sum(file.cells_cut for file in files.values())
    if cut:
        final["cells_cut"] = cut
    return final


def _write(path: Path, text: str) -> None:
    with create(path) as file:
        file.write(text.encode("utf-8", "replace"))
        settle(file)
