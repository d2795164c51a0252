"""The handbook is true: reasons, settings, commands and options stand in it, and links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from emailcleaner.cli.app import build
from emailcleaner.core.model import Blame, Flag, Rating, Reason, Segment, Status, flag_names

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")


def _commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command with its words; typer carries its own click, hence no type of it."""
    children = getattr(command, "commands", None)
    if children is None:
        yield " ".join(words), command
    else:
        for name, child in children.items():
            yield from _commands(child, (*words, name))


@pytest.mark.parametrize(
    "word", [*Reason, *Segment, *Status, *Blame, *Rating], ids=lambda word: str(word.value)
)
def test_every_word_of_a_verdict_is_explained(word: Reason) -> None:
    assert f"`{word.value}`" in (DOCS / "verdicts.md").read_text("utf-8")


def test_every_flag_is_explained() -> None:
    text = (DOCS / "verdicts.md").read_text("utf-8")
    every = flag_names(Flag((1 << len(Flag)) - 1))
    assert len(every) == len(Flag)
    assert not [name for name in every if f"`{name}`" not in text]


def test_the_settings_page_is_what_the_catalogue_says() -> None:
    made = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "settings_page.py")], capture_output=True, text=True, check=True
    ).stdout
    assert (DOCS / "settings.md").read_text("utf-8") == made, "run tools/settings_page.py > docs/settings.md"


def test_every_command_is_in_the_handbook() -> None:
    text = (DOCS / "command-line.md").read_text("utf-8")
    names = [name for name, _command in _commands(typer.main.get_command(build()))]
    assert {"clean", "verify", "jobs list", "jobs resume"} <= set(names)
    assert not [
        name
        for name in names
        if f"`{name} " not in text and f"`{name}`" not in text and f"## {name}" not in text
    ]


def test_every_option_is_in_the_handbook() -> None:
    text = (DOCS / "command-line.md").read_text("utf-8")
    missing = [
        f"{name} {option}"
        for name, command in _commands(typer.main.get_command(build()))
        for parameter in command.params
        if parameter.param_type_name == "option"
        for option in parameter.opts
        if option.startswith("--") and f"`{option}" not in text
    ]
    assert not missing


def test_every_option_in_the_handbook_exists() -> None:
    text = (DOCS / "command-line.md").read_text("utf-8")
    known = {
        option
        for _name, command in _commands(typer.main.get_command(build()))
        for parameter in command.params
        for option in parameter.opts
    }
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert told - known <= {"--help", "--version", "--install-completion"}


def test_every_command_explains_itself() -> None:
    for name, command in _commands(typer.main.get_command(build())):
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    local = [link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert not [link for link in local if link and not (page.parent / link).exists()]


def test_decisions_are_numbered_without_gaps_and_have_their_parts() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text("utf-8")
        assert not [
            part
            for part in ("Context", "Decision", "Consequences", "Considered")
            if f"**{part}.**" not in text
        ]
