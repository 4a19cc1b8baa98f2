"""The frames between the engine and its warm parent: jobs one way, how they ended the other."""

import select
import socket
import struct

import msgspec

from fulgurite.engines.emulator.job import Job

_HEADER = struct.Struct(">II")


class Ended(msgspec.Struct, frozen=True):
    """How a child ended."""

    reason: str | None
    """None when it came to its own end; else one plain sentence."""
    cpu_s: float
    wall_s: float


def send_job(sock: socket.socket, job: Job, data: bytes) -> None:
    """Sends one request."""
    head = msgspec.json.encode(job)
    sock.sendall(_HEADER.pack(len(head), len(data)) + head)
    sock.sendall(data)


def receive_job(sock: socket.socket) -> tuple[Job, bytes] | None:
    """The next request; None when the other side has closed."""
    header = _exactly(sock, _HEADER.size)
    if header is None:
        return None
    head_size, data_size = _HEADER.unpack(header)
    head, data = _exactly(sock, head_size), _exactly(sock, data_size)
    if head is None or data is None:
        return None
    return msgspec.json.decode(head, type=Job), data


def send_ended(sock: socket.socket, ended: Ended) -> None:
    """Sends one answer."""
    sock.sendall(msgspec.json.encode(ended) + b"\n")


def is_readable(sock: socket.socket, seconds: float) -> bool:
    """Whether an answer (or the other side's end) is there within `seconds`."""
    return bool(select.select([sock], [], [], seconds)[0])


def receive_ended(sock: socket.socket, timeout_s: float) -> Ended | None:
    """The answer; None when the warm parent died or is silent for `timeout_s` seconds."""
    sock.settimeout(timeout_s)
    line = b""
    try:
        while not line.endswith(b"\n"):
            part = sock.recv(4096)
            if not part:
                return None
            line += part
    except TimeoutError:
        return None
    finally:
        sock.settimeout(None)
    return msgspec.json.decode(line, type=Ended)


def _exactly(sock: socket.socket, size: int) -> bytes | None:
    parts = []
    while size > 0:
        part = sock.recv(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
