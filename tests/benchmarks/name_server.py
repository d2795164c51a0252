"""nsd on the loopback with a zone of its own making, for benchmarks that ask about the generated lists."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
  name: .
  zonefile: root.zone
"""
_ROOT_QUESTION = b"\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00\x01"
_NOERROR = 0


def program() -> str | None:
    """Where nsd is, or None."""
    return shutil.which("nsd") or shutil.which("/usr/sbin/nsd")


def write_root_zone(folder: Path, domains: list[str]) -> None:
    """A zone that knows these domains and no others; each has two exchangers with public addresses."""
    with (folder / "root.zone").open("w", encoding="utf-8") as zone:
        zone.write(
            "$ORIGIN .\n$TTL 3600\n@ SOA ns.bench. admin.bench. 1 3600 900 86400 900\n@ NS ns.bench.\n"
        )
        zone.write("ns.bench. A 127.0.0.1\n")
        for number, name in enumerate(domains):
            high, low = divmod(number, 250)
            zone.write(f"{name}. MX 10 mx1.{name}.\n{name}. MX 20 mx2.{name}.\n")
            zone.write(f"mx1.{name}. A 192.32.{high}.{low + 1}\nmx2.{name}. A 192.33.{high}.{low + 1}\n")


@contextmanager
def nsd(folder: Path) -> Iterator[int]:
    """nsd with the zone in `folder`, as a child; yields its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    conf = folder / "nsd.conf"
    conf.write_text(_CONF.format(port=port, folder=folder), encoding="utf-8")
    child = subprocess.Popen([program() or "nsd", "-d", "-c", str(conf)], stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        child.terminate()
        child.wait(10)


@contextmanager
def slow_line(port: int, delay_ms: float) -> Iterator[int]:
    """A line before `port` that delays every answer; yields the port of its near end."""
    arguments = [sys.executable, "-m", "tests.servers.dns_delay", str(port), str(delay_ms), "0"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        yield int(child.stdout.readline())
        child.stdin.close()


def _wait(port: int) -> None:
    """Until the zone is loaded: then the root's SOA is answered."""
    deadline = time.monotonic() + 60
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        sock.connect(("127.0.0.1", port))
        while time.monotonic() < deadline:
            try:
                sock.send(_ROOT_QUESTION)
                if sock.recv(512)[3] & 0x0F == _NOERROR:
                    return
            except OSError:
                time.sleep(0.1)
    raise RuntimeError("nsd does not answer")
