"""Addresses, open and closed."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import InputError
from fulgurite.service.addresses import is_open, networks, port_ranges


@pytest.mark.parametrize("text", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_open(text: str) -> None:
    assert is_open(text)


@pytest.mark.parametrize(
    "text",
    [
        *("0.0.0.0", "10.0.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.255", "168.63.129.16"),  # noqa: S104 - to be refused
        *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.168.0.1", "198.18.0.1"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "203.0.113.1", "192.88.99.1"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1"),
        *("2002:7f00:1::1", "2001::1", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0"),
        *("fec0::1", "ff02::1", "100::1", "2a00::5efe:127.0.0.1", "2a00::200:5efe:127.0.0.1", "5f00::1", "3fff::1"),
        *("localhost", "", "127.1", "1.1.1.1/32"),
    ],
)
def test_closed(text: str) -> None:
    assert not is_open(text)


@given(st.ip_addresses())
def test_nothing_that_python_knows_as_special_is_open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_open(str(address)):
        assert address.is_global
        assert not address.is_multicast


def test_permitted_networks() -> None:
    permitted = networks(["127.0.0.0/8", "fd00::/8"])
    assert is_open("127.0.0.1", permitted)
    assert is_open("fd00::1", permitted)
    assert not is_open("::ffff:127.0.0.1", permitted)
    assert not is_open("10.0.0.1", permitted)
    with pytest.raises(InputError, match="a network"):
        networks(["127.0.0.1/8"])


def test_ports() -> None:
    assert port_ranges(["80", "8000-8002"]) == (range(80, 81), range(8000, 8003))


@pytest.mark.parametrize("text", ["", "0", "65536", "a", "1-", "-1", "9-8", "1-70000", "\u0661"])
def test_no_ports(text: str) -> None:
    if text == "1-":
        assert port_ranges([text]) == (range(1, 2),)
        return
    with pytest.raises(InputError, match="ports"):
        port_ranges([text])
