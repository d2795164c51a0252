"""Name servers as the system and the user name them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.dns.system import parse_servers, system_servers
from emailcleaner.core.errors import UserError


def test_resolv_conf_is_read_in_its_order_each_server_once(tmp_path: Path) -> None:
    conf = tmp_path / "resolv.conf"
    conf.write_text(
        "# a comment\nsearch example.test\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\n"
        "nameserver\nnameserver not-an-address\n nameserver 2001:db8::53\nnameserver 192.0.2.53\n"
    )
    assert system_servers(conf) == [("192.0.2.53", 53), ("fe80::1%eth0", 53), ("2001:db8::53", 53)]


def test_without_a_resolv_conf_it_is_this_computer(tmp_path: Path) -> None:
    assert system_servers(tmp_path / "none") == [("127.0.0.1", 53)]


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("127.0.0.1:5353,[::1]:53", [("127.0.0.1", 5353), ("::1", 53)]),
        (" 9.9.9.9 , 2620:fe::fe,[2620:fe::9] ", [("9.9.9.9", 53), ("2620:fe::fe", 53), ("2620:fe::9", 53)]),
    ],
)
def test_servers_are_read_with_and_without_port(text: str, servers: list[tuple[str, int]]) -> None:
    assert parse_servers(text) == servers


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "dns.example",
        "1.2.3.4:",
        "1.2.3.4:0",
        "1.2.3.4:65536",
        "[::1]x",
        "[::1",
        "1.2.3:53",
        "[]:1",
    ],
)
def test_what_is_no_server_is_refused_in_words(text: str) -> None:
    with pytest.raises(UserError, match=r"name server"):
        parse_servers(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        servers = parse_servers(text)
    except UserError:
        return
    assert all(0 < port < 65536 for _, port in servers)
