"""What keeps a window from being shown is said in words, before Qt would abort."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emailcleaner.ui.start_checks import Screen, answers_wayland, answers_x11, find_screen, what_is_missing

_X11 = Screen("x11")
_OTHER = Screen("other")
_NO_SUCH_DISPLAY = ":7471"


def _screen(environ: dict[str, str], *, alive: frozenset[str] = frozenset()) -> Screen:
    return find_screen(
        environ,
        platform="linux",
        x11=lambda display: display in alive,
        wayland=lambda display, _folder: display in alive,
    )


def _missing(
    screen: Screen, *, lacking: frozenset[str] = frozenset(), platform: str = "linux", qt: bool = True
) -> list[str]:
    return what_is_missing(
        screen, platform=platform, loadable=lambda name: name not in lacking, has_module=lambda _name: qt
    )


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({"DISPLAY": ":0"}, "x11"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wayland"),
        ({"WAYLAND_DISPLAY": "wayland-dead", "DISPLAY": ":0"}, "x11"),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "QT_QPA_PLATFORM": "xcb"}, "x11"),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "QT_QPA_PLATFORM": "wayland"}, "wayland"),
        ({"QT_QPA_PLATFORM": "offscreen"}, "other"),
        ({"QT_QPA_PLATFORM": "vnc:size=800x600", "DISPLAY": ":77"}, "other"),
        ({"DISPLAY": ":77"}, ""),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "wayland"}, ""),
        ({"DISPLAY": ""}, ""),
        ({}, ""),
    ],
)
def test_the_screen_is_the_one_that_answers(environ: dict[str, str], kind: str) -> None:
    screen = _screen(environ, alive=frozenset({":0", "wayland-0"}))
    assert screen.kind == kind
    assert bool(screen.fault) is (kind == "")


def test_other_systems_bring_their_own_display() -> None:
    assert find_screen({}, platform="darwin") == _OTHER
    assert _missing(_OTHER, platform="darwin") == []


def test_nothing_is_missing_with_a_screen_and_all_libraries() -> None:
    assert _missing(_X11) == _missing(Screen("wayland")) == _missing(_OTHER) == []


def test_no_display_is_said_with_what_to_do_instead() -> None:
    (sentence,) = _missing(_screen({}))
    assert "no display" in sentence
    assert "emailcleaner clean" in sentence


def test_a_display_that_does_not_answer_is_named() -> None:
    (sentence,) = _missing(_screen({"DISPLAY": ":77", "WAYLAND_DISPLAY": "wayland-9"}))
    assert "does not answer" in sentence
    assert "WAYLAND_DISPLAY=wayland-9, DISPLAY=:77" in sentence


def test_a_missing_library_is_named_with_the_command_that_installs_it() -> None:
    (sentence,) = _missing(_X11, lacking=frozenset({"libxcb-cursor.so.0"}))
    assert "sudo apt-get install libxcb-cursor0" in sentence


def test_x11_libraries_are_not_asked_for_where_they_are_not_needed() -> None:
    assert _missing(_OTHER, lacking=frozenset({"libxcb-cursor.so.0", "libxkbcommon-x11.so.0"})) == []


def test_a_missing_qt_is_said_first() -> None:
    (sentence,) = _missing(_screen({}), qt=False)
    assert "PySide6" in sentence


@pytest.fixture(scope="module")
def virtual_screen() -> Iterator[str]:
    """The name of a display that answers."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("there is no Xvfb here")
    read, write = os.pipe()
    with subprocess.Popen(
        [program, "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    ) as running:
        os.close(write)
        try:
            with os.fdopen(read) as told:
                yield ":" + told.readline().strip()
        finally:
            running.terminate()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is asked on Linux only")
class TestX11:
    def test_a_display_that_is_there_answers(self, virtual_screen: str) -> None:
        assert answers_x11(virtual_screen)

    @pytest.mark.parametrize("display", [_NO_SUCH_DISPLAY, "localhost:7471", "nonsense", ":-1", ":0\u00fc"])
    def test_a_display_that_is_not_there_does_not(self, display: str) -> None:
        assert not answers_x11(display)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs sockets of the file system")
def test_a_wayland_display_answers_if_something_listens_at_its_socket(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "w"))
        listening.listen()
        assert answers_wayland("w", str(tmp_path))
        assert answers_wayland(str(tmp_path / "w"), "")
    assert not answers_wayland("w", str(tmp_path))
    assert not answers_wayland("x" * 300, str(tmp_path))
