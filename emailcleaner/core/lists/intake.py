"""A list comes in: looked at (`inspect`), or copied into a job's folder as UTF-8 text (`spool`).

The only module of the package that knows all kinds of lists. The source is opened for reading only.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import BinaryIO, TypeVar

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists import jsonlines, limits, spreadsheets
from emailcleaner.core.lists.archives import check_archive
from emailcleaner.core.lists.compound_files import check_compound_file
from emailcleaner.core.lists.encodings import Encoding, copy_as_utf8, decode_head, detect, told
from emailcleaner.core.lists.guess import Guess, guess
from emailcleaner.core.lists.jsonlines import BadLine
from emailcleaner.core.lists.records import Record, join_cells, read_record
from emailcleaner.core.lists.sources import (
    Container,
    Inflater,
    Source,
    container_of,
    open_source,
    read_head,
    read_up_to,
)
from emailcleaner.core.lists.spooled import META_NAME, TEXT_NAME, SpooledList, created, layout_of
from emailcleaner.core.lists.tables import write_table
from emailcleaner.core.model import Dialect, ListKind, ListPreview, ReadOptions
from emailcleaner.core.ports import CancelToken

T = TypeVar("T")

_STREAM_NAME = "source.bin"
_UNSPLIT_NAME = "lines.utf8"
_PREVIEW_ROWS = 200
_TRIES = 2
_HEADER_LINES = 10_000
_LINE_END = re.compile(rb"\r\n|\n|\r")
_SEED = Dialect(ListKind.DELIMITED, "utf-8", False, "", False, "\n", (), ())


def inspect(path: Path, options: ReadOptions | None = None, *, domains: bool = False) -> ListPreview:
    """Look at the head of a list and guess how it is read; writes nothing.

    `domains`: a column of bare domains will do (suppression lists). `UserError` if it cannot be read.
    """
    with _named_errors(path.name), open_source(path) as source:
        head = read_head(source)
        found = _inspect_opened(path, source, head, options or ReadOptions(), domains=domains)
        return ListPreview(str(path), source.length, found.dialect, found.rows[:_PREVIEW_ROWS])


def spool(
    source: Path | BinaryIO,
    name: str,
    options: ReadOptions,
    folder: Path,
    token: CancelToken | None = None,
    *,
    domains: bool = False,
) -> SpooledList:
    """Copy a list into `folder` (its own) as UTF-8 text and fix how it is read.

    What an earlier attempt left there is replaced. `UserError` if the list cannot be read, or is
    written to by somebody while it is read, twice; `Cancelled` by way of the token, between blocks.
    """
    check = token.check if token is not None else _go_on
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in (META_NAME, TEXT_NAME, _STREAM_NAME, _UNSPLIT_NAME):
        (folder / old).unlink(missing_ok=True)
    with _named_errors(name):
        if isinstance(source, PurePath):
            job = _Job(Path(source), options, folder, check)
            return _spool_path(job, name, domains=domains, shown=str(source))
        copy = folder / _STREAM_NAME
        try:
            with created(copy) as out:
                while data := source.read(limits.MIB):
                    check()
                    out.write(data)
            return _spool_path(_Job(copy, options, folder, check), name, domains=domains, shown="")
        finally:
            copy.unlink(missing_ok=True)


def _go_on() -> None:
    """Nobody can ask this reading to stop."""


@contextmanager
def _named_errors(name: str) -> Iterator[None]:
    """Put the list's name before what is wrong with it."""
    try:
        yield
    except UserError as error:
        if name in error.title:
            raise
        raise UserError(f"{name}: {error.title}", error.hint, exit_code=error.exit_code) from error
    except OSError as error:
        raise UserError(
            f"{name} cannot be copied: {error.strerror or error}.", "Is there room left on the disk?"
        ) from error


# --- looking -------------------------------------------------------------------------------------


