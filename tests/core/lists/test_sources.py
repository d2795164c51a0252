"""Sources: regular files only, read only, watched; gzip within limits."""

from __future__ import annotations

import gzip
import os
import socket
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists.sources import (
    Container,
    Inflater,
    container_of,
    open_source,
    read_head,
    read_up_to,
)


def inflated(data: bytes, piece: int = 1_000) -> bytes:
    at = [piece]

    def read(count: int) -> bytes:
        taken = data[at[0] : at[0] + min(count, piece)]
        at[0] += len(taken)
        return taken

    return read_up_to(Inflater(read, data[:piece]).read, 1 << 30)


@pytest.mark.skipif(sys.platform == "win32", reason="no FIFOs there")
def test_a_fifo_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="pipe or a device"), open_source(tmp_path / "pipe"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no devices and sockets as files there")
def test_devices_and_sockets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="pipe or a device"), open_source(Path("/dev/zero")):
        pass
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        with pytest.raises(UserError, match="pipe or a device"), open_source(tmp_path / "s"):
            pass


@pytest.mark.parametrize("name", ["missing.csv", "folder", "a\0b", "loop", "x" * 300])
def test_what_cannot_be_opened_is_said_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(UserError) as error, open_source(tmp_path / name):
        pass
    assert error.value.exit_code == 2
    assert "Errno" not in str(error.value)


def test_a_link_to_a_list_is_followed(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"a@example.com\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "list.csv")
    with open_source(tmp_path / "link.csv") as source:
        assert read_head(source) == b"a@example.com\n"
        assert source.is_unchanged()


@pytest.mark.parametrize("change", ["longer", "shorter", "replaced", "touched", "gone"])
def test_a_change_is_noticed(tmp_path: Path, change: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"a@example.com\n" * 10)
    with open_source(path) as source:
        read_head(source)
        if change == "longer":
            with path.open("ab") as out:
                out.write(b"b")
        elif change == "shorter":
            os.truncate(path, 20)
        elif change == "replaced":
            (tmp_path / "new").write_bytes(b"a@example.com\n" * 10)
            (tmp_path / "new").replace(path)
        elif change == "touched":
            os.utime(path, ns=(1, 1))
        else:
            path.unlink()
        assert not source.is_unchanged()


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\x1f\x8b\x08", Container.GZIP),
        (b"PK\x03\x04", Container.ZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Container.OLE),
        (b"email\n", Container.PLAIN),
        (b"", Container.PLAIN),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head: bytes, container: Container) -> None:
    assert container_of(head) is container


@pytest.mark.parametrize(
    "head", [b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"7z\xbc\xaf\x27\x1c", b"SQLite format 3\x00", b"\x7fELF"]
)
def test_what_is_surely_no_list_is_refused_by_name(head: bytes) -> None:
    with pytest.raises(UserError, match="not a list"):
        container_of(head)


@given(st.lists(st.binary(max_size=2_000), min_size=1, max_size=4), st.integers(1, 300), st.integers(0, 20))
def test_gzip_of_several_members_and_padding_is_inflated(
    parts: list[bytes], piece: int, padding: int
) -> None:
    data = b"".join(gzip.compress(part) for part in parts) + bytes(padding)
    assert inflated(data, piece) == b"".join(parts)


def test_gzip_that_is_cut_off_is_refused() -> None:
    data = gzip.compress(os.urandom(5_000))
    for length in (11, 2_500, len(data) - 1):
        with pytest.raises(UserError, match="cut off"):
            inflated(data[:length])


@pytest.mark.parametrize("place", [3_000, -6, -2])
def test_damaged_gzip_is_refused(place: int) -> None:
    data = bytearray(gzip.compress(os.urandom(5_000)))
    data[place] ^= 0x55
    with pytest.raises(UserError):
        inflated(bytes(data))


def test_what_follows_gzip_and_is_none_is_refused() -> None:
    with pytest.raises(UserError, match="damaged"):
        inflated(gzip.compress(b"a@example.com\n") + b"trailing text")


def test_a_gzip_bomb_is_refused_early() -> None:
    packer = zlib.compressobj(9, wbits=31)
    data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    assert len(data) < 100_000
    inflater = Inflater(lambda _: b"", data)
    pieces = iter(lambda: len(inflater.read(1 << 20)), 0)
    total: list[int] = []
    with pytest.raises(UserError, match="inflates to far more"):
        total.extend(pieces)
    assert sum(total) <= 20 << 20
