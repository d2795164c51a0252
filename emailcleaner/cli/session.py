"""What every command does first and last: logs, services, the instance lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from emailcleaner.core.bootstrap import open_services
from emailcleaner.core.logs import logging_to
from emailcleaner.core.paths import Home
from emailcleaner.core.services import Services
from emailcleaner.core.settings import load_settings
from emailcleaner.core.startup import tune_process


@contextmanager
def services(*, sole: bool = False) -> Iterator[Services]:
    """The services of this user's home, with logs going to its log files; see `open_services`."""
    home = Home.find().prepare()
    settings = load_settings(home.settings_file)
    with logging_to(home, settings.log), open_services(home=home, settings=settings, sole=sole) as opened:
        tune_process()
        yield opened
