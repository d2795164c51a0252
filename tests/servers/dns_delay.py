"""A line to a name server that takes its time and loses datagrams; runs as a process of its own.

    python -m tests.servers.dns_delay PORT DELAY_MS LOSS_PER_CENT

prints the port it listens on (loopback, UDP only) and passes what comes to 127.0.0.1:PORT. Answers are
delayed by DELAY_MS; each datagram, question or answer, is lost with LOSS_PER_CENT. Ends with its input.
"""

from __future__ import annotations

import random
import select
import socket
import sys
import time
from collections import deque

_BUFFER = 8 << 20
_BATCH = 64


def main(port: int, delay_s: float, loss: float) -> None:
    front = _socket()
    front.bind(("127.0.0.1", 0))
    back = _socket()
    back.connect(("127.0.0.1", port))
    sys.stdout.write(f"{front.getsockname()[1]}\n")
    sys.stdout.flush()
    waiting: deque[tuple[float, bytes, tuple[str, int]]] = deque()
    clients: list[tuple[tuple[str, int], bytes] | None] = [None] * 65536
    chance = random.Random(7).random
    poll = select.poll()
    for descriptor in (front.fileno(), back.fileno(), sys.stdin.fileno()):
        poll.register(descriptor, select.POLLIN)
    number = 0
    while True:
        timeout_ms = max((waiting[0][0] - time.monotonic()) * 1000, 0) if waiting else None
        for descriptor, _ in poll.poll(timeout_ms):
            if descriptor == front.fileno():
                number = _pass_questions(front, back, clients, number, (chance, loss))
            elif descriptor == back.fileno():
                _take_answers(back, clients, waiting, time.monotonic() + delay_s, (chance, loss))
            else:
                return
        now = time.monotonic()
        send = front.sendto
        while waiting and waiting[0][0] <= now:
            _, data, client = waiting.popleft()
            send(data, client)


def _socket() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    sock.setblocking(False)
    return sock


def _pass_questions(front, back, clients, number, luck) -> int:  # type: ignore[no-untyped-def]  # a hot loop's locals
    """Questions go on at once, under a number of our own by which their answer is known again."""
    chance, loss = luck
    receive, send = front.recvfrom, back.send
    for _ in range(_BATCH):
        try:
            data, client = receive(2048)
        except BlockingIOError:
            break
        if loss and chance() < loss:
            continue
        number = (number + 1) & 0xFFFF
        clients[number] = (client, data[:2])
        send(number.to_bytes(2, "big") + data[2:])
    return number


def _take_answers(back, clients, waiting, until, luck) -> None:  # type: ignore[no-untyped-def]  # a hot loop's locals
    chance, loss = luck
    receive = back.recv
    for _ in range(_BATCH):
        try:
            data = receive(4096)
        except BlockingIOError:
            break
        known = clients[data[0] << 8 | data[1]]
        if known is None or (loss and chance() < loss):
            continue
        waiting.append((until, known[1] + data[2:], known[0]))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]) / 1000, float(sys.argv[3]) / 100)
