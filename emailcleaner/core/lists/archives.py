"""Guards before a spreadsheet is opened: zip bombs, crooked names, DTDs, sheets of absurd extent.

XLSX and ODS are zip archives of XML. Everything is inflated once here, in small pieces and counted,
because what an archive says about its own sizes may be a lie. Extracts nothing to disk.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists import limits

_PIECE = limits.MIB
_LOCAL_HEADER = 30
# A cell reference in any quotes; or one hidden by a character entity, which no program writes.
_REFERENCE = re.compile(rb"""\br\s*=\s*["'](?:([A-Za-z]{1,3})(\d{1,7})["']|[^"']{0,20}&\#)""")
_CARRY = 64
_ODS_CELLS = ("table:table-cell", "table:covered-table-cell")


def check_archive(path: Path, check: Callable[[], None] = lambda: None) -> str:
    """Refuse a dangerous archive; else say which spreadsheet it is: "xlsx" or "ods"."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            entries = archive.infolist()
            _check_directory(entries)
            kind = _kind_of(entries, file)
            total = 0
            for entry in entries:
                watch = _watcher(entry.filename, kind)
                total += _check_entry(file, entry, limits.ARCHIVE_INFLATED - total, watch, check)
    except UserError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        ValueError,
        NotImplementedError,
        expat.ExpatError,
    ) as error:
        raise _refused("is damaged") from error
    return kind


def _refused(what: str) -> UserError:
    return UserError(f"The spreadsheet {what}.", "Open it and save it again, or save the list as CSV.")


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    """The rules on names, number and told sizes."""
    if len(entries) > limits.ARCHIVE_ENTRIES:
        raise _refused("has far too many parts")
    names = {entry.filename.lower() for entry in entries}
    if len(names) != len(entries):
        raise _refused("has two parts of one name")
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
            raise _refused("has a part with a path that leads out of it")
        if entry.flag_bits & 1:
            raise UserError("The spreadsheet is locked with a password.", "Save it without one.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused("is packed in an unusual way")
    if sum(entry.file_size for entry in entries) > limits.ARCHIVE_INFLATED:
        raise _refused("is far too large when inflated")


def _kind_of(entries: list[zipfile.ZipInfo], file: BinaryIO) -> str:
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise UserError(
            "Binary XLSB workbooks cannot be read.", "Save the workbook as XLSX or the list as CSV."
        )
    mimetype = next((entry for entry in entries if entry.filename == "mimetype"), None)
    if mimetype is not None and "content.xml" in names:
        kind = b"".join(_inflate(file, mimetype, 200))
        if b"opendocument.spreadsheet" in kind:
            return "ods"
    raise UserError("This is an archive, not a list.", "Unpack it, and give the list that is in it.")


def _watcher(name: str, kind: str) -> Callable[[bytes], None]:
    """What looks at the inflated text of one part."""
    if kind == "ods" and name == "content.xml":
        return _OdsExtent().feed
    if kind == "xlsx" and name.startswith("xl/worksheets/") and name.endswith(".xml"):
        return _XlsxExtent().feed
    return _unwatched


def _unwatched(_piece: bytes) -> None:
    """Most parts need only be counted."""


def _check_entry(
    file: BinaryIO,
    entry: zipfile.ZipInfo,
    left: int,
    watch: Callable[[bytes], None],
    check: Callable[[], None],
) -> int:
    """Inflate one part and count; returns its true size."""
    size, first = 0, True
    for piece in _inflate(file, entry, left):
        check()
        size += len(piece)
        if size > limits.RATIO_FROM and size > limits.RATIO * entry.compress_size:
            raise _refused("inflates to far more than a spreadsheet can")
        if first and entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            _check_prolog(piece)
        first = False
        watch(piece)
    if size != entry.file_size:
        raise _refused("is damaged")
    watch(b"")
    return size


def _check_prolog(piece: bytes) -> None:
    """XML that is UTF-8 and declares no document type (which could declare entities)."""
    text = piece.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"<"):
        raise _refused("is in an unusual encoding")
    if re.search(rb"<!DOCTYPE|<!ENTITY", piece, re.IGNORECASE):
        raise _refused("declares XML entities, which a spreadsheet never needs")


def _inflate(file: BinaryIO, entry: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    """The true contents of one part, whatever its told size; at most `limit` bytes."""
    file.seek(entry.header_offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) != _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("no local header")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left, given = entry.compress_size, 0
    stream = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    while left and (data := file.read(min(_PIECE, left))):
        left -= len(data)
        while data:
            piece = data if stream is None else stream.decompress(data, _PIECE)
            data = b"" if stream is None else stream.unconsumed_tail
            given += len(piece)
            if given > limit:
                raise _refused("is far too large when inflated")
            yield piece
            if stream is not None and stream.eof:
                return


class _XlsxExtent:
    """The rectangle that the cells of one XLSX sheet span; readers allot all of it."""

    def __init__(self) -> None:
        self._left = b""
        self._columns: set[bytes] = set()
        self._rows = [1 << 30, 0]

    def feed(self, piece: bytes) -> None:
        text = self._left + piece
        self._left = text[-_CARRY:] if piece else b""
        found = _REFERENCE.findall(text)
        if not found:
            return
        if any(not row for _, row in found):
            raise _refused("hides its cells")
        self._columns.update({column.upper() for column, _ in found})
        numbers = [int(row) for _, row in found]
        self._rows = [min(self._rows[0], *numbers), max(self._rows[1], *numbers)]
        across = [_column_number(column) for column in self._columns]
        width, height = max(across) - min(across) + 1, self._rows[1] - self._rows[0] + 1
        _check_extent(width * height)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


class _OdsExtent:
    """The rectangle that an ODS sheet comes to when its repeated rows and cells are written out."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._width = self._height = 0  # up to the last cell with a value
        self._before = 0  # cells of the sheets before
        self._rows = self._cells = 0  # up to where the parser is
        self._filled = 0  # cells of this row up to its last value
        self._has_value = False
        self._times = self._repeat = 1

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, not piece)

    def _doctype(self, *_: object) -> None:
        raise _refused("declares XML entities, which a spreadsheet never needs")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._before += self._width * self._height
            self._width = self._height = self._rows = 0
        elif name == "table:table-row":
            self._times = int(attributes.get("table:number-rows-repeated", "1"))
            self._cells = self._filled = 0
        elif name in _ODS_CELLS:
            self._repeat = int(attributes.get("table:number-columns-repeated", "1"))
            self._has_value = any(key.startswith("office:") for key in attributes)
        elif name == "text:p":
            self._has_value = True

    def _end(self, name: str) -> None:
        if name in _ODS_CELLS:
            self._cells += self._repeat
            if self._has_value:
                self._filled = self._cells
        elif name == "table:table-row":
            self._rows += self._times
            if self._filled:
                self._width, self._height = max(self._width, self._filled), self._rows
                _check_extent(self._before + self._width * self._height)


def _check_extent(cells: int) -> None:
    if cells > limits.SHEET_CELLS:
        raise UserError(
            "The spreadsheet spans far more cells than a list needs.",
            "Delete the empty rows and columns around the list, or save it as CSV.",
        )
