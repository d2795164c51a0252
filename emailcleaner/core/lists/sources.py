"""The list as it was given: opened for reading only, hashed on the way, watched for changes.

Refuses what is no regular file, and what is known to be no list. Never writes to a source.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists import limits

_READ = limits.MIB


class Container(Enum):
    """What a file is at first sight, by its first bytes."""

    PLAIN = "plain"
    GZIP = "gzip"
    ZIP = "zip"
    OLE = "ole"


_CONTAINERS = (
    (b"\x1f\x8b", Container.GZIP),
    (b"PK\x03\x04", Container.ZIP),
    (b"PK\x05\x06", Container.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Container.OLE),
)
_OTHERS = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an XZ file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "a Rich Text document"),
)


def container_of(head: bytes) -> Container:
    """What `head` is the beginning of; `UserError` if that is surely no list."""
    for magic, container in _CONTAINERS:
        if head.startswith(magic):
            return container
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise UserError(
                f"This is {what}, not a list.", "Save the list as CSV, text or a spreadsheet first."
            )
    return Container.PLAIN


class Source:
    """An open source: what has been read of it is counted and hashed."""

    def __init__(self, file: BinaryIO, path: Path, check: Callable[[], None]) -> None:
        self._file = file
        self._path = path
        self._check = check
        self._hash = hashlib.sha256()
        self._before = _identity(os.fstat(file.fileno()))
        self.size = 0

    @property
    def length(self) -> int:
        """The file's length in bytes when it was opened."""
        return self._before[2]

    def read(self, count: int) -> bytes:
        """Up to `count` bytes, b"" at the end. May raise what the user asked for (cancel).

        The end is where a file that grows meanwhile has become longer than it was.
        """
        self._check()
        if self.size > self.length:
            return b""
        try:
            data = self._file.read(count)
        except OSError as error:
            raise UserError(f"{self._path.name} cannot be read: {error.strerror or error}.") from error
        self._hash.update(data)
        self.size += len(data)
        return data

    def read_rest(self) -> None:
        """Read on to the end for the sake of the hash alone."""
        while self.read(_READ):
            pass

    @property
    def sha256(self) -> str:
        """Of all bytes read so far, in hexadecimal."""
        return self._hash.hexdigest()

    def is_unchanged(self) -> bool:
        """Whether the path still leads to the file that was opened, as long and as old as then."""
        try:
            now, named = _identity(os.fstat(self._file.fileno())), _identity(self._path.stat())
        except OSError:
            return False
        return now == self._before == named and self.size == self.length


@contextmanager
def open_source(path: Path, check: Callable[[], None] = lambda: None) -> Iterator[Source]:
    """Open a list for reading; `UserError` if it is not there, not readable, or no regular file.

    Opened without waiting, so that a FIFO without a writer is refused and not waited for.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    )
    try:
        number = os.open(path, flags)
    except OSError as error:
        raise _not_opened(path, error) from error
    except ValueError as error:  # a NUL in the path
        raise UserError("The list's path is not a valid one.") from error
    try:
        _check_regular(path, os.fstat(number).st_mode)
        file = os.fdopen(number, "rb", buffering=0)
    except BaseException:
        os.close(number)
        raise
    with file:
        yield Source(file, path, check)


def _check_regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise UserError(f"{path.name or path} is a folder, not a list.", "Give the files in it one by one.")
    if not stat.S_ISREG(mode):
        raise UserError(
            f"{path.name} is a pipe or a device, not a file.",
            "Save it as a file, or give it on standard input.",
        )


def read_head(source: Source) -> bytes:
    """The first `limits.HEAD` bytes, or all there are."""
    return read_up_to(source.read, limits.HEAD)


def read_up_to(read: Callable[[int], bytes], count: int) -> bytes:
    """`count` bytes, fewer only at the end."""
    parts, missing = [], count
    while missing and (data := read(missing)):
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)


class Inflater:
    """Reads gzip text (RFC 1952, several members too) within limits of size and ratio."""

    def __init__(self, read: Callable[[int], bytes], head: bytes) -> None:
        self._read = read
        self._waiting = head
        self._stream = _new_stream()
        self._inside = False
        self._taken = len(head)
        self._given = 0

    def read(self, count: int) -> bytes:
        """Up to `count` inflated bytes, b"" at the end; `UserError` if it is cut off or a bomb."""
        while True:
            if not self._waiting and not self._stream.eof:
                self._waiting = self._read(_READ)
                self._taken += len(self._waiting)
                if not self._waiting:
                    if self._inside:
                        raise UserError("The compressed list is cut off.", "Fetch or compress it again.")
                    return b""
            data = self._inflate(count)
            if data:
                return data

    def _inflate(self, count: int) -> bytes:
        if self._stream.eof:
            self._next_member()
            return b""
        self._inside = True
        try:
            data = self._stream.decompress(self._waiting, count)
        except zlib.error as error:
            raise UserError("The compressed list is damaged.", "Fetch or compress it again.") from error
        self._waiting = self._stream.unconsumed_tail
        self._given += len(data)
        too_dense = self._given > limits.RATIO_FROM and self._given > limits.RATIO * self._taken
        if too_dense or self._given > limits.GZIP_INFLATED:
            raise UserError(
                "The compressed list inflates to far more than a list can.",
                "Inflate it yourself if you trust it.",
            )
        return data

    def _next_member(self) -> None:
        """Go on behind a member's end; padding with NUL bytes is allowed there, as gzip itself does."""
        rest = self._stream.unused_data.lstrip(b"\0")
        while not rest and (more := self._read(_READ)):
            self._taken += len(more)
            rest = more.lstrip(b"\0")
        self._stream, self._waiting, self._inside = _new_stream(), rest, bool(rest)


def _new_stream() -> zlib._Decompress:
    return zlib.decompressobj(wbits=31)


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _not_opened(path: Path, error: OSError) -> UserError:
    reasons = {
        errno.ENOENT: ("is not there", "Check the path."),
        errno.EACCES: ("may not be read by you", "Ask for the permission to read it."),
        errno.EISDIR: ("is a folder, not a list", "Give the files in it one by one."),
        errno.ENXIO: (
            "is a pipe or a device, not a file",
            "Save it as a file, or give it on standard input.",
        ),
        errno.ELOOP: ("is a link that leads nowhere", "Check the path."),
    }
    what, hint = reasons.get(error.errno or 0, (f"cannot be opened: {error.strerror or error}", ""))
    return UserError(f"{path.name or path} {what}.", hint)
