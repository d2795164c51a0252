"""A name server on the loopback for tests: UDP and TCP, its answers and misdeeds by script.

Writes its own bytes, so that it shares nothing with what it tests. Runs in a thread of its own:

    with DnsServer() as server:
        server.zone.mx("example.org", (10, "mx.example.org"))
        server.zone.a("mx.example.org", "198.51.100.7")
        ... ask server.address ...
"""

from __future__ import annotations

import asyncio
import ipaddress
import struct
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Self

A, NS, CNAME, SOA, MX, AAAA, OPT = 1, 2, 5, 6, 15, 28, 41
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)


class Misdeed(Enum):
    """What a name is answered with instead of its records."""

    SERVFAIL = auto()
    REFUSED = auto()
    SILENCE = auto()
    TRUNCATED = auto()  # over UDP only: an empty answer with TC
    TRUNCATED_AND_NO_TCP = auto()
    WRONG_ID_FIRST = auto()  # a forged answer, then the true one
    WRONG_QUESTION_FIRST = auto()
    WRONG_CASE_FIRST = auto()
    OTHER_PORT_FIRST = auto()
    GARBAGE_FIRST = auto()
    QUERY_ECHOED_FIRST = auto()  # not a response at all
    MALFORMED = auto()  # right header and question, broken behind
    POINTER_LOOP = auto()
    NO_EDNS = auto()  # FORMERR as long as EDNS is asked for
    BARE_SERVFAIL = auto()  # a header and nothing else
    REFERRAL = auto()  # neither authoritative nor recursive, no answer
    ODD_NAME = auto()  # an exchanger with unusual octets


@dataclass
class _Name:
    records: dict[int, list[bytes]] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    ttls: dict[int, int] = field(default_factory=dict)
    misdeed: Misdeed | None = None
    misdeeds_left: int = -1
    good_answers_first: int = 0
    delay_s: float = 0.0
    rcode: int = NOERROR


class Zone:
    """What the server knows. Names in lower case, without the last dot."""

    def __init__(self) -> None:
        self._names: dict[str, _Name] = {}
        self.negative_soa: int | None = 900  # TTL and MINIMUM of the SOA in negative answers
        self.glue = True
        self.refuse_unknown = False

    def mx(self, name: str, *exchangers: tuple[int, str], ttl: int = 3600) -> None:
        entry = self._entry(name)
        entry.targets += [host for _, host in exchangers]
        for preference, host in exchangers:
            self._add(name, MX, struct.pack(">H", preference) + wire_name(host), ttl)

    def a(self, name: str, *addresses: str, ttl: int = 3600) -> None:
        for address in addresses:
            self._add(name, A, ipaddress.IPv4Address(address).packed, ttl)

    def aaaa(self, name: str, *addresses: str, ttl: int = 3600) -> None:
        for address in addresses:
            self._add(name, AAAA, ipaddress.IPv6Address(address).packed, ttl)

    def cname(self, name: str, target: str, ttl: int = 3600) -> None:
        self._add(name, CNAME, wire_name(target), ttl)
        self._entry(name).targets.append(target)

    def mail(self, domain: str, address: str = "192.0.32.7") -> None:
        """A plain domain with one exchanger."""
        self.mx(domain, (10, f"mx.{domain}"))
        self.a(f"mx.{domain}", address)

    def empty(self, name: str) -> None:
        """A name that exists without any records."""
        self._entry(name)

    def misdeed(self, name: str, what: Misdeed, times: int = -1, after: int = 0) -> None:
        """Do `what` for questions about `name`, `times` times (always by default), `after` so many."""
        entry = self._entry(name)
        entry.misdeed, entry.misdeeds_left, entry.good_answers_first = what, times, after

    def slow(self, name: str, delay_s: float) -> None:
        self._entry(name).delay_s = delay_s

    def rcode(self, name: str, rcode: int) -> None:
        self._entry(name).rcode = rcode

    def find(self, name: str) -> _Name | None:
        return self._names.get(name.lower())

    def _entry(self, name: str) -> _Name:
        return self._names.setdefault(name.lower(), _Name())

    def _add(self, name: str, rtype: int, rdata: bytes, ttl: int) -> None:
        entry = self._entry(name)
        entry.records.setdefault(rtype, []).append(rdata)
        entry.ttls[rtype] = ttl


def wire_name(name: str) -> bytes:
    labels = [label.encode("latin-1") for label in name.split(".")] if name else []
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\x00"


def record(owner: bytes, rtype: int, ttl: int, rdata: bytes) -> bytes:
    return owner + struct.pack(">HHIH", rtype, 1, ttl, len(rdata)) + rdata


@dataclass(frozen=True)
class Query:
    """One question as it came."""

    raw: bytes
    ident: bytes
    name: str
    rtype: int
    question: bytes
    has_edns: bool

    @classmethod
    def read(cls, raw: bytes) -> Query:
        labels = []
        pos = 12
        while raw[pos]:
            labels.append(raw[pos + 1 : pos + 1 + raw[pos]].decode("latin-1"))
            pos += raw[pos] + 1
        rtype, _ = struct.unpack_from(">HH", raw, pos + 1)
        question = raw[12 : pos + 5]
        return cls(raw, raw[:2], ".".join(labels).lower(), rtype, question, raw[11] == 1)


