"""Calls to other machines: connections, names, web requests. Handles lead from a request to its host."""

from fulgurite.importers import paths
from fulgurite.importers.calls.call import Call, Contact, Made, Row
from fulgurite.importers.calls.plain import api_call
from fulgurite.importers.values import port
from fulgurite.model.events import DnsQuery, HttpRequest

_HOST = ("ip", "ip_address", "Address", "address", "hostname")
_PORT = ("port", "Port", "ServerPort", "server_port")
_SERVER = ("ServerName", "hostname", "server_name", "lpszServerName", "pswzServerName")
_NAME = ("NodeName", "hostname", "name", "Name", "pNodeName", "nodename", "lpstrName")
_HANDLE = ("InternetHandle", "ConnectHandle", "connect_handle", "internet_handle", "hConnect")
_PATH = ("Path", "ObjectName", "path", "object_name", "lpszObjectName", "pwszObjectName")
_VERB = ("Verb", "http_method", "verb", "lpszVerb", "pwszVerb")
_URL = ("URL", "Url", "url", "lpszUrl", "szURL")
_SECURE = 0x00800000
_HTTPS = 443
_WEB_PORTS = frozenset({0, 80, 443, None})
_MAX_HANDLES = 10_000
_DNS_TYPES = {1: "A", 2: "NS", 5: "CNAME", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 255: "ANY"}


def connected(proto: str) -> Row:
    """The row of a call that turns to an address."""

    def row(call: Call) -> Made:
        host = call.text(*_HOST)
        if host is None or host in {"0.0.0.0", "::"}:  # noqa: S104 - no address to bind, one that says nothing
            return None
        return Contact(proto=proto, host=host, port=port(call.text(*_PORT)))

    return row


def resolved(call: Call) -> Made:
    """A name was asked for."""
    name = call.text(*_NAME)
    if name is None:
        return None
    kind = call.number("DnsType", "dns_type", "Type", "wType")
    return DnsQuery(procid=call.by.procid, name=name, type="A" if kind is None else _DNS_TYPES.get(kind, str(kind)))


def session_opened(call: Call) -> Made:
    """InternetConnect, WinHttpConnect: remembers whom the handle leads to."""
    host = call.text(*_SERVER)
    handle = call.text_of_return()
    if host is None:
        return None
    number = port(call.text(*_PORT))
    if handle is not None and len(call.by.hosts) < _MAX_HANDLES:
        call.by.hosts[handle] = (host, number)
    return Contact(proto="tcp", host=host, port=number) if paths.is_address(host) else api_call(call)


def request_opened(call: Call) -> Made:
    """HttpOpenRequest, WinHttpOpenRequest: one request, its URL put together from the session's host."""
    path = call.text(*_PATH) or "/"
    if "://" in path:
        return _asked(call, path)
    handle = call.text(*_HANDLE)
    host, number = call.by.hosts.get(handle or "", (None, None))
    if host is None:
        return None
    is_secure = (call.number("Flags", "flags", "dwFlags") or 0) & _SECURE != 0 or number == _HTTPS
    scheme = "https" if is_secure else "http"
    place = host if number in _WEB_PORTS else paths.address(host, number)
    return _asked(call, f"{scheme}://{place}{path if path.startswith('/') else '/' + path}")


def _asked(call: Call, url: str) -> HttpRequest:
    headers = call.text("Headers", "headers", "szHeaders")
    shown = () if headers is None else tuple(line for line in headers.splitlines() if line != "")
    return HttpRequest(procid=call.by.procid, method=call.text(*_VERB) or "GET", url=url, headers=shown)


def url_opened(call: Call) -> Made:
    """InternetOpenUrl, URLDownloadToFile: one request by its whole URL."""
    url = call.text(*_URL)
    return None if url is None else _asked(call, url)


ROWS: dict[str, Row] = {
    "connect": connected("tcp"),
    "ConnectEx": connected("tcp"),
    "WSAConnect": connected("tcp"),
    "sendto": connected("udp"),
    "WSASendTo": connected("udp"),
    "getaddrinfo": resolved,
    "GetAddrInfo": resolved,
    "GetAddrInfoEx": resolved,
    "gethostbyname": resolved,
    "DnsQuery": resolved,
    "DnsQueryEx": resolved,
    "DnsQuery_": resolved,
    "DnsQuery_UTF8": resolved,
    "InternetConnect": session_opened,
    "WinHttpConnect": session_opened,
    "HttpOpenRequest": request_opened,
    "WinHttpOpenRequest": request_opened,
    "InternetOpenUrl": url_opened,
    "URLDownloadToFile": url_opened,
    "URLDownloadToCacheFile": url_opened,
    "URLOpenStream": url_opened,
}
