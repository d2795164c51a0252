"""The folder that an export goes into: whose it is, and how files get into it all at once.

Files are written into a hidden folder inside and moved into place at the end, so that nothing
half-written ever looks finished. Links inside the folder are never followed.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Self

from emailcleaner.core.errors import UserError
from emailcleaner.core.model import OutputFormat, Segment

MARKER = ".emailcleaner"
SUMMARY = "summary.json"
REPORT = "report.html"

_MADE_BY = "Email Cleaner"
_STAGE_PREFIX = ".emailcleaner-unfinished-"
_MARKER_LIMIT = 1 << 20
_STEMS = ("results", "rejected", "extra_addresses", *(segment.value for segment in Segment))
_ENDINGS = tuple(file_format.value for file_format in OutputFormat)
_OURS = re.compile(rf"(?:{'|'.join(_STEMS)})\.(?:{'|'.join(_ENDINGS)})")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a failure to write into `folder` into words for the user."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise UserError(
                f"There is no room left to write the cleaned list into {folder}.",
                "Free some space or choose another folder; nothing half-written was left there.",
                exit_code=1,
            ) from error
        raise UserError(
            f"The folder {folder} cannot be written: {error.strerror or error}.",
            "Choose another folder.",
        ) from error


def create(path: Path) -> IO[bytes]:
    """A new file; fails if there is anything of that name, a link included."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o666), "wb")


def settle(file: IO[bytes]) -> int:
    """Bring a file to the disk, close it, and say how long it is."""
    file.flush()
    os.fsync(file.fileno())
    size = file.tell()
    file.close()
    return size


class OutFolder:
    """One export's hold on its folder, from claiming it to moving the files into place.

    A context manager: whatever happens, the unfinished files are gone at its end, and a folder
    that was made for nothing too. Raises UserError if the folder is somebody else's.
    """

    def __init__(self, out: Path, *, force: bool, protected: Iterable[Path] = ()) -> None:
        self.path = out.resolve()
        self._force = force
        self._protected = tuple(protected)
        self._new = [place for place in (self.path, *self.path.parents) if not place.exists()]
        self._stage: Path | None = None
        self._old: frozenset[str] = frozenset()

    @property
    def stage(self) -> Path:
        """Where the files are written before they are moved into place."""
        if self._stage is None:
            raise ValueError("the folder has not been claimed")
        return self._stage

    def __enter__(self) -> Self:
        with writing(self.path):
            self._claim()
            self._stage = Path(tempfile.mkdtemp(prefix=_STAGE_PREFIX, dir=self.path))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stage is not None:
            shutil.rmtree(self._stage, ignore_errors=True)
        if kind is not None:
            self.unmake()

    def unmake(self) -> None:
        """Remove the folders that were made for this export, if nothing is in them."""
        with contextlib.suppress(OSError):
            for place in self._new:
                place.rmdir()

    def publish(self, files: Sequence[str]) -> None:
        """Move `files` (relative to the stage) into place, the summary last.

        Files of an earlier export that this one does not have are removed.
        """
        with writing(self.path):
            self._check_targets(files)
            # First what may be ours, so that a crash in between leaves a folder we recognise.
            self._mark(self._old | set(files))
            (self.path / SUMMARY).unlink(missing_ok=True)
            for name in sorted(files, key=lambda name: (name == SUMMARY, name == REPORT, name)):
                if name == SUMMARY:
                    self._remove(self._old - set(files))
                    _sync(self.path)
                (self.path / name).parent.mkdir(exist_ok=True)
                (self.stage / name).replace(self.path / name)
            self._mark(files)
            for folder in {(self.path / name).parent for name in files}:
                _sync(folder)

    def _claim(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        entries = {entry.name for entry in self.path.iterdir()}
        leftovers = {name for name in entries if name.startswith(_STAGE_PREFIX)}
        found = _our_files(self.path)
        if entries - leftovers and found is None and not self._force:
            raise UserError(
                f"The folder {self.path} is not empty, and no earlier result of this program.",
                "Choose another folder with --out, or say --force to write into it all the same.",
            )
        self._old = found or frozenset()
        for name in leftovers:
            if not (self.path / name).is_symlink():
                shutil.rmtree(self.path / name, ignore_errors=True)

    def _check_targets(self, files: Sequence[str]) -> None:
        for name in files:
            target = self.path / name
            if target.parent != self.path and _kind(target.parent) not in (None, stat.S_IFDIR):
                raise UserError(
                    f"{target.parent} is in the way: it is a link or a file, not a folder.",
                    "Remove it or choose another folder with --out.",
                )
            if _kind(target) == stat.S_IFDIR:
                raise UserError(
                    f"{target} is in the way: a file of that name must be written.",
                    "Remove that folder or choose another one with --out.",
                )
            for source in self._protected:
                if target.exists() and source.exists() and target.samefile(source):
                    raise UserError(
                        f"{source} is the list itself and would be overwritten.",
                        "Choose another folder with --out; a list is never changed.",
                    )

    def _mark(self, files: Iterable[str]) -> None:
        with create(self.stage / MARKER) as file:
            file.write(json.dumps({"made_by": _MADE_BY, "files": sorted(files)}, indent=1).encode())
            settle(file)
        (self.stage / MARKER).replace(self.path / MARKER)

    def _remove(self, names: Iterable[str]) -> None:
        """Remove files of an earlier export, and the folders of lists that are empty then."""
        folders: set[Path] = set()
        for name in names:
            target = self.path / name
            if target.parent != self.path:
                if _kind(target.parent) != stat.S_IFDIR:
                    continue
                folders.add(target.parent)
            if _kind(target) == stat.S_IFREG:
                target.unlink()
        for folder in folders:
            with contextlib.suppress(OSError):
                folder.rmdir()


def require_usable(out: Path, *, force: bool) -> None:
    """Raise `UserError` if an export into `out` would be refused; leaves nothing behind."""
    with OutFolder(out, force=force) as folder:
        pass
    folder.unmake()


def _our_files(folder: Path) -> frozenset[str] | None:
    """The files that an earlier export left in `folder`; None: there was no earlier export."""
    for marker in (MARKER, SUMMARY):
        told = _read_json(folder / marker)
        if told is None or (marker == MARKER and told.get("made_by") != _MADE_BY):
            continue
        if marker == SUMMARY and not {"job_id", "segments", "files"} <= told.keys():
            continue
        files = told.get("files")
        names = files if isinstance(files, (list, dict)) else ()
        return frozenset(name for name in names if isinstance(name, str) and _is_our_name(name))
    return None


def _read_json(path: Path) -> dict[str, object] | None:
    if _kind(path) != stat.S_IFREG or path.stat().st_size > _MARKER_LIMIT:
        return None
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _is_our_name(name: str) -> bool:
    """Whether an export could have written a file of this name: nothing else is ever removed."""
    if "\\" in name or "\0" in name or ":" in name:
        return False
    *folders, last = PurePosixPath(name).parts or ("",)
    if folders:
        return len(folders) == 1 and folders[0] not in ("..", "/") and bool(_OURS.fullmatch(last))
    return last in (SUMMARY, REPORT) or bool(_OURS.fullmatch(last))


def _kind(path: Path) -> int | None:
    """What sort of thing stands there, links not followed; None: nothing."""
    try:
        return stat.S_IFMT(path.lstat().st_mode)
    except FileNotFoundError:
        return None


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
