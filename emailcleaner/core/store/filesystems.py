"""What lies under a path: whether it is a network file system, and how much room there is.

SQLite's locks do not work over network file systems, which is how databases get corrupted.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

_NETWORK_TYPES = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "coda"),
        *("ceph", "glusterfs", "lustre", "davfs"),
        *("fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "fuse.davfs2"),
        *("fuse.gvfsd-fuse", "fuse.smbnetfs"),
    }
)
_MOUNTINFO = Path("/proc/self/mountinfo")
_REMOTE_DRIVE = 4  # DRIVE_REMOTE of GetDriveTypeW


def network_file_system(path: Path) -> str | None:
    """The kind of network file system that `path` is on; None where it is on none, or nothing can be said."""
    if sys.platform == "win32":
        return _windows_share(path)
    try:
        mounts = _MOUNTINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:  # no Linux
        return None
    kind = mounted_type(path.resolve(), mounts)
    return kind if kind in _NETWORK_TYPES else None


def mounted_type(path: Path, mountinfo: str) -> str:
    """The type of the file system at `path`, from the text of Linux's `mountinfo` (proc(5)).

    The longest mount point that is a parent wins, the later one if a place is mounted over.
    """
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        fields, types = left.split(), right.split()
        if len(fields) < 5 or not types:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), types[0]
    return kind


def free_space(path: Path) -> int:
    """Bytes that this user may still write on the disk of `path` (or of its first parent that exists)."""
    place = path.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free


if sys.platform == "win32":
    import ctypes

    def _windows_share(path: Path) -> str | None:
        anchor = path.resolve().anchor
        if anchor.startswith("\\\\") and not anchor.startswith("\\\\?\\"):
            return "network share"
        return "network drive" if ctypes.windll.kernel32.GetDriveTypeW(anchor) == _REMOTE_DRIVE else None
