"""Names the Debian packages whose libraries Qt would not find here; prints nothing if all are there.

Asks the loader, not the package manager: what counts is whether Qt can start. Must run in a bare
Python, before anything is installed.
"""

from __future__ import annotations

import ctypes
import sys

# Alternatives of a package's name, newest release first, are divided by "|".
OFFSCREEN = {
    "libglib-2.0.so.0": "libglib2.0-0t64|libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
}
X11 = OFFSCREEN | {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND = OFFSCREEN | {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
SETS = {"offscreen": OFFSCREEN, "x11": X11, "wayland": WAYLAND}


def missing_packages(libraries: dict[str, str]) -> list[str]:
    """The packages of those `libraries` that the loader cannot open."""
    missing = []
    for soname, package in libraries.items():
        try:
            ctypes.CDLL(soname)
        except OSError:
            missing.append(package)
    return missing


if __name__ == "__main__":
    if sys.platform == "linux":
        sys.stdout.write(" ".join(missing_packages(SETS[sys.argv[1]])))
