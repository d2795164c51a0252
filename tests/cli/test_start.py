from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from emailcleaner import __version__
from emailcleaner.cli.app import build
from emailcleaner.cli.start import COMMANDS, unexpected
from emailcleaner.core.paths import Home
from tests.cli.conftest import Command
from tests.servers.dns_server import DnsServer

_VERDICT = (
    "status reason depth blame segment score rating flags suggestion mx_host provider smtp_code "
    "enhanced_code reply_text rule_id attempts retry_after checked_at"
).split()


def _words(command: Any, before: tuple[str, ...] = ()) -> list[str]:
    children = getattr(command, "commands", {})
    found = [" ".join(before)]
    for name, child in children.items():
        found += _words(child, (*before, name))
    return found


_COMMANDS = _words(typer.main.get_command(build()))


def test_the_commands_are_those_known_at_the_start() -> None:
    assert {words.split()[0] for words in _COMMANDS if words} == COMMANDS


@pytest.mark.parametrize("words", _COMMANDS)
def test_every_command_explains_itself(command: Command, words: str) -> None:
    for option in ("--help", "-h"):
        said = command(f"{words} {option}")
        assert (said.status, said.err) == (0, "")
        assert f"Usage: emailcleaner {words}".strip() in said.out
        assert len(said.lines) > 5


def test_the_version_is_said(command: Command) -> None:
    assert command("--version").out == f"emailcleaner {__version__}\n"


def test_verify_prints_one_flat_object_an_address_with_all_fields(
    command: Command, server: DnsServer
) -> None:
    said = command("verify", "Ada <ada@acme-mail.org>", "bob@gmial.com", "nobody", "ü@acme-mail.org")
    assert (said.status, said.err) == (0, "")
    found = [json.loads(line) for line in said.lines]
    assert [f["address"] for f in found] == [
        "Ada <ada@acme-mail.org>",
        "bob@gmial.com",
        "nobody",
        "ü@acme-mail.org",
    ]
    for one in found:
        assert set(_VERDICT) <= set(one)
        assert not any(isinstance(value, dict) for value in one.values())
    assert [f["reason"] for f in found[::2]] == ["domain_accepts", "missing_at"]
    assert found[0]["mx_host"] == "mx.acme-mail.org"
    assert found[0]["flags"] == ["corrected"]
    assert found[1]["suggestion"] == "bob@gmail.com"


def test_verify_takes_what_looks_like_an_option_behind_two_dashes(command: Command) -> None:
    said = command("verify --depth syntax -- -dash@acme-mail.org")
    assert json.loads(said.out)["reason"] == "well_formed"


def test_a_list_without_a_display_is_cleaned_in_the_terminal(tmp_path: Path, command: Command) -> None:
    (tmp_path / "l.csv").write_text("email\nbad@@acme-mail.org\n")
    said = command("l.csv --depth syntax")
    assert said.status == 0
    assert (tmp_path / "l-cleaned" / "invalid.csv").exists()


def test_nothing_to_do_without_a_display_says_what_can_be_done(command: Command) -> None:
    said = command("")
    assert said.status == 1
    assert "emailcleaner clean LIST.csv" in said.err
    assert said.err.count("\n") == 1


def test_settings_are_listed_set_and_unset(command: Command, home: Path) -> None:
    listed = [json.loads(line) for line in command("settings list --json").lines]
    assert {s["key"] for s in listed} >= {"dns.servers", "network.allow_private", "log.level"}
    assert command("settings set dns.window 77").status == 0
    assert command("settings get dns.window").out == "77\n"
    assert command("settings unset dns.window").status == 0
    assert command("settings get dns.window").out == "1024\n"


def test_settings_that_cannot_be_read_are_said_in_a_sentence(command: Command, home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("[dns\nwindow = ")
    said = command("verify --depth syntax a@acme-mail.org")
    assert said.status == 2
    assert said.err.startswith("emailcleaner: ")
    assert "settings.toml" in said.err


def test_a_home_that_cannot_be_made_is_said_in_a_sentence(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMAILCLEANER_HOME", str(tmp_path / "file" / "home"))
    said = command("jobs list")
    assert said.status == 2
    assert said.err.count("\n") == 1


def test_a_store_that_is_damaged_is_said_in_a_sentence(command: Command, home: Path) -> None:
    home.mkdir()
    (home / "store.sqlite3").write_bytes(b"this is no database" * 100)
    said = command("jobs list")
    assert said.status != 0
    assert said.err.startswith("emailcleaner: ")
    assert "unexpected fault" not in said.err
    assert said.err.count("\n") == 1


def test_a_list_is_cleaned_in_the_terminal_where_the_display_does_not_answer(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("PySide6")
    monkeypatch.setenv("DISPLAY", ":7471")
    (tmp_path / "l.csv").write_text("email\nbad@@acme-mail.org\n")
    said = command("l.csv --depth syntax")
    assert said.status == 0
    assert "DISPLAY=:7471" in said.err
    assert (tmp_path / "l-cleaned" / "invalid.csv").exists()


def test_a_window_is_not_tried_on_a_display_that_does_not_answer(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("PySide6")
    monkeypatch.setenv("DISPLAY", ":7471")
    said = command("")
    assert said.status == 1
    assert "DISPLAY=:7471" in said.err
    assert said.err.count("\n") == 1


def test_an_unexpected_fault_is_in_the_log_that_is_named(tmp_path: Path) -> None:
    home = Home(tmp_path / "new" / "home")
    told = unexpected(ZeroDivisionError("for ada@acme-mail.org"), home)
    (log,) = home.logs_dir.iterdir()
    assert str(log) in str(told)
    text = log.read_text()
    assert "ZeroDivisionError" in text
    assert "ada@" not in text
    assert told.exit_code == 1


def test_no_log_is_named_where_none_could_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = str(unexpected(ZeroDivisionError(), Home(tmp_path / "file")))
    assert "ZeroDivisionError" in told
    assert str(tmp_path) not in told
