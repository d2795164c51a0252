"""Checks and turns what a user gives for a setting, as typed text or from the settings file, into its
value."""

from __future__ import annotations

import math

from emailcleaner.core.errors import UserError
from emailcleaner.core.settings.catalogue import CATALOGUE, Kind, Setting, Value

_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off"})


def find_setting(key: str) -> Setting:
    """The setting of that key. Raises `UserError` that names the nearest one."""
    found = CATALOGUE.get(key)
    if found is None:
        raise unknown_name(key, list(CATALOGUE))
    return found


def unknown_name(name: str, known: list[str], where: str = "") -> UserError:
    """The error for a name that is none of `known`."""
    near = nearest(name, known)
    title = f"There is no setting {name!r}{where}."
    return UserError(title, f"Did you mean {near}?" if near else "See: emailcleaner settings list")


def nearest(name: str, known: list[str], least: float = 0.6) -> str | None:
    """The name that looks most like `name`, if one does (`least`: how much, from 0 to 1)."""
    import difflib

    found = difflib.get_close_matches(name, known, n=1, cutoff=least)
    return found[0] if found else None


def parse_text(setting: Setting, text: str, where: str = "") -> Value:
    """The value that a text stands for. A list is separated by commas. Raises `UserError`."""
    text = text.strip()
    parsed: object = text
    if setting.kind is Kind.SWITCH:
        word = text.lower()
        parsed = True if word in _ON else False if word in _OFF else text
    elif setting.kind in {Kind.WHOLE, Kind.NUMBER}:
        parsed = _number(text)
    elif setting.kind is Kind.TEXTS:
        parsed = [part.strip() for part in text.split(",") if part.strip()]
    elif setting.kind is Kind.CHOICE:
        parsed = next((c for c in setting.choices if c.lower() == text.lower()), text)
    return check_value(setting, parsed, where)


def check_value(setting: Setting, value: object, where: str = "") -> Value:
    """The value if it is one that the setting takes. Raises `UserError` that says what it takes."""
    checked = _typed(setting, value)
    if checked is None:
        raise UserError(f"The setting {setting.key} must be {_wanted(setting)}{where}, not {value!r}.")
    return checked


def _typed(setting: Setting, value: object) -> Value | None:
    match setting.kind:
        case Kind.SWITCH:
            return value if isinstance(value, bool) else None
        case Kind.WHOLE | Kind.NUMBER:
            return _within(setting, value)
        case Kind.TEXTS:
            if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
                return tuple(value)
            return None
        case Kind.CHOICE:
            return value if isinstance(value, str) and value in setting.choices else None
        case Kind.TEXT:
            return value if isinstance(value, str) else None


def _within(setting: Setting, value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    if setting.kind is Kind.WHOLE and value != int(value):
        return None
    too_low = setting.minimum is not None and value < setting.minimum
    if too_low or (setting.maximum is not None and value > setting.maximum):
        return None
    return int(value) if setting.kind is Kind.WHOLE else float(value)


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _wanted(setting: Setting) -> str:
    match setting.kind:
        case Kind.SWITCH:
            return "on or off"
        case Kind.WHOLE | Kind.NUMBER:
            return f"a {setting.kind.value} from {setting.minimum:g} to {setting.maximum:g}"
        case Kind.CHOICE:
            return "one of " + ", ".join(setting.choices)
        case Kind.TEXTS:
            return "a list of texts"
        case Kind.TEXT:
            return "a text"
