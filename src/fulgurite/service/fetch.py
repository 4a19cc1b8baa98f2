"""Requests to addresses that others name: guarded, so that nobody reaches through us what he could not reach himself.

A name is resolved once, every address that it has is checked, and the connection goes to one of the checked addresses
by number: a name that changes its mind between check and use gains nothing. Redirects are not followed by the sockets
here; each is a new URL that is checked as the first. Proxies of the environment are not used. The whole of a request,
name to last byte, has one deadline.
"""

import contextlib
import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from fulgurite.errors import FulguriteError, InputError
from fulgurite.service.addresses import Network, is_open

MAX_URL_CHARACTERS = 2048
MAX_REDIRECTS = 5
USER_AGENT = "fulgurite"
_CHUNK_BYTES = 64 * 1024
_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\ufffd]|[\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
_QUOTED = re.compile(r"[^!-~]")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a name. Raises OSError."""


class BadUrl(InputError):
    """A URL that is not to be asked: badly written, or of a place that is closed."""


class Unreachable(FulguriteError):
    """A URL that gave no whole answer: not found, refused, too slow, broken off."""


class TooMuch(FulguriteError):
    """An answer that is larger than what may be taken."""


class Place(NamedTuple):
    """Where a URL leads, taken apart."""

    scheme: str
    host: str
    """A name in ASCII and lower case, or an address without brackets."""
    port: int
    target: str
    """Path and query as they stand in a request."""

    @property
    def url(self) -> str:
        """The URL, spelt in one way."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"


class Got(NamedTuple):
    """An answer."""

    url: str
    """What gave it, in the end."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


def resolved(host: str, port: int) -> list[str]:
    """The addresses of `host`, as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Makes requests to where they may go. Threads may share it."""

    def __init__(
        self,
        *,
        permitted: Sequence[Network] = (),
        ports: Sequence[range] = (range(80, 81), range(443, 444), range(8080, 8081), range(8443, 8444)),
        timeout_s: float = 30.0,
        resolve: Resolve = resolved,
    ) -> None:
        """`permitted`: networks that may be asked though they are closed to others."""
        self._permitted = permitted
        self._ports = ports
        self.timeout_s = timeout_s
        self._resolve = resolve
        self._open: set[_Line] = set()
        self._guard = threading.Lock()
        self.is_closed = False
        """Whether requests are broken off, not failed."""

    def place(self, url: str) -> Place:
        """Where `url` leads. Raises BadUrl for what is no plain http or https URL of a port that may be asked."""
        place = place_of(url)
        if not any(place.port in ports for ports in self._ports):
            raise BadUrl(f"port {place.port} is not asked", where="URL")
        return place

    def checked(self, url: str) -> Place:
        """Like `place`, and what can be said without asking anybody: an address in figures must be open."""
        place = self.place(url)
        try:
            figures = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except OSError:
            return place
        self._check([str(entry[4][0]) for entry in figures])
        return place

    def fetched(self, url: str, *, max_bytes: int, redirects: int = 0) -> Got:
        """What a GET of `url` gives, after at most so many redirects; one more is answered as it came.

        Raises BadUrl, also for where a redirect leads to, Unreachable, TooMuch.
        """
        deadline = time.monotonic() + self.timeout_s
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
        for left in range(redirects, -1, -1):
            place = self.place(url)
            got = self._asked("GET", place, headers, b"", max_bytes, deadline)
            if got.status not in _REDIRECTS or "location" not in got.headers or left == 0:
                return got
            url = _joined(place.url, got.headers["location"])
        raise AssertionError("the last round returns")

    def posted(self, url: str, body: bytes, headers: Mapping[str, str], *, max_bytes: int) -> Got:
        """What a POST of `body` gives; of the answer at most `max_bytes`, the rest is left. No redirect is followed.

        Raises BadUrl, Unreachable.
        """
        deadline = time.monotonic() + self.timeout_s
        return self._asked("POST", self.place(url), headers, body, max_bytes, deadline, is_cut=True)

    def close(self) -> None:
        """Breaks off every request under way."""
        self.is_closed = True
        with self._guard:
            for line in self._open:
                line.shut()

    def _check(self, addresses: Sequence[str]) -> None:
        if not addresses:
            raise Unreachable("the name has no address")
        # One address too many, and the name is not to be trusted with any.
        if not all(is_open(address, self._permitted) for address in addresses):
            raise BadUrl("it leads to an address that is not public", where="URL")

    def _addresses(self, place: Place, deadline: float) -> Sequence[str]:
        """The addresses of the host, all of them checked. The resolver has no time limit of its own: so, a thread."""
        found: list[Sequence[str] | OSError] = []

        def look() -> None:
            try:
                found.append(self._resolve(place.host, place.port))
            except (OSError, UnicodeError) as error:
                found.append(error if isinstance(error, OSError) else OSError(str(error)))

        thread = threading.Thread(target=look, name="resolve", daemon=True)
        thread.start()
        thread.join(max(0.0, deadline - time.monotonic()))
        if not found:
            raise Unreachable("the name was not resolved in time")
        if isinstance(found[0], OSError):
            raise Unreachable("the name cannot be resolved") from found[0]
        self._check(found[0])
        return found[0]

    def _asked(
        self,
        method: str,
        place: Place,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        deadline: float,
        *,
        is_cut: bool = False,
    ) -> Got:
        line = _Line(_connected(self._addresses(place, deadline), place.port, deadline))
        with self._guard:
            self._open.add(line)
        # A peer that sends a byte now and then would outlast every timeout of the socket: at the deadline it is shut.
        timer = threading.Timer(max(0.0, deadline - time.monotonic()), line.shut)
        timer.daemon = True
        timer.start()
        try:
            if place.scheme == "https":
                line.secure(place.host)
            got = _exchanged(line.sock, method, place, headers, body, max_bytes, is_cut=is_cut)
            if line.is_shut:
                raise TimeoutError
            return got
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = time.monotonic() >= deadline
            told = f"no whole answer within {self.timeout_s:g} s" if late else _told(error)
            raise Unreachable(told) from error
        finally:
            timer.cancel()
            with self._guard:
                self._open.discard(line)
            line.sock.close()


class _Line:
    """A connection that another thread may break off."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.is_shut = False

    def secure(self, host: str) -> None:
        """Speaks TLS from now on; the certificate must be that of `host`. Raises OSError."""
        context = ssl.create_default_context()
        tls = context.wrap_socket(self.sock, server_hostname=host.rstrip("."), do_handshake_on_connect=False)
        self.sock = tls
        tls.do_handshake()

    def shut(self) -> None:
        """Ends it: whoever waits for it is woken."""
        self.is_shut = True
        with contextlib.suppress(OSError):
            # Not the method of a TLS socket, which takes away what the other thread reads with.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def place_of(url: str) -> Place:
    """Where `url` leads, however it is spelt. Raises BadUrl."""
    if len(url) > MAX_URL_CHARACTERS:
        raise BadUrl(f"longer than {MAX_URL_CHARACTERS} characters", where="URL")
    if _UNSEEN.search(url) is not None:
        raise BadUrl("a space, backslash or control character", where="URL")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _host(parts.hostname or "")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query != "" else "")
        target = _QUOTED.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), target)
    except (ValueError, UnicodeError) as error:
        raise BadUrl(str(error), where="URL") from error
    if parts.scheme not in _PORTS:
        raise BadUrl("only http and https are asked", where="URL")
    if "@" in parts.netloc:
        raise BadUrl("a user name or password", where="URL")
    return Place(parts.scheme, host, _PORTS[parts.scheme] if port is None else port, target)


