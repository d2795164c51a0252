"""`emailcleaner settings`: what can be set, what it is, and setting it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from emailcleaner.cli.terminal import print_json, say
from emailcleaner.core.paths import Home
from emailcleaner.core.settings import Origin, Value, find_setting, set_setting, setting_values, unset_setting

app = typer.Typer(help="Show and change settings.", no_args_is_help=True, rich_markup_mode=None)

_ORIGINS = {Origin.DEFAULT: "default", Origin.FILE: "settings file", Origin.ENVIRONMENT: "environment"}
_Key = Annotated[str, typer.Argument(metavar="KEY", help="The setting, as `settings list` shows it.")]


@app.command("list")
def list_settings(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> int:
    """List all settings with their values and where those come from."""
    for found in setting_values(Home.find().settings_file):
        key, value, origin = found.setting.key, found.value, _ORIGINS[found.origin]
        if as_json:
            shown = {"key": key, "value": value, "origin": origin, "help": found.setting.help}
            print_json(shown)
        else:
            sys.stdout.write(f"{key:<26} {_plain(value):<18} ({origin})\n    {found.setting.help}\n")
    return 0


@app.command()
def get(key: _Key) -> int:
    """Print the value of one setting."""
    find_setting(key)
    for found in setting_values(Home.find().settings_file):
        if found.setting.key == key:
            sys.stdout.write(_plain(found.value) + "\n")
    return 0


@app.command("set")
def set_one(
    key: _Key, value: Annotated[str, typer.Argument(help="The new value; a list separated by commas.")]
) -> int:
    """Change a setting; it holds from the next start on."""
    kept = set_setting(Home.find().prepare().settings_file, key, value)
    say(f"{key} is now {_plain(kept)}")
    return 0


@app.command()
def unset(key: _Key) -> int:
    """Go back to the default of a setting."""
    was_set = unset_setting(Home.find().prepare().settings_file, key)
    say(f"{key} has its default again" if was_set else f"{key} had its default already")
    return 0


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(value) or "-"
    return str(value) if value != "" else "-"
