"""What a report saw of the world outside: addresses, names and URLs that its processes went to, in normal forms.

A value is found again only when report and question spell it alike, so both come through the same functions here.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple
from urllib.parse import SplitResult, urlsplit

from fulgurite.model.events import DnsAnswer, DnsQuery, FlowStart, HttpRequest, TlsHandshake
from fulgurite.model.report import Report

Kind = Literal["ip", "domain", "url"]

MAX_VALUES = 2_000
"""Values taken from one report; what is beyond them is counted only."""
MAX_URL_CHARACTERS = 2_048
MAX_NAME_CHARACTERS = 253
"""Of a domain name, as RFC 1035 has it."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21}
_MAX_ADDRESS_CHARACTERS = 64
_DELETE = 0x7F


class Observed(NamedTuple):
    """The values of one report."""

    values: tuple[tuple[Kind, str], ...]
    """Each once, in the order in which they were seen, at most MAX_VALUES."""
    rest: int
    """How many more there were."""


def observed(report: Report) -> Observed:
    """What the processes of `report` went to: addresses of flows, names asked for, URLs requested and their hosts.

    Addresses that only answer a question for a name are none. Where the network was a pretence, neither are those of
    flows that a name led to: such an address was made up.
    """
    seen = dict.fromkeys(value for value in _seen(report) if value is not None)
    made_up = _made_up(report)
    values = [value for value in seen if value not in made_up]
    return Observed(tuple(values[:MAX_VALUES]), max(0, len(values) - MAX_VALUES))


def ip_of(text: str) -> str | None:
    """The address that `text` spells, IPv4 or IPv6, in its shortest form; None when it is no address."""
    if len(text) > _MAX_ADDRESS_CHARACTERS:
        return None
    try:
        address = ipaddress.ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return None
        mapped = address.ipv4_mapped
        return str(address if mapped is None else mapped)
    return str(address)


def domain_of(text: str) -> str | None:
    """The domain name that `text` spells, in lower case and ASCII (IDNA), without its last dot; None when it is none.

    It has two labels at least: a bare word is a name of a local network, and says nothing about anybody else's.
    """
    name = text.strip().lower().rstrip(".")
    if len(name) > MAX_NAME_CHARACTERS:
        return None
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    labels = name.split(".")
    named = len(labels) > 1 and len(name) <= MAX_NAME_CHARACTERS and not labels[-1].isdecimal()
    return name if named and all(_LABEL.fullmatch(label) for label in labels) else None


def url_of(text: str) -> str | None:
    """The URL that `text` spells: scheme and host in lower case, without fragment, default port and user; None if none.

    Schemes are http, https and ftp. Path and query stay as they are.
    """
    parts = _split(text)
    if parts is None or parts.hostname is None:
        return None
    host = _host(parts.hostname)
    if host is None:
        return None
    at = f":{parts.port}" if parts.port not in (None, _DEFAULT_PORTS[parts.scheme]) else ""
    query = f"?{parts.query}" if parts.query else ""
    shown = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme}://{shown}{at}{parts.path or '/'}{query}"
    return url if len(url) <= MAX_URL_CHARACTERS else None


def _host(name: str) -> str | None:
    """As in a URL, where a bare word is a host too."""
    known = ip_of(name) or domain_of(name)
    if known is not None:
        return known
    word = name.lower()
    return word if _LABEL.fullmatch(word) is not None else None


def _split(text: str) -> SplitResult | None:
    text = text.strip()
    if len(text) > 2 * MAX_URL_CHARACTERS or any(c <= " " or ord(c) == _DELETE for c in text):
        return None
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _DEFAULT_PORTS else None


def _seen(report: Report) -> Iterator[tuple[Kind, str] | None]:
    for event in report.events:
        match event:
            case FlowStart(remote_addr=address):
                yield _value_of_host(address)
            case DnsQuery(name=name) | DnsAnswer(name=name):
                yield _value_of_host(name)
            case TlsHandshake(sni=str(name)):
                yield _value_of_host(name)
            case HttpRequest(url=url):
                yield from _of_url(url)
            case _:
                pass
    for flow in report.flows:
        yield _value_of_host(flow.dst.rpartition(":")[0])
        for named in (flow.domain, flow.tls_sni):
            yield None if named is None else _value_of_host(named)


def _of_url(text: str) -> Iterator[tuple[Kind, str] | None]:
    url = url_of(text)
    if url is not None:
        yield ("url", url)
        yield _value_of_host(urlsplit(url).hostname or "")


def _value_of_host(text: str) -> tuple[Kind, str] | None:
    address = ip_of(text)
    if address is not None:
        return None if _says_nothing(address) else ("ip", address)
    name = domain_of(text)
    return None if name is None else ("domain", name)


def _says_nothing(address: str) -> bool:
    """Whether it is nobody's: loopback, unspecified, multicast or broadcast."""
    ip = ipaddress.ip_address(address)
    return ip.is_loopback or ip.is_unspecified or ip.is_multicast or address == "255.255.255.255"


def _made_up(report: Report) -> set[tuple[Kind, str]]:
    """Addresses that the pretended network invented: answers for names, and the server that gave the answers."""
    if not report.machine.is_emulated:
        return set()
    answers = (text for event in report.events if isinstance(event, DnsAnswer) for text in event.values)
    invented = (
        flow.dst.rpartition(":")[0] for flow in report.flows if flow.domain is not None or "dns" in flow.protocols
    )
    return {("ip", address) for address in map(ip_of, (*answers, *invented)) if address is not None}