def _host(text: str) -> str:
    """`text` in ASCII. Raises ValueError."""
    if ":" in text:
        if "%" in text:
            raise ValueError("an address with a zone")
        socket_form = socket.inet_pton(socket.AF_INET6, text) if _is_ipv6(text) else None
        if socket_form is None:
            raise ValueError("not an address")
        return socket.inet_ntop(socket.AF_INET6, socket_form)
    name = text if text.isascii() else text.encode("idna").decode("ascii")
    if _NAME.fullmatch(name.lower()) is None:
        raise ValueError("not the name of a host")
    return name.lower()


def _is_ipv6(text: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6, text)
    except OSError:
        return False
    return True


def _joined(base: str, location: str) -> str:
    try:
        # Headers come as Latin-1; what stands there is UTF-8 where it is not ASCII.
        return urljoin(base, location.encode("latin-1").decode("utf-8", "replace"))
    except (ValueError, UnicodeError) as error:
        raise BadUrl("a redirect to what is no URL", where="URL") from error


def _connected(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    last: OSError | None = None
    for address in addresses[:4]:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            last = error
    raise Unreachable("no connection in time" if last is None else f"no connection: {_told(last)}") from last


def _exchanged(
    sock: socket.socket,
    method: str,
    place: Place,
    headers: Mapping[str, str],
    body: bytes,
    max_bytes: int,
    *,
    is_cut: bool,
) -> Got:
    """The answer over an open connection. Raises TooMuch, unless the answer `is_cut`; OSError, HTTPException."""
    connection = http.client.HTTPConnection(place.host, place.port)
    connection.sock = sock
    default = place.port == _PORTS[place.scheme]
    host = f"[{place.host}]" if ":" in place.host else place.host
    connection.putrequest(method, place.target, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", host if default else f"{host}:{place.port}")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Connection", "close")
    if method == "POST":
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    response = connection.getresponse()
    found = MappingProxyType({name.lower(): value for name, value in response.getheaders()})
    content = bytearray()
    while len(content) <= max_bytes:
        piece = response.read(min(_CHUNK_BYTES, max_bytes + 1 - len(content)))
        if piece == b"":
            if response.length:
                raise http.client.IncompleteRead(bytes(content))
            break
        content += piece
    if len(content) > max_bytes and not is_cut:
        raise TooMuch(f"the answer is larger than {max_bytes} bytes")
    return Got(place.url, response.status, found, bytes(content[:max_bytes]))


def _told(error: Exception) -> str:
    match error:
        case http.client.IncompleteRead() | http.client.RemoteDisconnected():
            return "the answer was broken off"
        case ssl.SSLError():
            return f"TLS: {error.reason or error}"
        case TimeoutError():
            return "it timed out"
        case OSError():
            return error.strerror or type(error).__name__
        case _:
            return f"no HTTP: {type(error).__name__}"
