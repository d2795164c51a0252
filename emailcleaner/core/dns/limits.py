"""The limits under which names are looked up; each has a default and can be set."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class DnsLimits:
    """How much is asked at a time, how long is waited, and how much of an answer is used.

    `window`: questions at most waiting for their first answer. `first_timeout_*_s`: between these
    the time-out of a first attempt adapts to the servers. `deadline_s`: a question's whole time,
    retries included; `domain_deadline_s`: a domain's, all its exchangers included.
    `second_timeout_s`: how long a second attempt waits; each later one twice as long. `breather_s`: the
    pause before an only server is asked again after a useless answer.
    `rate_per_s`: datagrams a second at most (0: no cap). `first_rest_s`: how long a server must have been
    silent to be left out, and how long it is then left alone at first. `outage_patience_s`: how long
    questions are held when no server answers anything, before they end as `our_network`; a sign of life
    is asked for every `outage_probe_s` meanwhile.
    """

    window: int = 1024
    sockets_per_server: int = 4
    first_timeout_min_s: float = 0.25
    first_timeout_max_s: float = 0.5
    second_timeout_s: float = 0.75
    breather_s: float = 0.2
    deadline_s: float = 10.0
    domain_deadline_s: float = 30.0
    rate_per_s: float = 50_000.0
    bad_answers: int = 2
    tcp_connections: int = 16
    tcp_timeout_s: float = 5.0
    canary_timeout_s: float = 3.0
    first_rest_s: float = 1.0
    outage_patience_s: float = 30.0
    outage_probe_s: float = 1.0
    max_mx: int = 10
    max_addresses: int = 5
    max_aliases: int = 8
    cached_answers: int = 100_000
    cached_domains: int = 200_000
    close_deadline_s: float = 5.0

    def without_patience(self) -> DnsLimits:
        """The same, for one question whose answer somebody waits for."""
        return replace(self, outage_patience_s=0.0)
