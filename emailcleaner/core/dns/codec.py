"""Writes DNS questions and reads the common answers in a few microseconds (RFC 1035 section 4).

Only what mail needs is understood: MX, A, AAAA, CNAME and the SOA of a negative answer. Whatever is
legal but rare is left to dnspython (`rare_answers`). Bytes from the network are hostile: every
loop is bounded by the message, every offset is checked, and no input may raise anything but
`MalformedMessage`. This module must not open sockets or know servers.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final, NamedTuple

A: Final = 1
NS: Final = 2
CNAME: Final = 5
SOA: Final = 6
MX: Final = 15
AAAA: Final = 28
_OPT: Final = 41
_IN: Final = 1

NOERROR: Final = 0
FORMERR: Final = 1
SERVFAIL: Final = 2
NXDOMAIN: Final = 3
NOTIMP: Final = 4
REFUSED: Final = 5

#: What we can take in one datagram without fragments (DNS flag day 2020).
EDNS_SIZE: Final = 1232
#: More records than any mail domain has; a message with more is not looked into.
MAX_RECORDS: Final = 512

HEADER_SIZE: Final = 12
_RESPONSE: Final = 0x80
_TRUNCATED: Final = 0x02
_AUTHORITATIVE: Final = 0x04
_RECURSION_AVAILABLE: Final = 0x80

# One question, recursion desired; with one additional record (OPT) and without.
_QUERY_EDNS: Final = b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01"
_QUERY_PLAIN: Final = b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
_OPT_RECORD: Final = b"\x00" + struct.pack(">HHIH", _OPT, EDNS_SIZE, 0, 0)
_LENGTH: Final = tuple(bytes((n,)) for n in range(64))
_ADDRESS_SIZE: Final = {A: 4, AAAA: 16}
_KNOWN: Final = frozenset({A, AAAA, CNAME, MX})
_TYPE_AND_CLASS: Final = {t: struct.pack(">HH", t, _IN) for t in (A, NS, CNAME, SOA, MX, AAAA)}

_COUNTS = struct.Struct(">HHH")
_unpack_record = struct.Struct(">HHIH").unpack_from
_U32 = struct.Struct(">I")
#: What stands unescaped in the text of a name, and the dot between its labels; anything else is rare
#: and goes to dnspython.
_PLAIN: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
_MAX_NAME: Final = 253
_MAX_TTL: Final = 0x7FFF_FFFF
#: Pointers that may be followed for one name; each must point further back, so this only saves work.
_MAX_POINTERS: Final = 32

#: (preference, exchanger) of an MX, the packed address of an A or AAAA, the target of a CNAME.
Rdata = tuple[int, str] | bytes | str


#: One resource record of class IN: owner (lower case, without the last dot), type, TTL, data. A plain
#: tuple, since there are several in every answer.
Record = tuple[str, int, int, Rdata]


class Additional(NamedTuple):
    """The additional section of an answer, not read yet: `any_glue` does that for one name."""

    data: bytes
    pos: int
    number: int
    names: dict[int, str]


class Message(NamedTuple):
    """What one answer says. `soa_ttl`: negative TTL of RFC 2308 section 5, None without SOA.

    `is_own`: the server knew (authoritative) or could have asked (recursion available); without
    either, an empty answer is a referral and says nothing.
    """

    rcode: int
    is_own: bool
    answers: list[Record]
    soa_ttl: int | None
    additional: Additional | None


class MalformedMessage(Exception):  # noqa: N818 - says what the bytes are, as dnspython's FormError
    """These bytes are no DNS message that can be understood."""


class RareMessage(MalformedMessage):
    """Not understood here; dnspython may."""


def encode_name(name: str) -> bytes:
    """`name` in wire form, uncompressed.

    Raises `ValueError` for what cannot be asked: not ASCII, an empty label, a label over 63 or a
    name over 255 octets (RFC 1035 section 2.3.4).
    """
    if not name:
        return b"\x00"
    parts: list[bytes] = []
    try:
        for label in name.encode("ascii").split(b"."):
            parts += (_LENGTH[len(label)], label)
    except (IndexError, UnicodeEncodeError) as error:
        raise ValueError("not a name that DNS can be asked for") from error
    if b"" in parts or len(name) > _MAX_NAME:
        raise ValueError("not a name that DNS can be asked for")
    parts.append(b"\x00")
    return b"".join(parts)


def encode_question(name: str, rtype: int) -> bytes:
    """The question section for `name`: what an answer must repeat octet for octet."""
    return encode_name(name) + _TYPE_AND_CLASS[rtype]


def query_bytes(ident: int, question: bytes, *, edns: bool = True) -> bytes:
    """A whole query: RFC 1035 section 4.1, with EDNS(0) of RFC 6891 unless the server minds it."""
    if edns:
        return ident.to_bytes(2, "big") + _QUERY_EDNS + question + _OPT_RECORD
    return ident.to_bytes(2, "big") + _QUERY_PLAIN + question


def is_reply_to(data: bytes, question: bytes) -> bool:
    """Whether `data` is a response that repeats the whole question, capitals included."""
    return (
        data.startswith(question, HEADER_SIZE)
        and data[2] & 0xF8 == _RESPONSE
        and data[4] == 0
        and data[5] == 1
    )


def bare_rcode(data: bytes) -> int | None:
    """The error code of a response that has nothing but a header, as some servers send; else None."""
    if len(data) == HEADER_SIZE and data[2] & 0xF8 == _RESPONSE and not any(data[4:12]):
        rcode = data[3] & 0x0F
        return rcode if rcode not in {NOERROR, NXDOMAIN} else None
    return None


def is_truncated(data: bytes) -> bool:
    """Whether the whole answer has to be fetched over TCP."""
    return bool(data[2] & _TRUNCATED)


def read_answer(data: bytes, name: str, question_size: int) -> Message:
    """Decode a response whose question section (`question_size` octets, for `name`) was matched.

    Raises `RareMessage` for what is not understood here, `MalformedMessage` for what should not be
    looked into at all.
    """
    an, ns, ar = _COUNTS.unpack_from(data, 6)
    if an + ns + ar > MAX_RECORDS:
        raise MalformedMessage("more records than any mail domain has")
    rcode = data[3] & 0x0F
    names = {HEADER_SIZE: name}
    pos = HEADER_SIZE + question_size
    soa_ttl: int | None = None
    try:
        answers, pos = _read_section(data, pos, an, names)
        for _ in range(ns):
            pos, ttl = _read_authority(data, pos)
            if ttl is not None:
                soa_ttl = ttl if soa_ttl is None else min(ttl, soa_ttl)
        if ar and not an:
            rcode |= _extended_rcode(data, pos, ar) << 4
    except (IndexError, struct.error) as error:
        raise RareMessage("ends before its last record") from error
    if pos > len(data):
        raise RareMessage("ends before its last record")
    is_own = bool(data[2] & _AUTHORITATIVE or data[3] & _RECURSION_AVAILABLE)
    return Message(rcode, is_own, answers, soa_ttl, Additional(data, pos, ar, names) if ar else None)


def any_glue(additional: Additional, host: str, accepts: Callable[[bytes], bool], at_most: int) -> bool:
    """Whether one of the first addresses that came along for `host` pleases `accepts`.

    False too if the section is broken before one is found.
    """
    data, pos, number, names = additional
    try:
        for _ in range(number):
            if data[pos] >= 0xC0:
                owner = names.get((data[pos] & 0x3F) << 8 | data[pos + 1])
                pos += 2
                if owner is None:
                    owner, _ = _read_name(data, pos - 2, names)
            else:
                owner, pos = _read_name(data, pos, names)
            rtype, rclass, _, size = _unpack_record(data, pos)
            pos += 10 + size
            if owner == host and rclass == _IN and size == _ADDRESS_SIZE.get(rtype) and pos <= len(data):
                if accepts(data[pos - size : pos]):
                    return True
                at_most -= 1
                if not at_most:
                    break
    except (IndexError, struct.error, RareMessage):
        return False
    return False


def _read_section(data: bytes, pos: int, count: int, names: dict[int, str]) -> tuple[list[Record], int]:
    """The records of the kinds we use among the `count` from `pos` on, and the position behind them."""
    records: list[Record] = []
    for _ in range(count):
        if data[pos] >= 0xC0:
            owner = names.get((data[pos] & 0x3F) << 8 | data[pos + 1])
            pos += 2
            if owner is None:
                owner, _ = _read_name(data, pos - 2, names)
        else:
            owner, pos = _read_name(data, pos, names)
        rtype, rclass, ttl, size = _unpack_record(data, pos)
        pos += 10
        end: int = pos + size
        if rclass == _IN and rtype in _KNOWN:
            if ttl > _MAX_TTL:
                ttl = 0  # RFC 2181 section 8: with the sign bit set it means zero
            if rtype == MX:
                host, stop = _read_name(data, pos + 2, names)
                if stop != end:
                    raise RareMessage("record data of the wrong size")
                records.append((owner, rtype, ttl, ((data[pos] << 8) | data[pos + 1], host)))
            else:
                records.append((owner, rtype, ttl, _read_data(data, pos, end, rtype, names)))
        pos = end
    return records, pos


def _extended_rcode(data: bytes, pos: int, count: int) -> int:
    """The upper octet of the response code: RFC 6891 section 6.1.3. Asked only of empty answers."""
    for _ in range(count):
        pos = _skip_name(data, pos)
        rtype, _, ttl, size = _unpack_record(data, pos)
        if rtype == _OPT:
            return int(ttl >> 24)
        pos += 10 + size
    return 0


def _read_data(data: bytes, pos: int, end: int, rtype: int, names: dict[int, str]) -> bytes | str:
    """The data of one A, AAAA or CNAME, which ends at `end`."""
    if rtype == CNAME:
        host, stop = _read_name(data, pos, names)
        if stop == end:
            return host
    elif end - pos == _ADDRESS_SIZE[rtype] and end <= len(data):
        return data[pos:end]
    raise RareMessage("record data of the wrong size")


def _read_authority(data: bytes, pos: int) -> tuple[int, int | None]:
    """Step over an authority record; gives the next position and, of a SOA, the negative TTL."""
    pos = _skip_name(data, pos)
    rtype, rclass, ttl, size = _unpack_record(data, pos)
    end = pos + 10 + size
    if rtype != SOA or rclass != _IN or size < 22:
        return end, None
    if ttl > _MAX_TTL:
        ttl = 0
    # RFC 2308 section 5: the lesser of the SOA's own TTL and its MINIMUM, the last field
    return end, min(ttl, _U32.unpack_from(data, end - 4)[0])


def _skip_name(data: bytes, pos: int) -> int:
    """The position behind the name at `pos`."""
    while (length := data[pos]) and length < 0xC0:
        pos += length + 1
    return pos + 2 if length else pos + 1


def _read_name(data: bytes, start: int, names: dict[int, str], pointers: int = 0) -> tuple[str, int]:
    """The name at `start` and the position behind it.

    A pointer must lead before the name it stands in, so that no chain of them can come round;
    names already read are remembered by their offset.
    """
    labels: list[bytes] = []
    pos = start
    tail = ""
    while length := data[pos]:
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | data[pos + 1]
            pos += 1
            known = names.get(target)
            if known is None:
                if target >= start or target < HEADER_SIZE or pointers >= _MAX_POINTERS:
                    raise RareMessage("a pointer that leads nowhere")
                known, _ = _read_name(data, target, names, pointers + 1)
            tail = known
            break
        if length > 63:
            raise RareMessage("a label of an unknown kind")
        labels.append(data[pos + 1 : pos + 1 + length])
        pos += length + 1
    name = _join(labels, tail)
    names[start] = name
    return name, pos + 1


def _join(labels: list[bytes], tail: str) -> str:
    """The text of a name: its own labels and what its pointer led to."""
    if not labels:
        return tail
    head = labels[0] if len(labels) == 1 else b".".join(labels)
    if not head.isalnum() and (head.translate(None, _PLAIN) or head.count(b".") != len(labels) - 1):
        raise RareMessage("a name with unusual characters")
    name = str(head, "ascii").lower()
    if tail:
        name = f"{name}.{tail}"
    if len(name) > _MAX_NAME:
        raise RareMessage("a name over 255 octets")
    return name
