"""HTTP as the guest speaks it: URLs, requests through the system's HTTP stacks, and what the fake internet answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, NamedTuple

from fulgurite.engines.emulator.network import is_address
from fulgurite.engines.emulator.objects import GuestObject
from fulgurite.model.events import HttpRequest, HttpResponse, TlsHandshake

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.network import Conversation
    from fulgurite.engines.emulator.processes import GuestProcess

DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21}
_TLS_BYTES = (517, 3_200)
"""What a TLS handshake sends and receives, about."""
_ANSWER_MS = 60
_PAGE = (
    "<!DOCTYPE html>\r\n<html>\r\n<head><title>Welcome</title></head>\r\n"
    "<body><h1>It works!</h1><p>This is the default page of this server.</p></body>\r\n</html>\r\n"
)
_BINARY = bytes(range(256)) * 8
"""What is answered for a path that looks like a program or an archive: bytes that are neither."""
_BINARY_ENDINGS = (".exe", ".dll", ".bin", ".dat", ".zip", ".rar", ".7z", ".cab", ".msi", ".sys", ".scr")


class Url(NamedTuple):
    """The parts of one URL."""

    scheme: str
    """Lower case, without `://`."""
    host: str
    port: int
    path: str
    """With its query; begins with `/`."""
    user: str = ""
    password: str = ""

    @property
    def is_secure(self) -> bool:
        """Whether it is spoken over TLS."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """`host`, with `:port` when that is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS.get(self.scheme) else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def url_of(text: str) -> Url | None:
    """The parts of `text`; None when it has no scheme of DEFAULT_PORTS, no host or no valid port."""
    scheme, separator, rest = text.strip().partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in DEFAULT_PORTS:
        return None
    cut = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    authority, path = rest[:cut], rest[cut:].partition("#")[0]
    login, _, place = authority.rpartition("@")
    host, port = host_and_port(place, DEFAULT_PORTS[scheme])
    if not host or port is None:
        return None
    user, _, password = login.partition(":")
    return Url(scheme, host, port, path if path.startswith("/") else f"/{path}", user, password)


def host_and_port(text: str, default: int) -> tuple[str, int | None]:
    """Host and port of `host`, `host:port` or `[v6]:port`; the port is None when it is no number of 1-65535."""
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = text.partition(":")
    if not port:
        return host, default
    is_port = port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) < 65_536  # noqa: PLR2004 - a port
    return host, int(port) if is_port else None


class Response(NamedTuple):
    """What the fake internet answers."""

    status: int
    headers: tuple[str, ...]
    body: bytes

    @property
    def raw(self) -> bytes:
        """As it comes over the wire."""
        head = f"HTTP/1.1 {self.status} OK\r\n" + "".join(f"{line}\r\n" for line in self.headers) + "\r\n"
        return head.encode("utf-8", "replace") + self.body

    def header(self, name: str) -> str | None:
        """The value of header `name`."""
        prefix = name.lower() + ":"
        return next((line[len(prefix) :].strip() for line in self.headers if line.lower().startswith(prefix)), None)


