"""Reads and changes the settings: defaults, then the settings file, then the environment, the last one
wins."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from emailcleaner.core.errors import UserError
from emailcleaner.core.settings.catalogue import CATALOGUE, SECTIONS, Setting, Settings, Value
from emailcleaner.core.settings.values import check_value, find_setting, nearest, parse_text, unknown_name

_PREFIX = "EMAILCLEANER_"

#: So much must a variable of an unknown section look like a setting's to be taken for a mistyped one.
#: else's.
_SURELY_MEANT = 0.85

#: Variables with our prefix that are no settings.
_OTHER_VARIABLES = frozenset({"EMAILCLEANER_HOME"})

_HEAD = "# Settings of Email Cleaner. A change made by the program writes this file anew, without comments.\n"


class Origin(StrEnum):
    """Where a value comes from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting, the value it has, and where that comes from."""

    setting: Setting
    value: Value
    origin: Origin


def load_settings(file: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings for this start. Raises `UserError` for a mistyped name or an impossible value."""
    sections: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
    for found in setting_values(file, environ):
        section, _, name = found.setting.key.partition(".")
        sections[section][name] = found.value
    defaults = Settings()
    built = {name: type(getattr(defaults, name))(**values) for name, values in sections.items()}
    return Settings(**built)


def setting_values(file: Path, environ: Mapping[str, str] = os.environ) -> list[SettingValue]:
    """Every setting with its value and where it comes from. Raises `UserError` as `load_settings`."""
    in_file = _read_file(file)
    in_environment = _read_environment(environ)
    values = []
    for key, setting in CATALOGUE.items():
        if key in in_environment:
            values.append(SettingValue(setting, in_environment[key], Origin.ENVIRONMENT))
        elif key in in_file:
            values.append(SettingValue(setting, in_file[key], Origin.FILE))
        else:
            values.append(SettingValue(setting, setting.default, Origin.DEFAULT))
    return values


def set_setting(file: Path, key: str, text: str) -> Value:
    """Keep a value, given as text, in the settings file; returns it. Raises `UserError`, changing nothing."""
    setting = find_setting(key)
    value = parse_text(setting, text)
    _write_file(file, {**_read_file(file), key: value})
    return value


def unset_setting(file: Path, key: str) -> bool:
    """Take a value out of the settings file, so that the default holds; False if it was not there."""
    find_setting(key)
    kept = _read_file(file)
    if key not in kept:
        return False
    del kept[key]
    _write_file(file, kept)
    return True


def _read_environment(environ: Mapping[str, str]) -> dict[str, Value]:
    by_variable = {name: setting for setting in CATALOGUE.values() for name in setting.environment}
    found: dict[str, Value] = {}
    for setting in CATALOGUE.values():
        for name in setting.environment:
            if environ.get(name, "").strip():
                found[setting.key] = parse_text(setting, environ[name], f" ({name})")
                break
    for name in environ:
        if name.startswith(_PREFIX) and name not in by_variable and name not in _OTHER_VARIABLES:
            _refuse_mistyped(name, list(by_variable))
    return found


def _refuse_mistyped(name: str, known: list[str]) -> None:
    section = name.removeprefix(_PREFIX).partition("_")[0].lower()
    if section in SECTIONS or nearest(name, known, _SURELY_MEANT):
        raise unknown_name(name, known, " (a variable of the environment)")


def _read_file(file: Path) -> dict[str, Value]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as fault:
        raise UserError(f"The settings file {file} cannot be read: {fault}.") from fault
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise UserError(
            f"The settings file {file} cannot be understood: {fault}.", "Mend it or remove it."
        ) from fault
    found: dict[str, Value] = {}
    for section, values in data.items():
        if not isinstance(values, dict):
            raise unknown_name(section, list(CATALOGUE), f" in {file}")
        for name, value in values.items():
            key = f"{section}.{name}"
            if key not in CATALOGUE:
                raise unknown_name(key, list(CATALOGUE), f" in {file}")
            found[key] = check_value(CATALOGUE[key], value, f" in {file}")
    return found


def _write_file(file: Path, values: Mapping[str, Value]) -> None:
    lines = [_HEAD]
    for section in SECTIONS:
        names = [key for key in CATALOGUE if key in values and key.startswith(f"{section}.")]
        if names:
            lines.append(f"\n[{section}]\n")
            lines += [f"{key.partition('.')[2]} = {_toml(values[key])}\n" for key in names]
    temporary = file.with_name(file.name + ".new")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.writelines(lines)
            out.flush()
            os.fsync(handle)
        temporary.replace(file)
    except OSError as fault:
        raise UserError(f"The settings file {file} cannot be written: {fault.strerror}.") from fault


def _toml(value: Value) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        # A TOML string is escaped as in JSON, except that DEL must be escaped too.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else repr(value)
