"""DNS look-ups side by side: ours, dnspython in 32 threads, dnsperf; against nsd on the loopback.

    python -m tests.benchmarks.bench_dns [--quick]

Starts nsd with a zone of 60,000 domains (MX with the exchangers' addresses beside them) and, for the
rounds with delay or loss, a slow line before it (`tests.servers.dns_delay`). Every contestant is a
process of its own. Needs nsd and dnsperf (Debian packages of these names).
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.measure import Row, Run, best, module, run

DOMAINS = 60_000
DELAY_MS = 30
THREADS = 32

_CONF = """server:
  ip-address: 127.0.0.1@{port}
  port: {port}
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  xfrdir: "{folder}"
  logfile: "{folder}/nsd.log"
  server-count: 1
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: bench.test
  zonefile: bench.zone
"""


def domain(number: int) -> str:
    """Lengths as in real lists: 12 to 24 characters."""
    return f"company{number:05d}{'x' * (number % 7)}.bench.test"


def write_zone(folder: Path) -> None:
    """The zone file, and the questions for dnsperf."""
    with (folder / "bench.zone").open("w") as zone, (folder / "questions.txt").open("w") as questions:
        zone.write(
            "$ORIGIN bench.test.\n$TTL 3600\n@ SOA ns admin 1 3600 900 86400 900\n@ NS ns\nns A 127.0.0.1\n"
        )
        for number in range(DOMAINS):
            name = domain(number).removesuffix(".bench.test")
            zone.write(f"{name} MX 10 mx1.{name}\n{name} MX 20 mx2.{name}\n")
            high, low = divmod(number, 250)
            zone.write(f"mx1.{name} A 81.32.{high}.{low + 1}\nmx2.{name} A 81.33.{high}.{low + 1}\n")
            questions.write(f"{name}.bench.test MX\n")


@contextmanager
def nsd(folder: Path) -> Iterator[int]:
    """nsd in the foreground, as a child; yields its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    conf = folder / "nsd.conf"
    conf.write_text(_CONF.format(port=port, folder=folder))
    program = shutil.which("nsd") or "/usr/sbin/nsd"
    child = subprocess.Popen([program, "-d", "-c", str(conf)], stderr=subprocess.DEVNULL)
    try:
        _wait_until_it_answers(port)
        yield port
    finally:
        child.terminate()
        child.wait(10)


def _wait_until_it_answers(port: int) -> None:
    question = b"\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05bench\x04test\x00\x00\x06\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        sock.connect(("127.0.0.1", port))
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                sock.send(question)
                if sock.recv(512)[3] & 0x0F == 0:
                    return
            except OSError:
                time.sleep(0.1)
    raise RuntimeError("nsd does not answer")


