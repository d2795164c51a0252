"""The command line within the process of the test: quick, and as a terminal without a display sees it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from emailcleaner.cli.start import start
from tests.servers.dns_server import DnsServer


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Command = Callable[..., Said]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DnsServer]:
    """The only name server there is for the command."""
    with DnsServer() as running:
        running.zone.mail("acme-mail.org")
        running.zone.mail("globex-mail.org")
        host, port = running.address
        monkeypatch.setenv("EMAILCLEANER_DNS_SERVERS", f"{host}:{port}")
        yield running


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """Runs a command line in `tmp_path`; words are split as a shell does, further arguments are not."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EMAILCLEANER_NETWORK_ALLOW_PRIVATE", "1")
    monkeypatch.chdir(tmp_path)
    umask = os.umask(0)
    os.umask(umask)

    def run(line: str, *more: str) -> Said:
        capsys.readouterr()
        status = start([*shlex.split(line), *more])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Said(status, captured.out, captured.err)

    yield run
    os.umask(umask)
