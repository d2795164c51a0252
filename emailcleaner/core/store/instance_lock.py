"""One working instance a home, by a lock of the operating system, which a dead process cannot keep."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from emailcleaner.core.errors import UserError

#: Windows locks bytes against reading too: the locked one is far behind the process number that others read.
_LOCKED_BYTE = 1 << 30


class InstanceLock:
    """Held while a process works on the jobs of a home: a context manager, or `acquire` and `release`."""

    def __init__(self, home: Path) -> None:
        self._path = home / "instance.lock"
        self._file: BinaryIO | None = None

    def acquire(self) -> None:
        """Take the lock. Raises `UserError` that says which process has it."""
        if self._file is not None:
            raise RuntimeError("the lock is held already")
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        file = os.fdopen(handle, "r+b", buffering=0)
        if not _try_lock(file):
            holder = file.read(32).decode("ascii", "replace").strip()
            file.close()
            raise UserError(
                f"Email Cleaner is at work already on {self._path.parent}"
                + (f" (process {holder})." if holder.isdigit() else "."),
                "Wait for it to end, close it, or set EMAILCLEANER_HOME to another folder.",
                exit_code=1,
            )
        file.truncate(0)
        file.write(f"{os.getpid()}\n".encode("ascii"))
        self._file = file

    def release(self) -> None:
        """Give the lock back; does nothing if it is not held. The file stays, or two could get in."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: BinaryIO) -> bool:
        file.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(0)
        return True

else:
    import fcntl

    def _try_lock(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
