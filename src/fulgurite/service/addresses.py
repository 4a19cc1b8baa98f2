"""Which addresses of the internet may be connected to, and which lead into somebody's own network."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from fulgurite.errors import InputError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CLOSED_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; also Alibaba's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's host, a public address that is not
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
"""IANA's registry of special addresses, and what clouds have put outside it."""
_OPEN_6 = IPv6Network("2000::/3")
"""All of IPv6 that is given out. Outside lie loopback, mapped and NAT64 addresses, private ones, multicast."""
_CLOSED_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_MAX_PORT = 65535
_ISATAP = (0x00005EFE, 0x02005EFE)
"""In the third quarter of an address: an IPv4 address follows."""


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """The networks that `texts` name. Raises InputError for what names none."""
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError as error:
        raise InputError(str(error), where="a network") from error


def is_open(text: str, permitted: Sequence[Network] = ()) -> bool:
    """Whether the address `text` is one that anybody may connect to, or lies in one of the `permitted` networks."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if any(address in network for network in permitted if network.version == address.version):
        return True
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    return (
        address.scope_id is None
        and address in _OPEN_6
        and not any(address in network for network in _CLOSED_6)
        and (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
    )


def port_ranges(texts: Sequence[str]) -> tuple[range, ...]:
    """The ports that `texts`, such as `80` and `8000-8999`, name. Raises InputError for what names none."""
    found = []
    for text in texts:
        first, _, last = text.partition("-")
        ends = [int(end) if end.isdecimal() and end.isascii() else 0 for end in (first, last or first)]
        if not 0 < ends[0] <= ends[1] <= _MAX_PORT:
            raise InputError(f"{text!r} is neither a port nor a range of ports", where="ports")
        found.append(range(ends[0], ends[1] + 1))
    return tuple(found)
