"""One question over TCP, for answers that do not fit a datagram (RFC 7766)."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from emailcleaner.core.dns.codec import HEADER_SIZE, MalformedMessage, is_reply_to

if TYPE_CHECKING:
    from emailcleaner.core.dns.servers import Server


async def ask_over_tcp(server: Server, query: bytes, question: bytes, timeout_s: float) -> bytes:
    """Send `query` with its length before it and read one answer of at most 65,535 octets.

    Raises `OSError` or `TimeoutError` when the server cannot be reached or lets us wait, and
    `MalformedMessage` when the answer is not one to this question.
    """
    loop = asyncio.get_running_loop()
    with socket.socket(server.family, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        async with asyncio.timeout(timeout_s):
            await loop.sock_connect(sock, server.address)
            await loop.sock_sendall(sock, len(query).to_bytes(2, "big") + query)
            size = int.from_bytes(await _read(loop, sock, 2), "big")
            if size < HEADER_SIZE:
                raise MalformedMessage("an answer shorter than its header")
            data = await _read(loop, sock, size)
    if data[:2] != query[:2] or not is_reply_to(data, question):
        raise MalformedMessage("an answer to another question")
    return data


async def _read(loop: asyncio.AbstractEventLoop, sock: socket.socket, size: int) -> bytes:
    """Exactly `size` octets."""
    parts: list[bytes] = []
    while size:
        part = await loop.sock_recv(sock, size)
        if not part:
            raise ConnectionResetError("the name server ended the connection within an answer")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
