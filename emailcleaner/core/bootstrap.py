"""Wiring: the one place that builds. Nobody else makes a store, a resolver or a clock, or fetches one."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from emailcleaner.core.clock import SystemClock
from emailcleaner.core.errors import UserError
from emailcleaner.core.paths import Home, resource_dir
from emailcleaner.core.services import Services
from emailcleaner.core.settings import Settings, load_settings

if TYPE_CHECKING:
    from emailcleaner.core.checks import AddressChecker, CheckData
    from emailcleaner.core.model import CleanRequest, DomainFinding
    from emailcleaner.core.ports import Clock, DomainCache, DomainChecker
    from emailcleaner.core.store import Store

#: A job's working copies, spilled blocks and exports together need about this many times the list.
_ROOM_FACTOR = 3

#: Domains that certainly exist and take mail. A name server that denies them denies everything (a closed
#: network, a captive portal), and its word on others is not believed. Several, of different operators
#: and countries: some networks block one of them, none all.
_CANARIES = ("gmail.com", "outlook.com", "yahoo.com", "gmx.net", "qq.com")

#: Below this much free disk a job does not start or go on (bytes).
_DISK_FLOOR = 64 * 2**20


class Parts:
    """What services are made of. Made by `open_services`; the parts themselves are made when needed."""

    def __init__(
        self,
        *,
        home: Home,
        settings: Settings,
        clock: Clock,
        resources: Path,
        store: Store,
        block_size: int | None = None,
    ) -> None:
        self.home = home
        self.settings = settings
        self.clock = clock
        self.resources = resources
        self.store = store
        self.block_size = block_size
        self._data: CheckData | None = None
        self._lock = threading.Lock()

    def check_data(self) -> CheckData:
        """The lists of domains and names that the checks use; read once."""
        from emailcleaner.core.checks import load_check_data

        with self._lock:
            if self._data is None:
                self._data = load_check_data(self.resources)
            return self._data

    def address_checker(self, request: CleanRequest) -> AddressChecker:
        """A checker with the rules that a request asks for."""
        from emailcleaner.core.checks import AddressChecker, AddressPolicy

        said = self.settings.checks
        policy = AddressPolicy(
            allow_quoted=request.allow_quoted or said.allow_quoted,
            allow_literal=request.allow_literal or said.allow_literal,
            allow_special_use=frozenset(said.allow_special_use),
            merge_gmail_dots=request.merge_gmail_dots or said.merge_gmail_dots,
            merge_plus_tags=request.merge_plus_tags or said.merge_plus_tags,
        )
        return AddressChecker(self.check_data(), policy)

    def domain_checker(self, *, fresh: bool, patient: bool) -> DomainChecker:
        """A checker of domains. `fresh` asks again whatever the store knows; one that is not `patient`
        gives up at once while the network is down.
        """
        from emailcleaner.core.checks.domains import MailDomainChecker
        from emailcleaner.core.dns import DnsLimits, load_providers, parse_servers, system_servers

        said = self.settings.dns
        servers = parse_servers(",".join(said.servers)) if said.servers else system_servers()
        limits = DnsLimits(window=said.window, rate_per_s=said.rate, deadline_s=said.deadline)
        return MailDomainChecker(
            servers=servers,
            cache=WriteOnly(self.store.domains) if fresh else self.store.domains,
            clock=self.clock,
            limits=limits if patient else limits.without_patience(),
            allow_private=self.settings.network.allow_private,
            providers=load_providers(self.resources / "data" / "mx_providers.toml"),
            seed=None,
            # Name servers that the user names are hers, with whatever zones she likes.
            canaries=() if said.servers else _CANARIES,
        )

    def require_disk(self, folder: Path, list_bytes: int = 0) -> None:
        """Raise `UserError` where the disk of `folder` has not the room that a list of this size needs."""
        from emailcleaner.core.store import free_space

        free, need = free_space(folder), list_bytes * _ROOM_FACTOR + _DISK_FLOOR
        if free < need:
            raise UserError(
                f"The disk of {folder} has {free // 2**20:,} MB free; {need // 2**20:,} MB are needed.",
                "Free some space; a job that was begun goes on with: emailcleaner jobs resume --all",
                exit_code=1,
            )


def _database(settings: Settings, home: Home) -> str | Path:
    """Where the store is. Raises `UserError` for a text that names no database."""
    told = settings.database.url
    if told and "://" not in told:
        raise UserError(
            f"{told!r} is no address of a database.", "Write DATABASE_URL like sqlite:///path/file."
        )
    return told or home.database


class WriteOnly:
    """Keeps new findings and gives none back, so that everything is asked again; a `ports.DomainCache`."""

    def __init__(self, cache: DomainCache) -> None:
        self._cache = cache

    def load(self, domains: Iterable[str]) -> dict[str, DomainFinding]:
        """Nothing."""
        del domains
        return {}

    def save(self, findings: Iterable[DomainFinding]) -> None:
        """Keep findings."""
        self._cache.save(findings)


@contextmanager
def open_services(
    *,
    home: Home | None = None,
    clock: Clock | None = None,
    resources: Path | None = None,
    settings: Settings | None = None,
    block_size: int | None = None,
    sole: bool = False,
) -> Iterator[Services]:
    """Everything wired up for one home; closed at the end of the block.

    `sole`: work on jobs while no other process does; a `UserError` if one does. Jobs that a crash
    left running are put to rest first. `block_size`: bytes of a list that new jobs take at once
    (None: what is fast).
    Raises `UserError` when the settings are wrong or the store cannot be opened.
    """
    from emailcleaner.core.jobs.recovery import recover_jobs
    from emailcleaner.core.store import InstanceLock, open_store

    where = (home or Home.find()).prepare()
    said = settings or load_settings(where.settings_file)
    time = clock or SystemClock()
    with ExitStack() as stack:
        if sole:
            stack.enter_context(InstanceLock(where.root))
        store = stack.enter_context(open_store(_database(said, where), home=where.root, clock=time))
        parts = Parts(
            home=where,
            settings=said,
            clock=time,
            resources=resources or resource_dir(),
            store=store,
            block_size=block_size,
        )
        if sole:
            recover_jobs(parts)
        yield Services(parts)
