"""Which encoding a list is in, and its way into UTF-8 without losing a byte.

A byte order mark and strict UTF-8 are certain; everything else is a guess and is said to be one.
Bytes that are not valid in the encoding are kept as the Windows-1252 characters they most likely
are, and that is said, too. Knows no file names and no columns.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists import limits

#: What a list without any mark may be in, besides UTF-8 and UTF-16, as charset_normalizer names them;
#: of those that give the same text the first is taken.
_CANDIDATES = [
    "cp1252",
    "latin_1",
    "iso8859_2",
    "iso8859_5",
    "iso8859_7",
    "iso8859_9",
    "iso8859_15",
    "cp1250",
    "cp1251",
    "koi8_r",
    "cp932",
    "gb18030",
]
#: The letters beyond ASCII that languages of one old encoding share; text keeps to one of these groups.
_LETTERS = tuple(
    frozenset(group + group.upper())
    for group in (
        "àáâãäåæçèéêëìíîïñòóôõöøùúûüÿßœ’‘“”–…€«»°º ",  # Western Europe
        "áäčďéěíĺľňóôŕřšťúůýž",  # Czech, Slovak
        "ąćęłńóśźż",  # Polish
        "áéíóöőúüűđčćšžăâîșțşţ",  # Hungarian, Croatian, Romanian
        "çğıİöşüâî",  # Turkish
        "áðéíóúýþæö",  # Icelandic
        "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґў№",  # Cyrillic
        "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",  # Greek
    )
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Names that Python calls text encodings and no list is written in.
_NOT_FOR_LISTS = {
    "idna",
    "punycode",
    "unicode-escape",
    "unicode_escape",
    "raw-unicode-escape",
    "raw_unicode_escape",
}
_KEEP = "emailcleaner-keep"
_COPY = limits.MIB
_SAMPLE = 64 * limits.KIB


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding with what is known of how it came about; `notes` are sentences for the user."""

    name: str
    bom: bool = False
    guessed: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy into UTF-8 came to: the encoding as it turned out, and the bytes written."""

    encoding: Encoding
    size: int


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: an invalid byte becomes its Windows-1252 (else Latin-1) character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32")):
        return "\ufffd", error.end
    bad = error.object[error.start : error.end]
    return "".join(_one_byte(b) for b in bad), error.end


def _one_byte(byte: int) -> str:
    raw = bytes([byte])
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


codecs.register_error(_KEEP, _keep_bytes)


def told(name: str, head: bytes) -> Encoding:
    """The encoding the user names; `UserError` if there is none of that name."""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise _unknown(name) from error
    if not info._is_text_encoding or info.name in _NOT_FOR_LISTS:  # noqa: SLF001 - no public way to ask
        raise _unknown(name)
    mark = _marked(head)
    base = info.name.removesuffix("-sig")
    if mark is not None and mark.name.startswith(base):
        return mark
    if base in ("utf-16", "utf-32"):
        return Encoding(f"{base}-le")
    return Encoding(base)


def detect(head: bytes, *, cut: bool = False) -> Encoding:
    """The encoding of a list that begins with `head`; `cut`: and goes on behind it."""
    mark = _marked(head)
    if mark is not None:
        return mark
    if b"\0" in head:
        wide = _wide(head)
        if wide is not None:
            return wide
    return Encoding("utf-8") if _is_utf8(head, cut=cut) else _guess(head)


def copy_as_utf8(
    read: Callable[[int], bytes], head: bytes, encoding: Encoding, out: BinaryIO, check: Callable[[], None]
) -> Copied:
    """Write `head` and all that `read` gives to `out` as UTF-8 without a mark.

    `check` is called between blocks and may raise. An invalid byte beyond the head does not fail
    the list: what was plain ASCII so far is decided anew from there, the rest is kept byte by byte.
    """
    block = head[len(_mark_bytes(encoding)) :] if encoding.bom else head
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    size, ascii_so_far, end = 0, True, False
    while True:
        check()
        end = not block
        before = decoder.getstate()
        try:
            text = decoder.decode(block, end)
        except UnicodeDecodeError:
            decoder.setstate(before)
            pending = before[0] if isinstance(before[0], bytes) else b""
            if ascii_so_far and encoding.name == "utf-8" and not encoding.bom:
                encoding = _guess(pending + block, "The list is plain ASCII at first; ")
                decoder = codecs.getincrementaldecoder(encoding.name)(_KEEP)
                text = decoder.decode(pending + block, end)
            else:
                decoder.errors = _KEEP
                text = decoder.decode(block, end)
                encoding = _damaged(encoding)
        ascii_so_far = ascii_so_far and text.isascii()
        data = text.encode("utf-8", "replace")
        size += out.write(data)
        if end:
            return Copied(encoding, size)
        block = read(_COPY)


def decode_head(head: bytes, encoding: Encoding, *, cut: bool) -> bytes:
    """The head of a list as UTF-8; `cut`: a character cut in two at its end is left out."""
    body = head[len(_mark_bytes(encoding)) :] if encoding.bom else head
    decoder = codecs.getincrementaldecoder(encoding.name)(_KEEP)
    return decoder.decode(body, not cut).encode("utf-8", "replace")


def _unknown(name: str) -> UserError:
    return UserError(
        f"There is no encoding called {name!r}.", "Usual ones are utf-8, utf-16, cp1252 and shift_jis."
    )


def _damaged(encoding: Encoding) -> Encoding:
    note = f"Some bytes are not valid {encoding.name}; each is kept as its Windows-1252 or Latin-1 character."
    return (
        encoding if note in encoding.notes else replace(encoding, guessed=True, notes=(*encoding.notes, note))
    )


def _marked(head: bytes) -> Encoding | None:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, bom=True)
    return None


def _mark_bytes(encoding: Encoding) -> bytes:
    return next((mark for mark, name in _MARKS if name == encoding.name), b"")


def _wide(head: bytes) -> Encoding | None:
    """UTF-16 or UTF-32 without a mark: what decodes into text with line ends or an address."""
    best: tuple[float, str] | None = None
    for name, unit in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2)):
        sample = head[:_SAMPLE]
        if len(sample) < unit:
            continue
        sample = sample[: len(sample) - len(sample) % unit]
        try:
            text = codecs.getincrementaldecoder(name)("strict").decode(sample, False)
        except UnicodeDecodeError:
            continue
        plain = sum(c in "\t\r\n" or (c.isprintable() and c != "\ufffd") for c in text) / max(len(text), 1)
        usual = sum(c.isascii() and c != "\0" for c in text) / max(len(text), 1)
        # Plain text taken for wide one is all in strange scripts; lists have addresses in them.
        if plain > 0.95 and usual > 0.2 and (best is None or usual > best[0]):
            best = (usual, name)
    if best is None:
        return None
    note = f"The list has no byte order mark; {best[1].upper()} is a guess from its contents."
    return Encoding(best[1], guessed=True, notes=(note,))


def _is_utf8(head: bytes, *, cut: bool) -> bool:
    """Whether `head` is strict UTF-8, up to a character cut in two at its end if it goes on there."""
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head, not cut)
    except UnicodeDecodeError:
        return False
    return True


def _guess(text: bytes, before: str = "") -> Encoding:
    """The likeliest of the old encodings, or UTF-8 with some bytes damaged."""
    sample = _telling_lines(text)
    kept = sample.decode("utf-8", _KEEP)
    bad = len(sample) - len(sample.decode("utf-8", "ignore").encode())
    good = sum(ord(c) > 0x7F for c in kept) - bad
    # Bytes of an old encoding are next to never valid UTF-8 by chance.
    if good >= 2 * bad:
        return _damaged(Encoding("utf-8"))
    name = _likeliest(sample)
    note = f"{before}the list does not say its encoding; {name} is a guess."
    return Encoding(name, guessed=True, notes=(note[0].upper() + note[1:],))


def _telling_lines(text: bytes) -> bytes:
    """The lines with bytes beyond ASCII, which alone tell one encoding from another."""
    lines, size = [], 0
    for line in text.splitlines(keepends=True):
        if not line.isascii():
            lines.append(line[:_SAMPLE])
            size += len(lines[-1])
            if size > _SAMPLE:
                break
    return b"".join(lines)


def _likeliest(sample: bytes) -> str:
    """The old encoding that gives the least disorder, and letters that go together."""
    from charset_normalizer import from_bytes

    found = list(from_bytes(sample, cp_isolation=_CANDIDATES, enable_fallback=False))
    if not found:
        return "cp1252"
    best = min(found, key=lambda match: match.chaos - 0.5 * _together(str(match)))
    same = {best.encoding, *best.could_be_from_charset}
    name = next((name for name in _CANDIDATES if name in same), best.encoding)
    return codecs.lookup(name).name


def _together(text: str) -> float:
    """The share of the letters beyond ASCII that one group of languages has, or East Asia."""
    beyond = [c for c in text if ord(c) > 0x7F]
    east = sum(c >= "\u2e80" for c in beyond)
    return max(east, *(sum(c in group for c in beyond) for group in _LETTERS)) / max(len(beyond), 1)
