"""What a start means: a command, a list for the window, or for the terminal where there is no window."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence

from emailcleaner.core.errors import UserError
from emailcleaner.core.paths import forbid_core_dumps, make_files_private

_HELP = frozenset({"--help", "-h", "--version", "--install-completion", "--show-completion"})


def start(arguments: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit status."""
    make_files_private()
    forbid_core_dumps()
    try:
        return _choose(list(arguments))
    except UserError as error:
        tell(error)
        return error.exit_code


def tell(error: UserError) -> None:
    """An error as one line on standard error."""
    sys.stderr.write(f"emailcleaner: {error}\n")


def has_display(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a window can be shown here."""
    if importlib.util.find_spec("PySide6") is None:
        return False
    if sys.platform in ("win32", "darwin") or environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _choose(arguments: list[str]) -> int:
    from emailcleaner.cli.app import COMMANDS

    first = arguments[0] if arguments else ""
    completing = "_EMAILCLEANER_COMPLETE" in os.environ
    if first in COMMANDS or first in _HELP or completing:
        return _command(arguments)
    if first.startswith("-") and first != "-":
        return _command(arguments)  # which says that there is no such option
    if has_display():
        from emailcleaner.ui.app import run_window

        return run_window(arguments)
    if arguments:
        return _command(["clean", *arguments])
    raise UserError(
        "There is no display to open a window on.",
        "Clean a list in the terminal with: emailcleaner clean LIST.csv (all commands: emailcleaner --help).",
    )


def _command(arguments: list[str]) -> int:
    from emailcleaner.cli.app import run

    return run(arguments)