@dataclass
class Reply:
    """One answer before it is bytes."""

    rcode: int = NOERROR
    answers: list[bytes] = field(default_factory=list)
    authority: list[bytes] = field(default_factory=list)
    additional: list[bytes] = field(default_factory=list)
    flags: int = 0x8580  # response, authoritative, recursion desired and available

    def wire(self, query: Query) -> bytes:
        counts = (1, len(self.answers), len(self.authority), len(self.additional))
        head = query.ident + struct.pack(">HHHHH", self.flags | self.rcode, *counts)
        return head + query.question + b"".join(self.answers + self.authority + self.additional)


class DnsServer:
    """Answers from `zone`; `queries` counts what was asked. A context manager."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.zone = Zone()
        self.queries: Counter[tuple[str, int]] = Counter()
        self.tcp_queries = 0
        self.ports: set[int] = set()
        self.idents: set[bytes] = set()
        self.is_silent = False
        self.drop_every = 0
        self.delay_s = 0.0
        self._host = host
        self._port = port
        self._seen = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="test-dns-server", daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        return self._host, self._port

    @property
    def total(self) -> int:
        """How many questions came in all, the root's (probes) not counted."""
        return sum(n for (name, _), n in self.queries.items() if name)

    def asked(self, name: str) -> int:
        return sum(n for (asked, _), n in self.queries.items() if asked == name)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        transports = self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()
        for transport in transports:
            transport.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _open(self) -> list[asyncio.BaseTransport | asyncio.Server]:
        stream = await asyncio.start_server(self._serve_stream, self._host, self._port)
        self._port = stream.sockets[0].getsockname()[1]
        main, _ = await self._loop.create_datagram_endpoint(
            lambda: _Datagrams(self._datagram), local_addr=(self._host, self._port)
        )
        self._other, _ = await self._loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=(self._host, 0)
        )
        self._main = main
        return [stream, main, self._other]

    def _datagram(self, raw: bytes, peer: tuple[str, int]) -> None:
        query = Query.read(raw)
        self.queries[query.name, query.rtype] += 1
        self.ports.add(peer[1])
        self.idents.add(query.ident)
        self._seen += 1
        if self.is_silent or (self.drop_every and self._seen % self.drop_every == 0):
            return
        entry = self.zone.find(query.name)
        delay_s = self.delay_s + (entry.delay_s if entry else 0.0)
        datagrams = self._datagrams(query)
        if delay_s:
            self._loop.call_later(delay_s, self._send, datagrams, peer)
        else:
            self._send(datagrams, peer)

    def _send(self, datagrams: list[tuple[bool, bytes]], peer: tuple[str, int]) -> None:
        for from_other, data in datagrams:
            (self._other if from_other else self._main).sendto(data, peer)

    def _datagrams(self, query: Query) -> list[tuple[bool, bytes]]:
        """What goes out for a query: (from another port?, bytes)."""
        entry = self.zone.find(query.name)
        misdeed = _take_misdeed(entry)
        if misdeed is None:
            data = self._answer(query).wire(query)
            limit = 1232 if query.has_edns else 512
            if len(data) > limit:
                data = Reply(flags=0x8780).wire(query)
            return [(False, data)]
        forged = FORGED.get(misdeed)
        if forged is not None:
            true = self._answer(query).wire(query)
            return [*forged(query), (False, true)]
        return [(False, data) for data in self._misbehave(query, misdeed)]

    def _misbehave(self, query: Query, misdeed: Misdeed) -> list[bytes]:
        wrong = BROKEN.get(misdeed)
        if wrong is not None:
            return wrong(query)
        if misdeed is Misdeed.NO_EDNS:
            return [(Reply(FORMERR) if query.has_edns else self._answer(query)).wire(query)]
        return []

    def _answer(self, query: Query) -> Reply:
        entry = self.zone.find(query.name)
        if entry is None:
            if not query.name or self.zone.refuse_unknown:
                return Reply(REFUSED)
            return Reply(NXDOMAIN, authority=self._soa())
        if entry.rcode:
            return Reply(entry.rcode, authority=self._soa() if entry.rcode == NXDOMAIN else [])
        reply = Reply()
        owner = b"\xc0\x0c"
        name, hops = query.name, 0
        while entry and CNAME in entry.records and query.rtype not in entry.records and hops < 12:
            reply.answers.append(record(owner, CNAME, entry.ttls[CNAME], entry.records[CNAME][0]))
            name, hops = entry.targets[0], hops + 1
            owner, entry = wire_name(name), self.zone.find(name)
        if entry is None:
            reply.rcode = NXDOMAIN
        records = entry.records.get(query.rtype, []) if entry else []
        reply.answers += [record(owner, query.rtype, entry.ttls[query.rtype], r) for r in records if entry]
        if not records and hops < 12:
            reply.authority = self._soa()
        elif query.rtype == MX and self.zone.glue and entry:
            reply.additional = self._glue(entry.targets)
        return reply

    def _glue(self, hosts: list[str]) -> list[bytes]:
        found = ((host, self.zone.find(host)) for host in hosts)
        return [
            record(wire_name(host), rtype, entry.ttls[rtype], rdata)
            for host, entry in found
            if entry and entry.misdeed is None
            for rtype in (A, AAAA)
            for rdata in entry.records.get(rtype, [])
        ]

    def _soa(self) -> list[bytes]:
        ttl = self.zone.negative_soa
        if ttl is None:
            return []
        names = wire_name("ns.test") + wire_name("admin.test")
        return [record(wire_name("test"), SOA, ttl, names + struct.pack(">IIIII", 1, 2, 3, 4, ttl))]

    async def _serve_stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            size = int.from_bytes(await reader.readexactly(2), "big")
            query = Query.read(await reader.readexactly(size))
            self.tcp_queries += 1
            entry = self.zone.find(query.name)
            if entry and entry.misdeed is Misdeed.TRUNCATED_AND_NO_TCP:
                return
            data = self._answer(query).wire(query)
            writer.write(len(data).to_bytes(2, "big") + data)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._take(data, addr)


