"""The commands and how one is run: every error a sentence on standard error, every outcome an exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
import typer

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
    except click.exceptions.NoArgsIsHelpError as asked:
        sys.stderr.write(asked.format_message() + "\n")
        return 2
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.Abort:
        return 130
    except click.UsageError as wrong:
        where = wrong.ctx.command_path if wrong.ctx is not None else "emailcleaner"
        raise UserError(wrong.format_message().rstrip(".") + ".", f"See: {where} --help") from wrong
    except KeyboardInterrupt:
        return 130
    return result if isinstance(result, int) else 0


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