def response(guest: Guest, url: Url, method: str) -> Response:
    """The answer to a request of `url`, the same in every run."""
    path = url.path.partition("?")[0].lower()
    fixed = guest.system.web.get(url.host.lower())
    if fixed is not None:
        kind, body = "text/plain", fixed.encode()
    elif path.endswith(_BINARY_ENDINGS):
        kind, body = "application/octet-stream", _BINARY
    else:
        kind, body = "text/html", _PAGE.encode()
    headers = (
        f"Date: {formatdate(guest.clock.unix_s, usegmt=True)}",
        "Server: nginx",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return Response(200, headers, b"" if method == "HEAD" else body)


@dataclass(eq=False)
class Exchange(GuestObject):
    """One request through one of the system's HTTP stacks, from its opening to the last byte read."""

    process: GuestProcess
    method: str
    url: Url
    headers: list[str] = field(default_factory=list)
    """What the program itself added, `Name: value`."""
    agent: str = ""
    body: bytes = b""
    is_sent: bool = False
    answer: Response | None = None
    position: int = 0
    """How much of the answer's body was read."""
    talk: Conversation | None = None

    def add_headers(self, text: str) -> None:
        """Adds the lines of `text`; a header that is there already is replaced."""
        for line in text.replace("\r", "\n").split("\n"):
            name, colon, _ = line.partition(":")
            if not colon or not name.strip():
                continue
            self.headers = [h for h in self.headers if h.partition(":")[0].strip().lower() != name.strip().lower()]
            self.headers.append(line.strip())

    def sent_headers(self) -> tuple[str, ...]:
        """All headers as they are sent."""
        own = {line.partition(":")[0].strip().lower() for line in self.headers}
        lines = list(self.headers)
        if self.agent and "user-agent" not in own:
            lines.append(f"User-Agent: {self.agent}")
        if "host" not in own:
            lines.append(f"Host: {self.url.authority}")
        if (self.body or self.method in {"POST", "PUT"}) and "content-length" not in own:
            lines.append(f"Content-Length: {len(self.body)}")
        if "connection" not in own:
            lines.append("Connection: Keep-Alive")
        return tuple(lines)

    def send(self, guest: Guest) -> bool:
        """Sends the request and takes its answer; False when the host's name does not exist."""
        address = resolved(guest, self.process, self.url.host)
        if address is None:
            return False
        self.talk = guest.network.open(self.process, "tcp", address, self.url.port)
        self.is_sent = True
        self.position = 0
        headers = self.sent_headers()
        if self.url.is_secure:
            handshake(guest, self.process, self.talk, self.url.host)
        size = len(self.method) + len(self.url.path) + 12 + sum(len(h) + 2 for h in headers) + 2 + len(self.body)
        self.answer = exchanged(guest, self.process, self.talk, self.method, self.url, headers, len(self.body), size)
        if self.talk is not None:
            self.talk.received(len(self.answer.raw))
        return True

    def read(self, size: int) -> bytes:
        """The next `size` bytes of the answer's body."""
        if self.answer is None:
            return b""
        part = self.answer.body[self.position : self.position + max(size, 0)]
        self.position += len(part)
        return part

    @property
    def left_bytes(self) -> int:
        """How much of the answer's body was not read yet."""
        return 0 if self.answer is None else len(self.answer.body) - self.position

    def closed(self, guest: Guest, process: GuestProcess) -> None:  # noqa: ARG002 - what every object is told
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        if self.talk is not None:
            self.talk.close()


def resolved(guest: Guest, process: GuestProcess, host: str) -> str | None:
    """The address of `host`, looked up when it is a name; None when it does not exist."""
    if is_address(host):
        return host
    answers = guest.network.lookup(process, host)
    return answers[0] if answers else None


def handshake(guest: Guest, process: GuestProcess, talk: Conversation | None, sni: str | None) -> None:
    """Records a TLS handshake that the system made for the program."""
    if sni is not None and is_address(sni):
        sni = None
    if talk is not None:
        talk.speaks("tls")
        talk.sni = sni
        talk.sent(_TLS_BYTES[0])
        talk.received(_TLS_BYTES[1])
    guest.record(process, TlsHandshake, sni=sni, flow=None if talk is None else talk.number)


def exchanged(  # noqa: PLR0917 - the facts of a request
    guest: Guest,
    process: GuestProcess,
    talk: Conversation | None,
    method: str,
    url: Url,
    headers: tuple[str, ...],
    body_bytes: int,
    size_bytes: int,
) -> Response:
    """Records a request and its answer, and returns that; `size_bytes` is what was sent in all."""
    index = None
    if talk is not None:
        talk.speaks("https" if url.is_secure else "http")
        talk.sent(size_bytes)
        index, talk.requests = talk.requests, talk.requests + 1
    number = None if talk is None else talk.number
    guest.record(
        process,
        HttpRequest,
        method=method,
        url=str(url),
        headers=headers,
        body_bytes=body_bytes,
        flow=number,
        index=index,
    )
    guest.clock.sleep(_ANSWER_MS)
    answer = response(guest, url, method)
    guest.record(
        process,
        HttpResponse,
        status=answer.status,
        url=str(url),
        headers=answer.headers,
        body_bytes=len(answer.body),
        flow=number,
        index=index,
    )
    return answer
