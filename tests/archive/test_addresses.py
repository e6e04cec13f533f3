"""Which addresses may be asked: every special range, every disguise, every spelling."""

import ipaddress
import re
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.archive.addresses import host_name, is_allowed, why_not

REFUSED = re.split(r"\s+", """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254 169.254.0.1 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.9 168.63.129.16
224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::2 ::7f00:1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1
64:ff9b::a9fe:a9fe 64:ff9b:1::8.8.8.8 100::1 2001::1 2001:0:7f00:1:: 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:0808:0808::1
3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::1%eth0 2606:4700::1%eth0 fec0::1 ff02::1 ff0e::1
nonsense 127.1 0x7f000001
""".strip())  # fmt: skip
PUBLIC = re.split(" ",
    "8.8.8.8 1.1.1.1 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2606:4700::1111 2a00:1450::1 2001:4860::8888"
)  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_nothing_special_is_asked(address: str) -> None:
    assert why_not(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_may_be_asked(address: str) -> None:
    assert why_not(address) == ""


@given(st.ip_addresses(v=4))
def test_no_disguise_makes_an_address_more_public(address: ipaddress.IPv4Address) -> None:
    plain = why_not(str(address))
    number = int(address)
    assert why_not(f"::ffff:{address}") == plain
    assert why_not(f"64:ff9b::{address}") == plain
    assert why_not(str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1)))
    assert why_not(str(ipaddress.IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF))))
    assert why_not(f"::{address}")


@given(st.ip_addresses(v=6))
def test_python_calls_nothing_private_that_is_taken_for_public(address: ipaddress.IPv6Address) -> None:
    if not why_not(str(address)) and not address.ipv4_mapped:
        assert address.is_global and not address.is_multicast


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Example.ORG", "example.org"),
        ("example.org.", "example.org"),
        ("example.org..", None),
        ("", None),
        (".", None),
        ("bücher.example", "xn--bcher-kva.example"),
        ("ﷺ.example", None),
        ("ｅｘａｍｐｌｅ.org", "example.org"),
        ("１２７.0.0.1", "127.0.0.1"),
        ("①②⑦.0.0.1", "127.0.0.1"),
        ("example。org", "example.org"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("127.1", None),
        ("0177.0.0.1", None),
        ("0x7f.1", None),
        ("0x7f.0.0.1", None),
        ("2130706433", None),
        ("0x7f000001", None),
        ("1.2.3.4.5", None),
        ("1.2.3.0x", None),
        ("a.1", None),
        ("%31%32%37.0.0.1", None),
        ("exa mple.org", None),
        ("example.org/x", None),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[::ffff:127.0.0.1]", "::ffff:7f00:1"),
        ("[fe80::1%25eth0]", None),
        ("[fe80::1%eth0]", None),
        ("[::1", None),
        ("[v1.x]", None),
        ("a" * 64 + ".org", None),
        ("a." * 130 + "org", None),
        ("under_score.example.org", "under_score.example.org"),
        ("-a.org", None),
    ],
)
def test_a_host_is_written_in_one_way(written: str, meant: str | None) -> None:
    found = host_name(written)
    assert found == meant or (found is not None and meant is not None and ":" in meant and ipaddress.ip_address(found) == ipaddress.ip_address(meant))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.from_regex(r"[0-9a-fA-FxX.]{1,20}", fullmatch=True))
def test_no_spelling_of_an_address_passes_for_a_name(written: str) -> None:
    """What the system's own reader of addresses takes is either the same plain address for us or nothing."""
    found = host_name(written)
    if found is None or ":" in found:
        return
    try:
        meant = socket.inet_ntoa(socket.inet_aton(found))
    except OSError:
        return
    assert found == meant


@pytest.mark.parametrize(
    ("allowed", "host", "port", "fits"),
    [
        ("intranet.example", "intranet.example", 80, True),
        ("Intranet.Example.", "intranet.example", 8443, True),
        ("intranet.example:8080", "intranet.example", 8080, True),
        ("intranet.example:8080", "intranet.example", 80, False),
        ("intranet.example", "a.intranet.example", 80, False),
        ("10.0.0.7", "10.0.0.7", 80, True),
        ("10.0.0.7:80", "10.0.0.8", 80, False),
        ("[::1]:8080", "::1", 8080, True),
        ("[::1]:8080", "::1", 80, False),
        ("[::1]", "::1", 80, True),
        ("*", "anything.example", 80, False),
        ("", "anything.example", 80, False),
        (".example", "a.example", 80, False),
    ],
)
def test_an_exception_holds_for_what_it_names(allowed: str, host: str, port: int, fits: bool) -> None:
    assert is_allowed(host, port, [allowed]) is fits
