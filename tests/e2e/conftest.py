"""The real program as a process of its own, in a home of its own, with one name server on the loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.servers.dns_server import DnsServer

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


@dataclass
class Program:
    """Starts `python -m emailcleaner` in `folder`."""

    folder: Path
    environ: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        """Run it to its end. Whatever it does, a traceback is never shown."""
        done = subprocess.run(
            self.words(*arguments),
            cwd=self.folder,
            env=self.environ | more.pop("environ", {}),
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
            **{"stdin": subprocess.DEVNULL} | more if "input" not in more else more,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done

    def begin(self, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
        """Start it and go on."""
        pipes: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        }
        process: subprocess.Popen[bytes] = subprocess.Popen(
            self.words(*arguments),
            cwd=self.folder,
            env=self.environ,
            **pipes | more,
        )
        self.running.append(process)
        return process

    @staticmethod
    def words(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "emailcleaner", *arguments]


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer() as running:
        running.zone.mail("acme-mail.org")
        yield running


@pytest.fixture
def program(tmp_path: Path, home: Path, server: DnsServer) -> Iterator[Program]:
    host, port = server.address
    environ = {
        k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    environ |= {
        "PYTHONPATH": str(ROOT),
        "EMAILCLEANER_HOME": str(home),
        "EMAILCLEANER_DNS_SERVERS": f"{host}:{port}",
        "EMAILCLEANER_DNS_DEADLINE": "60",
        "EMAILCLEANER_NETWORK_ALLOW_PRIVATE": "1",
    }
    made = Program(tmp_path, environ)
    yield made
    for process in made.running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def first_line(process: subprocess.Popen[bytes]) -> str:
    """What a process says first on standard error."""
    assert process.stderr is not None
    return process.stderr.readline().decode()


Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def until() -> Until:
    """Waits until something is so."""
    import threading

    def wait(is_so: Callable[[], bool]) -> None:
        tick = threading.Event()
        for _ in range(PATIENCE_S * 50):
            if is_so():
                return
            tick.wait(0.02)
        pytest.fail("waited in vain")

    return wait
