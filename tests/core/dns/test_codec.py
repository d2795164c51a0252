"""The codec agrees with dnspython on what is well formed, and survives what is not."""

from __future__ import annotations

import struct
import time

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.dns import codec
from emailcleaner.core.dns.codec import AAAA, CNAME, MX, A, MalformedMessage, Message
from emailcleaner.core.dns.rare_answers import read_rare_answer
from tests.servers.dns_server import Reply, record, wire_name

LABELS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_", min_size=1, max_size=20)
NAMES = st.lists(LABELS, min_size=1, max_size=5).map(".".join)
TTLS = st.integers(0, 2**31 - 1)


def read(data: bytes, name: str, question: bytes) -> Message | None:
    """As the multiplexer reads: the small codec first, dnspython for the rare."""
    try:
        return codec.read_answer(data, name, len(question))
    except codec.RareMessage:
        return read_rare_answer(data)
    except MalformedMessage:
        return None


def rrset(owner: str, rtype: str, ttl: int, *rdata: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(owner + ".", ttl, "IN", rtype, *rdata)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, int, dns.message.Message]:
    name = draw(NAMES)
    message = dns.message.make_response(dns.message.make_query(name + ".", "MX"), recursion_available=True)
    owners = st.sampled_from([name, *draw(st.lists(NAMES, max_size=3))])
    for section in (message.answer, message.additional):
        for _ in range(draw(st.integers(0, 4))):
            kind = draw(st.sampled_from(["MX", "A", "AAAA", "CNAME", "TXT"]))
            value = {
                "MX": f"{draw(st.integers(0, 65535))} {draw(owners)}.",
                "A": str(draw(st.ip_addresses(v=4))),
                "AAAA": str(draw(st.ip_addresses(v=6))),
                "CNAME": f"{draw(owners)}.",
                "TXT": '"x"',
            }[kind]
            section.append(rrset(draw(owners), kind, draw(TTLS), value))
    if draw(st.booleans()):
        soa = f"ns.test. admin.test. 1 2 3 4 {draw(TTLS)}"
        message.authority.append(rrset(draw(owners), "SOA", draw(TTLS), soa))
    message.set_rcode(dns.rcode.from_text(draw(st.sampled_from(["NOERROR", "SERVFAIL", "NXDOMAIN"]))))
    return name, codec.MX, message


@given(answers())
def test_reads_what_dnspython_writes(case: tuple[str, int, dns.message.Message]) -> None:
    name, rtype, message = case
    data = message.to_wire()
    question = codec.encode_question(name, rtype)
    assert codec.is_reply_to(data, question)
    ours = codec.read_answer(data, name.lower(), len(question))
    theirs = read_rare_answer(data)
    assert theirs is not None
    assert ours.answers == theirs.answers
    assert ours[:2] == theirs[:2]
    assert ours.soa_ttl == theirs.soa_ttl


@given(NAMES, st.sampled_from([A, AAAA, MX]), st.integers(0, 65535), st.booleans())
def test_writes_what_dnspython_reads(name: str, rtype: int, ident: int, edns: bool) -> None:
    query = dns.message.from_wire(codec.query_bytes(ident, codec.encode_question(name, rtype), edns=edns))
    assert query.id == ident
    assert query.question[0].name.to_text(omit_final_dot=True) == name
    assert query.question[0].rdtype == rtype
    assert query.flags == dns.flags.RD
    assert (query.edns, query.payload) == ((0, 1232) if edns else (-1, 0))


@given(st.text(max_size=300))
def test_a_name_is_encoded_as_dnspython_does_or_refused(name: str) -> None:
    try:
        wire = codec.encode_name(name)
    except ValueError:
        return
    assert len(wire) <= 255
    assert dns.name.from_wire(wire, 0)[1] == len(wire)


@pytest.mark.parametrize(
    "name", ["a..b", ".a", "a.", "x" * 64, ".".join(["x" * 63] * 4), "bücher.de", "a" * 254]
)
def test_a_name_that_cannot_be_asked_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        codec.encode_name(name)


