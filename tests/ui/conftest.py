"""A window over real services in a home of its own, with a name server on the loopback."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from emailcleaner.core.bootstrap import open_services
from emailcleaner.core.paths import Home, resource_dir
from emailcleaner.core.services import Services
from emailcleaner.core.settings import load_settings
from emailcleaner.ui.main_window import MainWindow
from emailcleaner.ui.session import Session
from emailcleaner.ui.theme.theme import STYLE_ARGUMENTS, Mode, Theme
from tests.servers.dns_server import DnsServer
from tests.ui.sample_lists import fill_zone, write_list


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["emailcleaner", *STYLE_ARGUMENTS]


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, Mode.LIGHT, resource_dir())


@pytest.fixture(scope="session")
def name_server() -> Iterator[DnsServer]:
    with DnsServer() as server:
        fill_zone(server.zone)
        yield server


@pytest.fixture
def sample_list(tmp_path: Path) -> Path:
    return write_list(tmp_path / "spring-newsletter.csv", 400)


class Opener:
    """Opens the services of one home as the program does; counts how often."""

    def __init__(self, root: Path, server: DnsServer) -> None:
        self.home = Home(root)
        self._address = server.address
        self.opened = 0

    def __call__(self) -> AbstractContextManager[Services]:
        self.opened += 1
        host, port = self._address
        environ = {"EMAILCLEANER_DNS_SERVERS": f"{host}:{port}"}
        self.home.prepare()
        settings = load_settings(self.home.settings_file, environ)
        return open_services(home=self.home, settings=settings)


@pytest.fixture
def opener(tmp_path: Path, name_server: DnsServer) -> Opener:
    return Opener(tmp_path / "home", name_server)


@pytest.fixture
def session(opener: Opener, qapp: QApplication) -> Iterator[Session]:
    made = Session(opener, opener.home.root / "pasted")
    yield made
    assert made.close(), "a worker did not end in time"


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, session: Session) -> Iterator[MainWindow]:
    made = MainWindow(theme, session)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    with qtbot.waitExposed(made):
        made.show()
    with qtbot.waitSignal(session.ready, timeout=20_000):
        session.start()
    yield made
    made.close()
