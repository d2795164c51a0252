"""Writes rows that a user picked into one file: the source's cells unchanged, in the order of the list."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.columns import RawBatch
from emailcleaner.core.errors import UserError
from emailcleaner.core.export.arrays import booleans
from emailcleaner.core.export.folder import writing
from emailcleaner.core.export.run import make_writer
from emailcleaner.core.export.source import ExportSource
from emailcleaner.core.export.verdict_columns import make_block
from emailcleaner.core.model import OutputFormat, Segment


def export_rows(
    source: ExportSource,
    keep: npt.NDArray[np.bool_],
    path: Path,
    *,
    output_format: OutputFormat,
    with_verdicts: bool,
    spreadsheet_safe: bool,
) -> int:
    """Write the rows of a list where `keep` is set into `path`; returns how many.

    With `with_verdicts` the `ec_` columns come behind the source's. The file appears whole or not
    at all, and replaces one that is there. Raises `UserError` where it cannot be written.
    """
    if path.is_dir():
        raise UserError(f"{path} is a folder.", "Give the name of a file.")
    folder = path.parent
    with ExitStack() as stack:
        with writing(folder):
            stage = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix=".emailcleaner-", dir=folder))
            )
            writer = make_writer(source, stage, output_format, spreadsheet_safe=spreadsheet_safe)
        stack.callback(writer.abandon)
        for raw, results in zip(source.raw_batches(), source.results(), strict=True):
            mask = keep[raw.row0 : raw.row0 + len(raw.records)]
            if not mask.any():
                continue
            block = make_block(*_picked(raw, results, mask, one_segment=not with_verdicts))
            with writing(folder):
                writer.block(block)
        with writing(folder):
            written = {file.name: file for file in writer.finish()}
            wanted = "results" if with_verdicts or len(written) == 1 else Segment.CLEAN.value
            found = written[f"{wanted}.{output_format.value}"]
            (stage / found.name).replace(path)
    return found.rows


def _picked(
    raw: RawBatch, results: pa.Table, mask: npt.NDArray[np.bool_], *, one_segment: bool
) -> tuple[RawBatch, pa.Table]:
    """The rows of a block where `mask` is set; as rows of one and the same segment if told so."""
    chosen = booleans(mask)
    table = results.filter(chosen)
    if one_segment:
        segment = pa.DictionaryArray.from_arrays(
            pa.array(np.zeros(table.num_rows, np.int32)), pa.array([Segment.CLEAN.value])
        )
        table = table.set_column(table.schema.get_field_index("segment"), "segment", segment)
    records = raw.records.filter(chosen)
    aligned = records if raw.aligned is raw.records else raw.aligned.filter(chosen)
    return RawBatch(table.column("row")[0].as_py(), records, aligned), table