def _take_misdeed(entry: _Name | None) -> Misdeed | None:
    if entry is None or entry.misdeed is None or entry.misdeeds_left == 0:
        return None
    if entry.good_answers_first:
        entry.good_answers_first -= 1
        return None
    entry.misdeeds_left -= 1
    return entry.misdeed


def _forgery(query: Query) -> bytes:
    """An answer that sends the mail to a stranger."""
    rdata = struct.pack(">H", 1) + wire_name("stranger.test")
    return Reply(answers=[record(b"\xc0\x0c", MX, 86400, rdata)]).wire(query)


def _with_other_id(query: Query) -> list[tuple[bool, bytes]]:
    forged = _forgery(query)
    return [(False, bytes((forged[0] ^ 0x55, forged[1])) + forged[2:])]


def _with_other_question(query: Query) -> list[tuple[bool, bytes]]:
    other = Query(query.raw, query.ident, "", MX, wire_name("other.test") + query.question[-4:], True)
    return [(False, _forgery(other))]


def _with_other_case(query: Query) -> list[tuple[bool, bytes]]:
    other = Query(query.raw, query.ident, "", MX, query.question[:-4].upper() + query.question[-4:], True)
    return [(False, _forgery(other))]


FORGED: dict[Misdeed, Callable[[Query], list[tuple[bool, bytes]]]] = {
    Misdeed.WRONG_ID_FIRST: _with_other_id,
    Misdeed.WRONG_QUESTION_FIRST: _with_other_question,
    Misdeed.WRONG_CASE_FIRST: _with_other_case,
    Misdeed.OTHER_PORT_FIRST: lambda query: [(True, _forgery(query))],
    Misdeed.GARBAGE_FIRST: lambda query: [
        (False, b""),
        (False, query.ident + b"\xff" * 7),
        (False, b"\x00" * 600),
    ],
    Misdeed.QUERY_ECHOED_FIRST: lambda query: [(False, query.raw)],
}


def _pointer_loop(query: Query) -> list[bytes]:
    reply = Reply(answers=[b"", b""]).wire(query)
    here = len(reply)
    pointer = struct.pack(">H", 0xC000 | here)
    rdata = struct.pack(">H", 1) + struct.pack(">H", 0xC000 | (here + 14))
    return [reply + pointer + struct.pack(">HHIH", MX, 1, 60, len(rdata)) + rdata]


def _odd_name(query: Query) -> list[bytes]:
    rdata = struct.pack(">H", 5) + b"\x07ma il\x00\xff\x04test\x00"
    return [Reply(answers=[record(b"\xc0\x0c", MX, 300, rdata)]).wire(query)]


BROKEN: dict[Misdeed, Callable[[Query], list[bytes]]] = {
    Misdeed.SERVFAIL: lambda query: [Reply(SERVFAIL).wire(query)],
    Misdeed.REFUSED: lambda query: [Reply(REFUSED).wire(query)],
    Misdeed.SILENCE: lambda query: [],
    Misdeed.TRUNCATED: lambda query: [Reply(flags=0x8780).wire(query)],
    Misdeed.TRUNCATED_AND_NO_TCP: lambda query: [Reply(flags=0x8780).wire(query)],
    Misdeed.MALFORMED: lambda query: [Reply(answers=[b"\xc0\x0c\x00\x0f\x00"]).wire(query)],
    Misdeed.POINTER_LOOP: _pointer_loop,
    Misdeed.BARE_SERVFAIL: lambda query: [query.ident + b"\x81\x82" + b"\x00" * 8],
    Misdeed.REFERRAL: lambda query: [
        Reply(authority=[record(b"\x00", NS, 60, wire_name("a.root.test"))], flags=0x8100).wire(query)
    ],
    Misdeed.ODD_NAME: _odd_name,
}