@given(st.binary(max_size=600))
def test_any_bytes_behind_the_question_are_read_or_refused(tail: bytes) -> None:
    question = codec.encode_question("example.test", MX)
    head = struct.pack(">HHHHHH", 1, 0x8180, 1, 3, 2, 2)
    read(head + question + tail, "example.test", question)


@given(answers(), st.data())
def test_a_damaged_answer_is_read_or_refused(
    case: tuple[str, int, dns.message.Message], data: st.DataObject
) -> None:
    name, rtype, message = case
    question = codec.encode_question(name, rtype)
    wire = bytearray(message.to_wire())
    for _ in range(data.draw(st.integers(1, 6))):
        wire[data.draw(st.integers(4, len(wire) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(wire[: data.draw(st.integers(12, len(wire)))])
    if codec.is_reply_to(damaged, question):
        found = read(damaged, name.lower(), question)
        if found is not None and found.additional is not None:
            codec.any_glue(found.additional, name, lambda _: False, 5)


@given(answers(), st.data())
def test_a_cut_answer_is_never_read_as_a_shorter_one(
    case: tuple[str, int, dns.message.Message], data: st.DataObject
) -> None:
    name, rtype, message = case
    question = codec.encode_question(name, rtype)
    message.additional.clear()
    wire = message.to_wire()
    end = data.draw(st.integers(12 + len(question), len(wire)))
    found = read(wire[:end], name.lower(), question)
    assert (found is None) == (end < len(wire))


def hostile(tail: bytes, answers: int) -> tuple[bytes, bytes]:
    question = codec.encode_question("example.test", MX)
    return struct.pack(">HHHHHH", 1, 0x8180, 1, answers, 0, 0) + question + tail, question


def test_a_pointer_to_itself_is_refused() -> None:
    data, question = hostile(b"", 1)
    here = 0xC000 | len(data)
    data += struct.pack(">H", here) + struct.pack(">HHIH", MX, 1, 60, 4) + b"\x00\x01\xc0\x0c"
    assert read(data, "example.test", question) is None


def test_pointers_that_lead_round_are_refused() -> None:
    data, question = hostile(b"", 2)
    start = len(data)
    first = struct.pack(">H", 0xC000 | start + 16) + struct.pack(">HHIH", MX, 1, 60, 4) + b"\x00\x01\xc0\x0c"
    second = struct.pack(">H", 0xC000 | start) + struct.pack(">HHIH", MX, 1, 60, 4) + b"\x00\x01\xc0\x0c"
    assert read(data + first + second, "example.test", question) is None


def test_a_chain_of_pointers_through_a_whole_message_takes_no_time() -> None:
    data, question = hostile(b"", codec.MAX_RECORDS)
    target = 12
    for number in range(codec.MAX_RECORDS):
        label = b"\x01" + bytes([97 + number % 26])
        rdata = b"\x00\x01" + label + struct.pack(">H", 0xC000 | target)
        target = len(data) + 14
        data += b"\xc0\x0c" + struct.pack(">HHIH", MX, 1, 60, len(rdata)) + rdata
    started = time.process_time()
    assert read(data, "example.test", question) is None  # names over 255 octets
    assert time.process_time() - started < 1


def test_a_compressed_bomb_takes_no_time() -> None:
    data, question = hostile(b"", 0)
    long_name = b"".join(b"\x3f" + b"x" * 63 for _ in range(3)) + b"\xc0\x0c"
    data += b"\xc0\x0c" + struct.pack(">HHIH", CNAME, 1, 60, len(long_name)) + long_name
    pointer = struct.pack(">H", 0xC000 | (12 + len(question) + 12))
    count = 1
    while len(data) < 65_000:
        data += pointer + struct.pack(">HHIH", CNAME, 1, 60, 2) + pointer
        count += 1
    data = data[:6] + struct.pack(">H", count) + data[8:]
    started = time.process_time()
    assert read(data, "example.test", question) is None
    assert time.process_time() - started < 0.5


def test_a_forward_pointer_is_refused() -> None:
    data, question = hostile(b"", 1)
    rdata = b"\x00\x01" + struct.pack(">H", 0xC000 | len(data) + 40)
    data += b"\xc0\x0c" + struct.pack(">HHIH", MX, 1, 60, 4) + rdata + b"\x00" * 40
    assert read(data, "example.test", question) is None


def test_unusual_octets_in_a_name_are_escaped() -> None:
    rdata = b"\x00\x05" + b"\x05a.b c" + b"\x04test\x00"
    data, question = hostile(record(b"\xc0\x0c", MX, 60, rdata), 1)
    found = read(data, "example.test", question)
    assert found is not None
    assert found.answers[0][3] == (5, "a\\.b\\032c.test")


@pytest.mark.parametrize("size", [3, 5, 0])
def test_an_address_of_the_wrong_size_is_refused(size: int) -> None:
    data, question = hostile(record(b"\xc0\x0c", A, 60, b"\x01" * size), 1)
    assert read(data, "example.test", question) is None


def test_a_ttl_with_the_sign_bit_counts_as_zero() -> None:
    data, question = hostile(record(b"\xc0\x0c", A, 0x8000_0001, b"\x01\x02\x03\x04"), 1)
    found = read(data, "example.test", question)
    assert found is not None
    assert found.answers == [("example.test", A, 0, b"\x01\x02\x03\x04")]


def test_records_of_another_class_are_left_out() -> None:
    rr = b"\xc0\x0c" + struct.pack(">HHIH", A, 3, 60, 4) + b"\x01\x02\x03\x04"
    data, question = hostile(rr, 1)
    found = read(data, "example.test", question)
    assert found is not None
    assert found.answers == []


def test_the_upper_half_of_the_response_code_is_seen() -> None:
    question = codec.encode_question("example.test", MX)
    opt = b"\x00" + struct.pack(">HHIH", 41, 1232, 0x0100_0000, 0)
    data = struct.pack(">HHHHHH", 1, 0x8180, 1, 0, 0, 1) + question + opt
    assert codec.read_answer(data, "example.test", len(question)).rcode == 16  # BADVERS


def test_glue_is_found_for_the_host_alone_and_counted() -> None:
    question = codec.encode_question("example.test", MX)
    additional = [record(wire_name("other.test"), A, 60, b"\x09\x09\x09\x09")]
    additional += [record(wire_name("mx.test"), A, 60, bytes((10, 0, 0, n))) for n in range(8)]
    head = struct.pack(">HHHHHH", 1, 0x8180, 1, 0, 0, len(additional))
    found = codec.read_answer(head + question + b"".join(additional), "example.test", len(question))
    assert found.additional is not None
    seen: list[bytes] = []

    def refuse(address: bytes) -> bool:
        seen.append(address)
        return False

    assert not codec.any_glue(found.additional, "mx.test", refuse, 5)
    assert seen == [bytes((10, 0, 0, n)) for n in range(5)]


def test_a_reply_must_repeat_the_question_with_its_capitals() -> None:
    question = codec.encode_question("eXample.test", MX)
    assert codec.is_reply_to(struct.pack(">HHHHHH", 1, 0x8180, 1, 0, 0, 0) + question, question)
    assert not codec.is_reply_to(struct.pack(">HHHHHH", 1, 0x8180, 1, 0, 0, 0) + question.lower(), question)
    assert not codec.is_reply_to(struct.pack(">HHHHHH", 1, 0x0180, 1, 0, 0, 0) + question, question)
    assert not codec.is_reply_to(struct.pack(">HHHHHH", 1, 0x8180, 2, 0, 0, 0) + question, question)


@pytest.mark.parametrize(("flags", "rcode"), [(0x8182, 2), (0x8185, 5), (0x8180, None), (0x8183, None)])
def test_a_bare_header_may_only_say_that_it_failed(flags: int, rcode: int | None) -> None:
    assert codec.bare_rcode(struct.pack(">HHHHHH", 1, flags, 0, 0, 0, 0)) == rcode


def test_the_scripted_server_speaks_dns() -> None:
    """Guards the tests themselves: dnspython reads what the server of the tests writes."""
    query = dns.message.make_query("example.test.", "MX").to_wire()
    from tests.servers.dns_server import Query

    reply = Reply(answers=[record(b"\xc0\x0c", MX, 60, b"\x00\x0a" + wire_name("mx.example.test"))])
    assert "10 mx.example.test." in dns.message.from_wire(reply.wire(Query.read(query))).answer[0].to_text()