@contextmanager
def line(port: int, delay_ms: float, loss: float) -> Iterator[int]:
    """A slow or lossy line before `port`; yields the port of its near end."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.dns_delay", str(port), str(delay_ms), str(loss)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        yield int(child.stdout.readline())
    finally:
        child.stdin.close()
        child.wait(10)
        child.stdout.close()


def ours(port: int, count: int) -> None:
    """Findings about `count` domains through a session, as a job asks for them."""
    from emailcleaner.core.checks.domains import MailDomainChecker
    from emailcleaner.core.clock import SystemClock
    from emailcleaner.core.dns import DnsLimits, load_providers
    from emailcleaner.core.model import Reason
    from emailcleaner.core.paths import resource_dir
    from emailcleaner.core.startup import tune_process

    tune_process()  # as every command and the window do
    providers = load_providers(resource_dir() / "data" / "mx_providers.toml")
    checker = MailDomainChecker(
        servers=[("127.0.0.1", port)],
        cache=None,
        clock=SystemClock(),
        limits=DnsLimits(),
        allow_private=False,
        providers=providers,
        seed=None,
    )
    domains = [domain(number) for number in range(count)]
    accepted = 0
    before = _cpu_s()
    started = time.perf_counter()
    with checker.session() as session:
        session.submit(domains)
        while session.pending:
            accepted += sum(f.reason is Reason.DOMAIN_ACCEPTS for f in session.take(20.0))
            time.sleep(0.02)  # a job does other work between two looks
        seconds = time.perf_counter() - started
    _tell(seconds, count, accepted, cpu_us=(_cpu_s() - before) / count * 1e6)


def dnspython(port: int, count: int) -> None:
    """`dns.resolver` in a pool of threads, each with a resolver of its own."""
    import dns.resolver

    local = threading.local()

    def look_up(number: int) -> bool:
        if not hasattr(local, "resolver"):
            local.resolver = dns.resolver.Resolver(configure=False)
            local.resolver.nameservers = ["127.0.0.1"]
            local.resolver.port = port
        return len(local.resolver.resolve(domain(number), "MX")) == 2

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(look_up, range(THREADS)))
        started = time.perf_counter()
        accepted = sum(pool.map(look_up, range(count)))
        seconds = time.perf_counter() - started
    _tell(seconds, count, accepted)


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _tell(seconds: float, count: int, accepted: int, **more: float) -> None:
    if accepted != count:
        raise SystemExit(f"only {accepted} of {count} look-ups were answered")
    print(json.dumps({"seconds": seconds, "rate": count / seconds, **more}))


def dnsperf(port: int, folder: Path, count: int) -> float:
    """dnsperf's own figure, questions a second."""
    options = f"dnsperf -s 127.0.0.1 -p {port} -n 1 -q 1024 -c 4 -e -l {max(count // 5000, 3)} -d"
    done = subprocess.run(
        [*options.split(), str(folder / "questions.txt")],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Queries per second:\s+([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout)
    return float(found[1])


def contest(name: str, port: int, count: int, rounds: int) -> Run:
    return best([run(module("bench_dns", name, str(port), str(count))) for _ in range(rounds)])


def _rate(one: Run) -> float:
    return float(str(one.told["rate"]))


def measure(*, rounds: int, peer_count: int) -> list[Row]:
    """All the rows of the table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-dns-")))
        write_zone(folder)
        near = stack.enter_context(nsd(folder))
        far = stack.enter_context(line(near, DELAY_MS, 0))
        lossy = stack.enter_context(line(near, DELAY_MS, 2))
        ours_near = contest("ours", near, DOMAINS, rounds)
        peer_near = contest("dnspython", near, peer_count, rounds)
        perf_near = max(dnsperf(near, folder, DOMAINS) for _ in range(rounds))
        ours_far = contest("ours", far, DOMAINS, rounds)
        peer_far = contest("dnspython", far, peer_count, rounds)
        perf_far = max(dnsperf(far, folder, DOMAINS) for _ in range(rounds))
        ours_lossy = contest("ours", lossy, DOMAINS, rounds)
    for name, one in (("0 ms", ours_near), ("30 ms", ours_far), ("30 ms, 2 % lost", ours_lossy)):
        print(f"  ours, {name}: {_rate(one):,.0f} a second, {one.told['cpu_us']:.1f} us of CPU each")
    print(
        f"  dnspython: {_rate(peer_near):,.0f} and {_rate(peer_far):,.0f};"
        f" dnsperf: {perf_near:,.0f} and {perf_far:,.0f}"
    )
    return [
        Row(
            "DNS, no delay: times dnspython in 32 threads",
            _rate(ours_near) / _rate(peer_near),
            "x",
            12,
            False,
        ),
        Row("DNS, 30 ms: times dnspython in 32 threads", _rate(ours_far) / _rate(peer_far), "x", 25, False),
        Row("DNS, no delay: share of dnsperf", _rate(ours_near) / perf_near, "x", 0.25, False),
        Row("DNS, 30 ms: share of dnsperf", _rate(ours_far) / perf_far, "x", 0.25, False),
        Row("DNS: CPU a look-up", float(str(ours_near.told["cpu_us"])), "us", 35),
        Row("DNS, 30 ms: 60,000 domains", ours_far.seconds, "s", 2.2),
        Row("DNS, 30 ms: 2 % loss, times the time without", ours_lossy.seconds / ours_far.seconds, "x", 2),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("contestant", nargs="?", choices=("ours", "dnspython"))
    parser.add_argument("port", nargs="?", type=int)
    parser.add_argument("count", nargs="?", type=int)
    parser.add_argument("--quick", action="store_true", help="one round of each")
    told = parser.parse_args()
    if told.contestant:
        {"ours": ours, "dnspython": dnspython}[told.contestant](told.port, told.count)
        return 0
    rows = measure(rounds=1 if told.quick else 3, peer_count=3000 if told.quick else 6000)
    for row in rows:
        print(row)
    return 0 if all(row.passed for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
