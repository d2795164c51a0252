"""The commands and how one is run: every error a sentence on standard error, every outcome an exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import typer
from typer.exceptions import TyperException

from emailcleaner import __version__
from emailcleaner.cli import clean, jobs, verify
from emailcleaner.cli.settings import app as settings_app
from emailcleaner.core.errors import UserError

_HELP = """Cleans e-mail lists: a verdict for every address, its evidence, and whose fault a failure was.

Without a command, the window opens, with LIST in it if one is given; where there is no display,
LIST is cleaned in the terminal."""


def build() -> typer.Typer:
    """The command line with all its commands."""
    app = typer.Typer(
        name="emailcleaner",
        help=_HELP,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_program)
    app.command("clean", no_args_is_help=True)(clean.clean)
    app.command("verify", no_args_is_help=True)(verify.verify)
    app.add_typer(jobs.app, name="jobs")
    app.add_typer(settings_app, name="settings")
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit status. Raises `UserError`."""
    command = typer.main.get_command(build())
    try:
        result = command.main(args=list(arguments), prog_name="emailcleaner", standalone_mode=False)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return 130
    except TyperException as wrong:
        return _refused(wrong)
    except KeyboardInterrupt:
        return 130
    return result if isinstance(result, int) else 0


def _refused(wrong: TyperException) -> int:
    """A command line that makes no sense: help if there was nothing to refuse, else one sentence."""
    context = getattr(wrong, "ctx", None)
    in_words: Callable[[], str] = getattr(wrong, "format_message", wrong.__str__)
    text = in_words().replace("Value error, ", "")
    if text.startswith("Usage:"):
        sys.stderr.write(text + "\n")
        return 2
    where = context.command_path if context is not None else "emailcleaner"
    raise UserError(text.rstrip(".") + ".", f"See: {where} --help") from wrong


def _version(wanted: bool) -> None:  # noqa: FBT001 - the shape of an option's callback is click's
    if wanted:
        sys.stdout.write(f"emailcleaner {__version__}\n")
        raise typer.Exit


def _program(
    *,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say the version."
    ),
) -> None:
    del version
