"""No address of one's own network, and none that merely carries one inside, counts as a mail server."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.dns.guard import Reach, is_routable, literal_address, reach_of

PUBLIC = ["8.8.8.8", "81.2.69.142", "192.0.32.7", "223.255.255.255", "2001:4860:4860::8888", "2a00:1450::1"]
PUBLIC += ["64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1", "100.128.0.1", "172.32.0.1", "11.0.0.1"]
PRIVATE = ["10.0.0.1", "127.0.0.1", "127.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.20"]
PRIVATE += ["100.64.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "::1", "fd12::1"]
PRIVATE += ["fc00::1", "2001:db8::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:a00:1::", "fec0::1"]
PRIVATE += ["2001:0:808:808::f7f7:f7f7", "2a00::5efe:10.0.0.1", "2a00::200:5efe:127.0.0.1", "::127.0.0.1"]
PRIVATE += ["64:ff9b:1::1", "::ffff:0:10.0.0.1", "fd00::5efe:8.8.8.8", "3fff::1", "2001:2::1"]
FORBIDDEN = [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "169.254.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "255.255.255.255",
]
FORBIDDEN += ["240.0.0.1", "::", "fe80::1", "ff02::1", "fd00:ec2::254", "::ffff:169.254.169.254", "100::1"]
FORBIDDEN += ["64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1", "100.100.100.200", "5f00::1"]
FORBIDDEN += ["168.63.129.16", "fe80::5efe:8.8.8.8", "4000::1", "::0.0.0.2", "::ffff:0.0.0.0", "e000::1"]
FORBIDDEN += ["2001:0:808:808::5601:5601"]


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        *((t, Reach.PUBLIC) for t in PUBLIC),
        *((t, Reach.PRIVATE) for t in PRIVATE),
        *((t, Reach.FORBIDDEN) for t in FORBIDDEN),
    ],
)
def test_what_an_address_is(text: str, reach: Reach) -> None:
    packed = ip_address(text).packed
    assert reach_of(packed) is reach
    assert is_routable(packed, allow_private=False) == (reach is Reach.PUBLIC)
    assert is_routable(packed, allow_private=True) == (reach is not Reach.FORBIDDEN)


@given(st.ip_addresses(v=4))
def test_what_is_called_public_is_global_to_the_standard_library_too(address: IPv4Address) -> None:
    if reach_of(address.packed) is Reach.PUBLIC:
        assert not address.is_private
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_no_better_than_itself(address: IPv4Address) -> None:
    inner = reach_of(address.packed)
    number = int(address)
    for outer in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80 | 1):
        assert reach_of(IPv6Address(outer).packed) == inner


@given(st.binary(max_size=20))
def test_only_addresses_are_judged(packed: bytes) -> None:
    if len(packed) in {4, 16}:
        assert reach_of(packed) in Reach
    else:
        with pytest.raises(ValueError, match="octets"):
            reach_of(packed)


def test_literals_are_told_from_names() -> None:
    assert literal_address("192.0.2.1") == b"\xc0\x00\x02\x01"
    assert literal_address("::1") == b"\x00" * 15 + b"\x01"
    assert literal_address("example.test") is None
