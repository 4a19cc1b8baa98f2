"""Calls to other machines."""

from typing import Any

import pytest

from fulgurite.importers.calls import Contact
from fulgurite.importers.calls.call import Made
from fulgurite.model.events import ApiCall, DnsQuery, HttpRequest
from tests.importers.calls.made import made, program


def _got(url: str, method: str = "GET", headers: tuple[str, ...] = ()) -> HttpRequest:
    return HttpRequest(procid=1, method=method, url=url, headers=headers)


@pytest.mark.parametrize(
    ("api", "args", "expected"),
    [
        ("connect", {"ip": "192.0.2.1", "port": "666"}, Contact("tcp", "192.0.2.1", 666)),
        ("ConnectEx", {"ip_address": "2001:db8::1", "port": 80}, Contact("tcp", "2001:db8::1", 80)),
        ("sendto", {"ip_address": "192.0.2.1", "port": 53}, Contact("udp", "192.0.2.1", 53)),
        ("connect", {"ip": "::"}, None),
        ("getaddrinfo", {"NodeName": "a.test"}, DnsQuery(procid=1, name="a.test")),
        ("GetAddrInfoW", {"hostname": "a.test"}, DnsQuery(procid=1, name="a.test")),
        ("DnsQuery_A", {"Name": "a.test", "Type": "28"}, DnsQuery(procid=1, name="a.test", type="AAAA")),
        ("DnsQuery_W", {"hostname": "a.test", "dns_type": 9999}, DnsQuery(procid=1, name="a.test", type="9999")),
        ("getaddrinfo", {"NodeName": ""}, None),
        (
            "InternetOpenUrlA",
            {"URL": "http://a.test/", "Headers": "A: b\r\n"},
            _got("http://a.test/", headers=("A: b",)),
        ),
        ("URLDownloadToFileW", {"url": "http://a.test/x"}, _got("http://a.test/x")),
        ("InternetOpenUrlA", {}, None),
        ("HttpOpenRequestA", {"Path": "/x"}, None),
        ("InternetConnectA", {}, None),
    ],
)
def test_rows(api: str, args: dict[str, Any], expected: Made) -> None:
    assert made(api, **args) == expected


@pytest.mark.parametrize(
    ("port", "flags", "path", "url"),
    [
        ("80", "0x0", "/x", "http://a.test/x"),
        ("443", "0x0", "/x", "https://a.test/x"),
        ("8080", "0x00800000", "x", "https://a.test:8080/x"),
        ("80", "0x0", "https://b.test/y", "https://b.test/y"),
    ],
)
def test_a_request_has_its_session_s_host(port: str, flags: str, path: str, url: str) -> None:
    by = program()
    session = made("InternetConnectA", by=by, ServerName="a.test", ServerPort=port, returned="0x00cc000c")
    assert isinstance(session, ApiCall)
    event = made("HttpOpenRequestA", by=by, InternetHandle="0x00cc000c", Verb="POST", Path=path, Flags=flags)
    assert event == _got(url, "POST")


def test_a_session_with_an_address_is_a_contact() -> None:
    assert made("WinHttpConnect", ServerName="192.0.2.1", ServerPort="80") == Contact("tcp", "192.0.2.1", 80)