def _inspect_opened(path: Path, source: Source, head: bytes, options: ReadOptions, *, domains: bool) -> Guess:
    container = container_of(head)
    if container in (Container.ZIP, Container.OLE):
        _guard(path, container)
        with spreadsheets.open_workbook(path, options.sheet) as book:
            rows = itertools.islice(_sheet_rows(book), limits.SAMPLE_RECORDS + 1)
            seed = replace(_SEED, kind=ListKind.SPREADSHEET, sheet=book.name, sheets=book.names)
            return guess(_table_text(rows), seed, options, suffix="", cut=False, domains=domains)
    read: Callable[[int], bytes] = source.read
    compressed = container is Container.GZIP
    if compressed:
        read = Inflater(source.read, head).read
        head = read_up_to(read, limits.HEAD)
        _refuse_nested(head)
    cut = len(head) == limits.HEAD and bool(read(1))
    encoding = _encoding_of(head, options)
    text = decode_head(head, encoding, cut=len(head) == limits.HEAD)
    seed = _seed_of(encoding, compressed=compressed)
    if _is_json_lines(text, options):
        lines = text.split(b"\n")[: -1 if cut else None]
        keys = jsonlines.union_of_keys(lines)
        table = itertools.chain([keys], jsonlines.rows(lines, keys))
        seed = replace(seed, kind=ListKind.JSONL)
        return guess(_table_text(table), seed, options, suffix="", cut=False, domains=domains)
    return guess(text, seed, options, suffix=_suffix(path.name), cut=cut, domains=domains)


def _guard(path: Path, container: Container, check: Callable[[], None] = _go_on) -> None:
    """Refuse a spreadsheet that would be dangerous to open."""
    if container is Container.ZIP:
        check_archive(path, check)
    else:
        check_compound_file(path, check)


def _is_json_lines(text: bytes, options: ReadOptions) -> bool:
    return options.delimiter is None and jsonlines.looks_like_json_lines(text)


def _table_text(rows: Iterable[list[str] | BadLine]) -> bytes:
    out = io.BytesIO()
    write_table(rows, out)
    return out.getvalue()


def _sheet_rows(book: spreadsheets.Workbook) -> Iterator[list[str] | BadLine]:
    """Rows of the sheet; those without any text as blank lines."""
    for row in book.rows():
        yield row if any(row) else []


def _encoding_of(head: bytes, options: ReadOptions) -> Encoding:
    return told(options.encoding, head) if options.encoding else detect(head, cut=len(head) == limits.HEAD)


def _seed_of(encoding: Encoding, *, compressed: bool) -> Dialect:
    return replace(
        _SEED,
        encoding=encoding.name,
        bom=encoding.bom,
        encoding_guessed=encoding.guessed,
        compressed=compressed,
        notes=encoding.notes,
    )


def _refuse_nested(head: bytes) -> None:
    if container_of(head) is not Container.PLAIN:
        raise UserError(
            "Only text lists can be compressed with gzip.", "Inflate the file, and give what is in it."
        )


def _suffix(name: str) -> str:
    """The ending that says what is inside: of `leads.csv.gz` it is `.csv`."""
    path = PurePath(name)
    return PurePath(path.stem).suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()


# --- copying -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Job:
    """What one copying needs to know."""

    path: Path
    options: ReadOptions
    folder: Path
    check: Callable[[], None]


def _spool_path(job: _Job, name: str, *, domains: bool, shown: str) -> SpooledList:
    text = job.folder / TEXT_NAME
    try:
        seed, size, sha256 = _copied_unchanged(job)
        with text.open("rb") as file:
            head = file.read(limits.HEAD)
        suffix = _suffix(name)
        cut = text.stat().st_size > len(head)
        dialect = guess(head, seed, job.options, suffix=suffix, cut=cut, domains=domains).dialect
        found = SpooledList(
            name=name,
            folder=job.folder,
            source_path=shown,
            sha256=sha256,
            size=size,
            suffix=suffix,
            dialect=dialect,
            text_size=text.stat().st_size,
        )
        found = _behind_header(found, head) if dialect.has_header else found
        found.save()
        return found
    except BaseException:
        text.unlink(missing_ok=True)
        raise


def _copied_unchanged(job: _Job) -> tuple[Dialect, int, str]:
    """Copy; once again if the source was changed meanwhile. What is known, size and hash of it."""
    for _ in range(_TRIES):
        (job.folder / TEXT_NAME).unlink(missing_ok=True)
        with open_source(job.path, job.check) as source:
            seed = _copy(job, source)
            source.read_rest()
            if source.is_unchanged():
                return seed, source.size, source.sha256
    raise UserError("The list was changed while it was read.", "Wait until it is complete, and start again.")


