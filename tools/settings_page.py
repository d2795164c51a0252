"""Prints docs/settings.md from the catalogue of settings, so that the page cannot say something else.

.venv/bin/python tools/settings_page.py > docs/settings.md
"""

from __future__ import annotations

import sys

from emailcleaner.core.settings import CATALOGUE, Setting

HEAD = """# Settings

<!-- Made by tools/settings_page.py; change the catalogue instead: emailcleaner/core/settings/catalogue.py -->

`emailcleaner settings` shows and changes them. The last of these wins: the default, the settings file
(`settings.toml` in the data folder), the environment. A mistyped name or an impossible value is refused when
the program starts, with a sentence that says which.

`EMAILCLEANER_HOME` names the data folder itself: database, jobs, logs, settings. Without it, it is the usual
place for a user's data on the system (Linux: `~/.local/share/emailcleaner`).
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    section = ""
    for key, setting in CATALOGUE.items():
        if key.partition(".")[0] != section:
            section = key.partition(".")[0]
            parts.append(f"## {section}\n")
        parts.append(_entry(key, setting))
    return "\n".join(parts)


def _entry(key: str, setting: Setting) -> str:
    facts = [f"{setting.kind.value}, default {_shown(setting.default)}"]
    if setting.choices:
        facts.append("one of " + ", ".join(f"`{choice}`" for choice in setting.choices))
    if setting.minimum is not None and setting.maximum is not None:
        facts.append(f"{setting.minimum:,} to {setting.maximum:,}")
    facts.append("environment: " + ", ".join(f"`{name}`" for name in setting.environment))
    if setting.restart:
        facts.append("taken at the next start")
    return f"### `{key}`: {setting.label}\n\n{setting.help}\n\n{'; '.join(facts)}.\n"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value in ("", ()):
        return "empty"
    return f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(page())
