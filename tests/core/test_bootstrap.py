"""What is built from which settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from emailcleaner.core.bootstrap import Parts
from emailcleaner.core.checks.domains import MailDomainChecker
from emailcleaner.core.clock import SystemClock
from emailcleaner.core.paths import Home, resource_dir
from emailcleaner.core.settings import Settings
from emailcleaner.core.store import open_store


def checker(folder: Path, settings: Settings) -> MailDomainChecker:
    home, clock = Home(folder).prepare(), SystemClock()
    with open_store(home.database, home=home.root, clock=clock) as store:
        parts = Parts(home=home, settings=settings, clock=clock, resources=resource_dir(), store=store)
        built = parts.domain_checker(fresh=False, patient=True)
    assert isinstance(built, MailDomainChecker)
    return built


def test_denials_of_the_systems_name_servers_are_checked_with_several_domains(tmp_path: Path) -> None:
    canaries = checker(tmp_path, Settings()).canaries
    assert len({name.split(".")[0] for name in canaries}) >= 3


def test_name_servers_of_the_users_own_are_believed(tmp_path: Path) -> None:
    settings = Settings()
    named = replace(settings, dns=replace(settings.dns, servers=("127.0.0.1:5353",)))
    built = checker(tmp_path, named)
    assert built.servers == (("127.0.0.1", 5353),)
    assert built.canaries == ()
