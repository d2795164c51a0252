from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emailcleaner.core.store.filesystems import free_space, mounted_type, network_file_system

MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home/ann rw - nfs4 server:/ann rw
31 22 0:41 / /mnt/with\040space rw - cifs //server/share rw
32 30 0:42 / /home/ann/local rw,noatime master:3 - xfs /dev/sdb1 rw
33 22 0:43 / /mnt/twice rw - nfs server:/x rw
34 22 0:44 / /mnt/twice rw - tmpfs tmpfs rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/home/anna/x", "ext4"),
        ("/home/ann", "nfs4"),
        ("/home/ann/.local/share", "nfs4"),
        ("/home/ann/local/x", "xfs"),
        ("/mnt/with space/deep/er", "cifs"),
        ("/mnt/twice/x", "tmpfs"),
    ],
)
def test_the_nearest_mount_says_what_a_path_is_on(path: str, kind: str) -> None:
    assert mounted_type(Path(path), MOUNTS) == kind


def test_nothing_mounted_is_no_type() -> None:
    assert not mounted_type(Path("/x"), "")


def test_a_local_folder_is_no_network_file_system(tmp_path: Path) -> None:
    assert network_file_system(tmp_path) is None


def test_free_space_is_that_of_the_disk_even_where_the_folder_is_not_made_yet(tmp_path: Path) -> None:
    free = free_space(tmp_path / "not" / "made" / "yet")
    assert abs(free - shutil.disk_usage(tmp_path).free) < 2**30
