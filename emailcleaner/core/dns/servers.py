"""The name servers that are asked: their sockets, how quick each is, and which are worth asking.

A server that stays silent is left out until it answers a probe. This module sends nothing itself.
"""

from __future__ import annotations

import array
import math
import random
import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from emailcleaner.core.dns.limits import DnsLimits
    from emailcleaner.core.dns.question import Question

#: Attempts without any answer in between after which a server counts as silent.
_SILENT_AFTER: Final = 8
_LONGEST_REST_S: Final = 60.0
#: Room for the answers of a whole window; the kernel may give less.
_RECEIVE_BUFFER: Final = 1 << 20
#: IANA's dynamic ports.
_PORTS: Final = (49152, 65535)


class Entropy:
    """Unguessable numbers for question ids and the like; the same ones again for a seed."""

    def __init__(self, seed: int | None) -> None:
        self._bytes: Callable[[int], bytes] = (
            secrets.token_bytes if seed is None else random.Random(seed).randbytes
        )
        self._numbers = array.array("I")

    def number(self) -> int:
        """The next number, of 32 bits."""
        if not self._numbers:
            self._numbers.frombytes(self._bytes(16384))
        return self._numbers.pop()

    def port(self) -> int:
        """A port to send from."""
        low, high = _PORTS
        return low + self.number() % (high - low + 1)


class Channel:
    """One connected UDP socket and the questions that wait for their answer on it, by id."""

    __slots__ = ("inflight", "server", "sock")

    def __init__(self, server: Server, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.inflight: dict[int, Question] = {}


class Server:
    """One name server. Times are of the loop's clock, in seconds."""

    def __init__(self, host: str, port: int, limits: DnsLimits, now: float) -> None:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
        self.family: int = found[0][0]
        self.address: Any = found[0][4]
        self.host = host
        self.port = port
        self.channels: list[Channel] = []
        self.first_timeout_s = limits.first_timeout_max_s
        self.last_answer = -math.inf
        self.is_resting = False
        self._since = now
        self._limits = limits
        self._smoothed_s = 0.0
        self._deviation_s = 0.0
        self._silent = 0
        self._rest_s = limits.first_rest_s

    def open(self, entropy: Entropy) -> None:
        """Open the sockets, each from a random port."""
        for _ in range(self._limits.sockets_per_server):
            self.channels.append(Channel(self, self._socket(entropy)))

    def _socket(self, entropy: Entropy) -> socket.socket:
        sock = socket.socket(self.family, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            any_host = "::" if self.family == socket.AF_INET6 else "0.0.0.0"  # noqa: S104 - connected below
            for _ in range(8):
                with suppress(OSError):  # taken: another one
                    sock.bind((any_host, entropy.port()))
                    break
            # without a port by now, the kernel chooses one
            with suppress(OSError):  # no route now: sending will say so, and a route may come
                sock.connect(self.address)
            return sock
        except BaseException:
            sock.close()
            raise

    def close(self) -> None:
        """Close the sockets; what waits on them is forgotten."""
        for channel in self.channels:
            channel.sock.close()
            channel.inflight.clear()
        self.channels.clear()

    def answered(self, now: float, took_s: float | None) -> bool:
        """Note an answer; `took_s` if its time is sure. True if the server had been resting."""
        self.last_answer = now
        self._silent = 0
        if took_s is not None:
            self._learn(took_s)
        if not self.is_resting:
            return False
        self.is_resting = False
        self._rest_s = self._limits.first_rest_s
        return True

    def _learn(self, took_s: float) -> None:
        """RFC 6298's estimate, kept between the two limits: a lost datagram must not cost long."""
        if self._smoothed_s == 0.0:
            self._smoothed_s, self._deviation_s = took_s, took_s / 2
        else:
            self._deviation_s += (abs(took_s - self._smoothed_s) - self._deviation_s) / 4
            self._smoothed_s += (took_s - self._smoothed_s) / 8
        wanted = self._smoothed_s + 4 * self._deviation_s
        self.first_timeout_s = min(
            max(wanted, self._limits.first_timeout_min_s), self._limits.first_timeout_max_s
        )

    def missed(self, now: float) -> bool:
        """Note an attempt that was not answered in time. True if the server now has to rest."""
        self._silent += 1
        silent_s = now - max(self.last_answer, self._since)
        if self.is_resting or self._silent < _SILENT_AFTER or silent_s < self._limits.first_rest_s:
            return False
        self.is_resting = True
        return True

    def rest_s(self) -> float:
        """How long to leave it alone before the next probe; twice as long each time."""
        rest_s = self._rest_s
        self._rest_s = min(2 * rest_s, _LONGEST_REST_S)
        return rest_s


class ServerSet:
    """All servers, and the choice among those that answer."""

    def __init__(
        self, addresses: Sequence[tuple[str, int]], limits: DnsLimits, entropy: Entropy, now: float
    ) -> None:
        self._entropy = entropy
        self.all = [Server(host, port, limits, now) for host, port in addresses]
        #: Those that are asked: the ones that answer, or all if none does.
        self.usable = list(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def open(self) -> None:
        """Open every server's sockets, or none."""
        try:
            for server in self.all:
                server.open(self._entropy)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every server's sockets."""
        for server in self.all:
            server.close()

    def recount(self) -> None:
        """Look again which servers are resting. If all are, all are asked."""
        self.usable = [s for s in self.all if not s.is_resting] or list(self.all)

    def choose(self, avoid: Server | None) -> Server:
        """A server at random, another than `avoid` if there is one."""
        usable = self.usable
        if len(usable) == 1:
            if usable[0] is not avoid or len(self.all) == 1:
                return usable[0]
            usable = self.all
        if avoid is not None and len(usable) > 1:
            usable = [s for s in usable if s is not avoid]
        return usable[self._entropy.number() % len(usable)]

    def answered_since(self, moment: float) -> bool:
        """Whether any server has answered anything since `moment`."""
        return any(s.last_answer > moment for s in self.all)
