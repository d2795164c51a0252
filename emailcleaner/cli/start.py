"""What a start means: a command, a list for the window, or for the terminal where there is no window."""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from emailcleaner.cli.terminal import say
from emailcleaner.core.errors import UserError
from emailcleaner.core.paths import Home, forbid_core_dumps

if TYPE_CHECKING:
    from emailcleaner.core.services import Services

_log = logging.getLogger(__name__)

#: The commands, known here so that a window opens without waiting for the command line's libraries.
COMMANDS = frozenset({"clean", "verify", "jobs", "settings"})
_HELP = frozenset({"--help", "-h", "--version", "--install-completion", "--show-completion"})


def start(arguments: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit status."""
    forbid_core_dumps()
    _open_streams()
    try:
        status = _choose(list(arguments))
        sys.stdout.flush()
    except UserError as error:
        return tell(error)
    except BrokenPipeError:
        # Whoever reads our output has seen enough. What is left of it must not be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return tell(_in_words(error))
    except KeyboardInterrupt:
        return 130
    except Exception as fault:  # noqa: BLE001 - a fault of ours; the log gets it, and a user a sentence
        return tell(unexpected(fault, Home.find()))
    return status


def _open_streams() -> None:
    """Where standard output or error is closed, as under some schedulers, what is written there is lost."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process
            setattr(sys, name, stream)


def tell(error: UserError) -> int:
    """An error as one line on standard error; returns its exit status."""
    say(f"emailcleaner: {error}")
    return error.exit_code


def _in_words(error: OSError) -> UserError:
    what = error.strerror or "the system refused a file or a connection"
    where = f": {os.fsdecode(error.filename)}" if error.filename is not None else ""
    return UserError(f"{what}{where}.", "Try again when that is mended.", exit_code=1)


def unexpected(fault: Exception, home: Home) -> UserError:
    """Put a fault of ours into the log of `home`; returns what the user is told, and where the log is."""
    title = "An unexpected fault of the program stopped this."
    try:
        from emailcleaner.core.logs import logging_to
        from emailcleaner.core.settings import LogSettings

        with logging_to(home, LogSettings()) as file:
            _log.error("unexpected fault", exc_info=fault)
    except Exception:  # noqa: BLE001 - logging may be what is broken
        return UserError(title, f"It is a {type(fault).__name__}; no log could be written.", exit_code=1)
    return UserError(title, f"What happened is in the log: {file}.", exit_code=1)


def why_no_window() -> str:
    """A sentence on why a window cannot be shown here; empty if it can. Qt itself would abort."""
    if importlib.util.find_spec("PySide6") is None:
        return "The window needs PySide6, which is not installed."
    from emailcleaner.ui.start_checks import find_screen

    return find_screen().fault


def _choose(arguments: list[str]) -> int:
    first = arguments[0] if arguments else ""
    completing = "_EMAILCLEANER_COMPLETE" in os.environ
    if first in COMMANDS or first in _HELP or completing:
        return _command(arguments)
    if first.startswith("-") and first != "-":
        return _command(arguments)  # which says that there is no such option
    obstacle = why_no_window()
    if not obstacle:
        if any(a.startswith("-") for a in arguments):
            raise UserError("Options go with a command.", "Say: emailcleaner clean LIST... [OPTIONS].")
        from emailcleaner.ui.app import run_window

        return run_window(arguments, open_services=_services)
    if arguments:
        say(f"{obstacle} Cleaning in the terminal instead.")
        return _command(["clean", *arguments])
    raise UserError(
        obstacle,
        "Clean a list in the terminal with: emailcleaner clean LIST.csv (all commands: emailcleaner --help).",
        exit_code=1,
    )


def _services() -> AbstractContextManager[Services]:
    """Imported on a worker, behind the first window."""
    from emailcleaner.cli.session import services

    return services(sole=True)


def _command(arguments: list[str]) -> int:
    from emailcleaner.cli.app import run

    return run(arguments)
