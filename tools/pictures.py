"""Makes the pictures of the README: the real window, the example list, a name server on the loopback.

.venv/bin/python tools/pictures.py [FOLDER]      (docs/pictures if not given)

Made offscreen, so that they are the same everywhere. Look at them before they are committed.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from emailcleaner.core.bootstrap import open_services
from emailcleaner.core.model import Segment
from emailcleaner.core.paths import Home, resource_dir
from emailcleaner.core.services import Services
from emailcleaner.core.settings import load_settings
from emailcleaner.ui.main_window import MainWindow
from emailcleaner.ui.session import Session
from emailcleaner.ui.theme.theme import STYLE_ARGUMENTS, Mode, Theme
from tests.servers.dns_server import DnsServer

ROOT = Path(__file__).resolve().parents[1]
_SIZE = (1200, 720)
_PATIENCE_S = 60
_SMALLEST = 0  # for PNG this is no loss, only time
#: Cleaned one after another; the last one is what the pictures show.
_LISTS = ("kunden.csv", "newsletter.csv", "customers.csv")
#: The row with gmail.con for gmail.com.
_MISTYPED = 10
#: Domains of the example list that no longer exist; the others take mail.
_CLOSED = frozenset({"harborlight-bookshop-closed.com", "yaho.com", "gmail.con"})
_EXCHANGER = {
    "gmail.com": "gmail-smtp-in.l.google.com",
    "outlook.com": "outlook-com.olc.protection.outlook.com",
    "hotmail.com": "hotmail-com.olc.protection.outlook.com",
    "icloud.com": "mx01.mail.icloud.com",
    "yahoo.com": "mta5.am0.yahoodns.net",
    "yahoo.co.uk": "mx-eu.mail.am0.yahoodns.net",
    "gmx.de": "mx00.gmx.net",
    "web.de": "mx-ha02.web.de",
    "proton.me": "mail.protonmail.ch",
    "fastmail.com": "in1-smtp.messagingengine.com",
}


def main(folder: Path) -> int:
    """Write the pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(["emailcleaner", "-platform", "offscreen", *STYLE_ARGUMENTS])
    theme = Theme(app, Mode.LIGHT, resource_dir())
    with tempfile.TemporaryDirectory() as scratch, DnsServer() as server:
        lists = Path(scratch) / "lists"
        shutil.copytree(ROOT / "examples", lists)
        for name in _LISTS:
            _fill(server, lists / name)
        session = Session(_opener(Path(scratch) / "home", server), Path(scratch) / "pasted")
        window = MainWindow(theme, session)
        window.resize(*_SIZE)
        window.show()
        session.start()
        try:
            _photograph(window, theme, lists, folder)
        finally:
            window.close()
            session.close()
    return 0


def _fill(server: DnsServer, path: Path) -> None:
    """Mail for every domain of the list that is not closed, at the hosts that its provider really has."""
    known: set[str] = set()
    for line in path.read_text(encoding="utf-8", errors="replace").split("@")[1:]:
        domain = re.split(r"[,;>\"\s]", line)[0].strip(".").lower()
        if "." in domain and domain not in known and domain not in _CLOSED:
            host = _EXCHANGER.get(domain, f"mx.{domain}")
            server.zone.mx(domain, (10, host))
            known.add(domain)
            server.zone.a(host, "192.0.32.7")


def _opener(root: Path, server: DnsServer) -> Callable[[], AbstractContextManager[Services]]:
    home = Home(root).prepare()
    host, port = server.address
    settings = load_settings(home.settings_file, {"EMAILCLEANER_DNS_SERVERS": f"{host}:{port}"})
    return lambda: open_services(home=home, settings=settings)


def _photograph(window: MainWindow, theme: Theme, lists: Path, folder: Path) -> None:
    def take(name: str) -> None:
        _until(lambda: False, within_s=0.3)  # what is drawn a moment later
        picture = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        if not picture.save(str(folder / f"{name}.png"), quality=_SMALLEST):
            raise SystemExit(f"{folder / name}.png cannot be written.")

    for name in _LISTS:
        _prepare(window, lists / name)
        take("prepare")
        _start(window)
    page = window.results
    page.table.selectRow(_MISTYPED)
    _until(lambda: bool(page.detail.headline()))
    take("results-light")
    page.hide_detail()
    page.chips.chip(Segment.INVALID).click()
    _until(lambda: page.model.rowCount() < _MISTYPED)
    theme.set_mode(Mode.DARK)
    take("results-dark")
    theme.set_mode(Mode.LIGHT)
    window.show_clean()
    window.clean.show_start()
    _until(lambda: window.clean.start.card_count() == len(_LISTS))
    take("clean")


def _prepare(window: MainWindow, path: Path) -> None:
    window.clean.show_start()
    window.open_lists([str(path)])
    _until(lambda: window.clean.prepare.counts is not None)
    window.clean.prepare.domain.setChecked(True)


def _start(window: MainWindow) -> None:
    before = window.results.job_id
    window.clean.prepare.begin()
    _until(lambda: window.results.opened is not None and window.results.job_id not in (None, before))


def _until(holds: Callable[[], bool], *, within_s: float = _PATIENCE_S) -> None:
    """Let the window live until `holds`, or for this long."""
    end = time.monotonic() + within_s
    while not holds() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)
    if within_s == _PATIENCE_S and not holds():
        raise SystemExit("The window did not come so far.")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"))