def _copy(job: _Job, source: Source) -> Dialect:
    head = read_head(source)
    container = container_of(head)
    if container in (Container.ZIP, Container.OLE):
        source.read_rest()
        return _copy_sheet(job, container)
    read: Callable[[int], bytes] = source.read
    compressed = container is Container.GZIP
    if compressed:
        read = Inflater(source.read, head).read
        head = read_up_to(read, limits.HEAD)
        _refuse_nested(head)
    encoding = _encoding_of(head, job.options)
    if _is_json_lines(decode_head(head, encoding, cut=len(head) == limits.HEAD), job.options):
        return _copy_json_lines(job, read, head, encoding, compressed=compressed)
    with created(job.folder / TEXT_NAME) as out:
        copied = copy_as_utf8(read, head, encoding, out, job.check)
    return _seed_of(copied.encoding, compressed=compressed)


def _copy_sheet(job: _Job, container: Container) -> Dialect:
    _guard(job.path, container, job.check)
    with (
        spreadsheets.open_workbook(job.path, job.options.sheet) as book,
        created(job.folder / TEXT_NAME) as out,
    ):
        write_table(_checked(_sheet_rows(book), job.check), out)
        return replace(_SEED, kind=ListKind.SPREADSHEET, sheet=book.name, sheets=book.names)


def _copy_json_lines(
    job: _Job, read: Callable[[int], bytes], head: bytes, encoding: Encoding, *, compressed: bool
) -> Dialect:
    """Two passes: the columns are known only when every line has been seen."""
    unsplit = job.folder / _UNSPLIT_NAME
    try:
        with created(unsplit) as out:
            copied = copy_as_utf8(read, head, encoding, out, job.check)
        with unsplit.open("rb") as lines:
            keys = jsonlines.union_of_keys(_checked(_bounded_lines(lines), job.check))
        if not keys:
            raise UserError("No line of the list is a JSON object with values.", "Is it a list of rows?")
        with unsplit.open("rb") as lines, created(job.folder / TEXT_NAME) as out:
            table = jsonlines.rows(_checked(_bounded_lines(lines), job.check), keys)
            write_table(itertools.chain([keys], table), out)
    finally:
        unsplit.unlink(missing_ok=True)
    return replace(_seed_of(copied.encoding, compressed=compressed), kind=ListKind.JSONL)


def _bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one longer than a record only the beginning, which makes it bad."""
    most = limits.RECORD + 2
    while line := file.readline(most):
        rest = line
        while len(rest) == most and not rest.endswith(b"\n"):
            rest = file.readline(most)
        yield line.rstrip(b"\r\n")


def _checked(items: Iterable[T], check: Callable[[], None]) -> Iterator[T]:
    for number, item in enumerate(items):
        if number % 1_000 == 0:
            check()
        yield item


def _behind_header(found: SpooledList, head: bytes) -> SpooledList:
    """The list with its header record taken off the rows."""
    layout = layout_of(found.dialect)
    starts, ends, behind = _first_lines(head)
    blank = next((i for i in range(len(ends)) if ends[i] > starts[i]), 0)
    record = read_record(head, starts, ends, blank, layout, whole=True) or Record(1, None)
    if record.cells is None:
        names = tuple(f"column_{n}" for n in range(1, layout.columns + 1))
        return replace(found, dialect=replace(found.dialect, has_header=False, column_names=names))
    if found.dialect.kind is ListKind.JSONL:  # the names of its columns stand in no line
        blank, first = 0, 1
    else:
        first = blank + 1 + (1 if layout.strict else record.lines)
    last = blank + record.lines - 1
    raw = head[starts[blank] : ends[last]] if record.verbatim else join_cells(record.cells, layout.delimiter)
    raw += layout.delimiter * (layout.columns - len(record.cells))
    return replace(
        found,
        header_raw=raw,
        data_offset=behind[last],
        first_line=first,
        blank_before=blank,
    )


def _first_lines(head: bytes) -> tuple[list[int], list[int], list[int]]:
    """Starts and ends of the first lines, and where the next begins; enough for any header."""
    starts, ends, behind, at = [], [], [], 0
    for match in itertools.islice(_LINE_END.finditer(head), _HEADER_LINES):
        starts.append(at)
        ends.append(match.start())
        behind.append(match.end())
        at = match.end()
    if at < len(head) and len(ends) < _HEADER_LINES:
        starts.append(at)
        ends.append(len(head))
        behind.append(len(head))
    return starts, ends, behind
