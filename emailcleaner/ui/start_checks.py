"""Says in words why a window cannot be shown, before Qt would abort or draw boxes for letters."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: What Qt needs from a Linux system: the library's name for the loader and the Debian package it is in.
_ALWAYS = (
    ("libglib-2.0.so.0", "libglib2.0-0"),
    ("libEGL.so.1", "libegl1"),
    ("libGL.so.1", "libgl1"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libfontconfig.so.1", "libfontconfig1"),
)
_FOR_X11 = (
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
    ("libxcb-xkb.so.1", "libxcb-xkb1"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
)
#: How long a display may take to answer. One that is on this computer takes a thousandth of it.
_PATIENCE_S = 4.0


def is_loadable(name: str) -> bool:
    """Whether the loader finds a library: asked of the loader, not of a package manager."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def answers_x11(display: str) -> bool:
    """Whether an X server answers at `display` and lets this user in. Qt aborts if not."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # the search for libraries says what there is to say
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    answered = []

    def connect() -> None:
        connection = xcb.xcb_connect(os.fsencode(display), None)
        answered.append(not xcb.xcb_connection_has_error(connection))
        xcb.xcb_disconnect(connection)

    # A host that swallows packets holds a connection for minutes; only a thread can be left behind.
    asking = threading.Thread(target=connect, daemon=True)
    asking.start()
    asking.join(_PATIENCE_S)
    return answered == [True]


def answers_wayland(display: str, runtime_dir: str) -> bool:
    """Whether something listens at the socket of the Wayland display."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(_PATIENCE_S)
        try:
            asking.connect(os.path.join(runtime_dir, display))  # noqa: PTH118 - an absolute display wins
        except (OSError, ValueError):
            return False
    return True


@dataclass(frozen=True)
class Screen:
    """Where Qt draws; `kind`: `x11`, `wayland`, `other` (needs no display), or empty: `fault` says why."""

    kind: str
    fault: str = ""


def find_screen(
    environ: Mapping[str, str] = os.environ,
    *,
    platform: str = sys.platform,
    x11: Callable[[str], bool] = answers_x11,
    wayland: Callable[[str, str], bool] = answers_wayland,
) -> Screen:
    """The screen that Qt will take: Wayland if there is one, else X11, unless QT_QPA_PLATFORM says which."""
    kinds = [part.split(":")[0] for part in environ.get("QT_QPA_PLATFORM", "").split(";") if part]
    if not platform.startswith("linux") or any(not kind.startswith(("xcb", "wayland")) for kind in kinds):
        return Screen("other")
    silent = []
    name = environ.get("WAYLAND_DISPLAY", "")
    if name and kinds != ["xcb"]:
        if wayland(name, environ.get("XDG_RUNTIME_DIR", "")):
            return Screen("wayland")
        silent.append(f"WAYLAND_DISPLAY={name}")
    name = environ.get("DISPLAY", "")
    if name and (not kinds or "xcb" in kinds):
        if x11(name):
            return Screen("x11")
        silent.append(f"DISPLAY={name}")
    if silent:
        return Screen("", f"The display does not answer or does not let you in ({', '.join(silent)}).")
    return Screen("", "There is no display to show the window on.")


def what_is_missing(
    screen: Screen,
    *,
    platform: str = sys.platform,
    loadable: Callable[[str], bool] = is_loadable,
    has_module: Callable[[str], bool] = lambda name: importlib.util.find_spec(name) is not None,
) -> list[str]:
    """Sentences that say what keeps the window from being shown on `screen`; none if nothing does."""
    if not has_module("PySide6"):
        return ["The window needs PySide6. Install it with: pip install 'emailcleaner[ui]'"]
    if not platform.startswith("linux"):
        return []
    if screen.fault:
        return [f"{screen.fault} Without one, use: emailcleaner clean LIST"]
    wanted = _ALWAYS + _FOR_X11 if screen.kind == "x11" else _ALWAYS
    packages = [package for library, package in wanted if not loadable(library)]
    if not packages:
        return []
    names = " ".join(packages)
    lacking = f"The window needs libraries that this system lacks: {names}."
    return [f"{lacking} Install them with: sudo apt-get install {names}"]
