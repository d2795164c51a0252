"""Says in words why a window cannot be shown, before Qt would abort or draw boxes for letters."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping

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
#: Qt platforms that draw without a display.
_WITHOUT_DISPLAY = frozenset({"offscreen", "minimal", "vnc"})


def is_loadable(name: str) -> bool:
    """Whether the loader finds a library: asked of the loader, not of a package manager."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def what_is_missing(
    environ: Mapping[str, str] = os.environ,
    *,
    platform: str = sys.platform,
    loadable: Callable[[str], bool] = is_loadable,
    has_module: Callable[[str], bool] = lambda name: importlib.util.find_spec(name) is not None,
) -> list[str]:
    """Sentences that say what keeps the window from being shown; none if nothing does."""
    if not has_module("PySide6"):
        return ["The window needs PySide6. Install it with: pip install 'emailcleaner[ui]'"]
    if not platform.startswith("linux"):
        return []
    kind = environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    drawn = kind in _WITHOUT_DISPLAY
    wayland = bool(environ.get("WAYLAND_DISPLAY")) and kind != "xcb"
    found = []
    if not drawn and not wayland and not environ.get("DISPLAY"):
        found.append(
            "There is no display to show the window on. "
            "On a computer without one, use: emailcleaner clean LIST"
        )
    wanted = _ALWAYS if drawn or wayland else _ALWAYS + _FOR_X11
    packages = [package for library, package in wanted if not loadable(library)]
    if packages:
        found.append(
            f"The window needs libraries that this system lacks: {' '.join(packages)}. "
            f"Install them with: sudo apt-get install {' '.join(packages)}"
        )
    return found
