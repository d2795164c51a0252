"""What every test stands on: a home of its own, a clean environment, the loopback only, no thread left.

No test data here, and nothing that a single folder of tests needs.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports Qt.
os.environ["QT_QPA_PLATFORM"] = os.environ.get("EMAILCLEANER_TEST_QPA", "offscreen")
os.environ["QT_LOGGING_RULES"] = "qt.qpa.*=false"

# `quick` is what ./test runs; `--hypothesis-profile=thorough` looks further.
settings.register_profile(
    "quick", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile("quick")

_OURS = ("EMAILCLEANER_", "AWS_")
_ALSO = {
    "DATABASE_URL",
    "LOG_LEVEL",
    "ENVIRONMENT",
    "SENTRY_DSN",
    "BACKUP_S3_BUCKET",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "COLUMNS",
    "NO_COLOR",
    "FORCE_COLOR",
}
_THREAD_PATIENCE_S = 5.0


def _refuse_the_world(event: str, arguments: tuple[object, ...]) -> None:
    """Datagrams too stay on this machine; pytest-socket guards connections only."""
    if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        return
    peer, address = arguments[0], arguments[1]
    if not isinstance(peer, socket.socket) or peer.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = address[0] if isinstance(address, tuple) else None
    if isinstance(host, str) and host != "::1" and not host.startswith("127."):
        raise RuntimeError(f"a test tried to reach {host}: only the loopback is allowed")


sys.addaudithook(_refuse_the_world)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Text that no encoding can write, as hostile input leaves it in a captured log, ends no worker."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode()) for title, text in report.sections
    ]
    return report


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, and none of the developer's environment."""
    for name in list(os.environ):
        if name.startswith(_OURS) or name.upper() in _ALSO:
            monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("EMAILCLEANER_HOME", str(folder / "emailcleaner"))
    monkeypatch.setenv("HOME", str(folder))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(folder / name))
    return folder / "emailcleaner"


@pytest.fixture(autouse=True)
def no_thread_left_alive() -> Iterator[None]:
    """Fails a test whose threads outlive it: they would hold an exit, or write into the next test."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + _THREAD_PATIENCE_S
    left = _threads_since(before)
    while left and time.monotonic() < deadline:
        left[0].join(0.05)
        left = _threads_since(before)
    if left:
        pytest.fail(f"threads left alive: {', '.join(thread.name for thread in left)}")


def _threads_since(before: set[threading.Thread]) -> list[threading.Thread]:
    # A dummy stands for a thread that Python did not start (Qt's pool); nobody can join it.
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not isinstance(thread, threading._DummyThread)
    ]
