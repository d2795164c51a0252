"""What a start means: a command, a list for the window, or for the terminal where there is no window."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from emailcleaner.cli.terminal import say
from emailcleaner.core.errors import UserError
from emailcleaner.core.paths import Home, forbid_core_dumps

if TYPE_CHECKING:
    from emailcleaner.core.services import Services

#: The commands, known here so that a window opens without waiting for the command line's libraries.
COMMANDS = frozenset({"clean", "verify", "jobs", "settings"})
_HELP = frozenset({"--help", "-h", "--version", "--install-completion", "--show-completion"})


def start(arguments: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit status."""
    forbid_core_dumps()
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
    except Exception:  # noqa: BLE001 - a fault of ours; the log has it, and a user gets a sentence
        return tell(
            UserError(
                "An unexpected fault of the program stopped this.",
                f"What happened is in the log, in {Home.find().logs_dir}.",
                exit_code=1,
            )
        )
    return status


def tell(error: UserError) -> int:
    """An error as one line on standard error; returns its exit status."""
    say(f"emailcleaner: {error}")
    return error.exit_code


def _in_words(error: OSError) -> UserError:
    what = error.strerror or "the system refused a file or a connection"
    where = f": {os.fsdecode(error.filename)}" if error.filename is not None else ""
    return UserError(f"{what}{where}.", "Try again when that is mended.", exit_code=1)


def has_display(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a window can be shown here."""
    if importlib.util.find_spec("PySide6") is None:
        return False
    if sys.platform in ("win32", "darwin") or environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _choose(arguments: list[str]) -> int:
    first = arguments[0] if arguments else ""
    completing = "_EMAILCLEANER_COMPLETE" in os.environ
    if first in COMMANDS or first in _HELP or completing:
        return _command(arguments)
    if first.startswith("-") and first != "-":
        return _command(arguments)  # which says that there is no such option
    if has_display():
        if any(a.startswith("-") for a in arguments):
            raise UserError("Options go with a command.", "Say: emailcleaner clean LIST... [OPTIONS].")
        from emailcleaner.ui.app import run_window

        return run_window(arguments, open_services=_services)
    if arguments:
        return _command(["clean", *arguments])
    raise UserError(
        "There is no display to open a window on.",
        "Clean a list in the terminal with: emailcleaner clean LIST.csv (all commands: emailcleaner --help).",
    )


def _services() -> AbstractContextManager[Services]:
    """Imported on a worker, behind the first window."""
    from emailcleaner.cli.session import services

    return services(sole=True)


def _command(arguments: list[str]) -> int:
    from emailcleaner.cli.app import run

    return run(arguments)
