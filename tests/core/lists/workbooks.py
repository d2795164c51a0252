"""Spreadsheets put together by hand, sound and hostile ones."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    "<office:body><office:spreadsheet>"
)
_ODS_TAIL = "</office:spreadsheet></office:body></office:document-content>"
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


def ods_cell(text: str, repeat: int = 1) -> str:
    kind = f'office:value-type="string" table:number-columns-repeated="{repeat}"'
    return f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"


def ods_row(cells: str, repeat: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeat}">{cells}</table:table-row>'


def write_ods(path: Path, rows: str, *, head: str = _ODS_HEAD) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr(
            "content.xml", f'{head}<table:table table:name="One">{rows}</table:table>{_ODS_TAIL}'
        )
    return path


def write_xlsx_parts(path: Path, parts: dict[str, bytes]) -> Path:
    """An archive that says it is a workbook, with these parts besides."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _label(row: int, column: int, text: str) -> bytes:
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def _number(row: int, column: int, value: float) -> bytes:
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def write_xls(path: Path, cells: dict[tuple[int, int], str | float], sheet: str = "One") -> Path:
    """A BIFF8 workbook of one sheet ([MS-XLS]) in a compound file ([MS-CFB])."""
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    end = _record(0x000A, b"")
    name = struct.pack("<BB", len(sheet), 0) + sheet.encode("latin-1")
    at = len(begin) + 4 + 6 + len(name) + len(end)
    globals_ = begin + _record(0x0085, struct.pack("<IBB", at, 0, 0) + name) + end
    body = b"".join(
        _label(r, c, v) if isinstance(v, str) else _number(r, c, v) for (r, c), v in cells.items()
    )
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    stream = globals_ + start + body + end
    stream += bytes(max(4096, -(-len(stream) // 512) * 512) - len(stream))
    path.write_bytes(_compound(stream))
    return path


def _compound(stream: bytes) -> bytes:
    count = len(stream) // 512
    assert count + 2 <= 128, "the table of sectors has one sector only"
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    table += [0xFFFFFFFF] * (128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    root = _entry("Root Entry", 5, child=1, start=0xFFFFFFFE, size=0)
    book = _entry("Workbook", 2, child=0xFFFFFFFF, start=2, size=len(stream))
    folder = root + book + bytes(256)
    return header + struct.pack("<128I", *table) + folder + stream


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    none = 0xFFFFFFFF
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text) + 2, kind, 1, none, none, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
