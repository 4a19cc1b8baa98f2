"""Sending to and receiving from sockets, in the plain and the overlapped forms; and echo requests."""

import struct

from fulgurite.engines.emulator.call import Call, Hook, api
from fulgurite.engines.emulator.hooks.sockets import SOCKET_ERROR, place_at, put_place, socket_of, wait_for_ever
from fulgurite.engines.emulator.objects import SyncObject
from fulgurite.engines.emulator.sockets import (
    WSAECONNRESET,
    WSAEDESTADDRREQ,
    WSAENOTCONN,
    WSAETIMEDOUT,
    WSAEWOULDBLOCK,
    Place,
    Socket,
)

MAX_BYTES = 4 << 20
"""Most that one call sends or receives; a larger buffer is used in part, as any socket may."""
MAX_BUFFERS = 64
ERROR_IO_PENDING = 997
STATUS_PENDING = 0x103
_PEEK = 2


def _sent(call: Call, sock: Socket, data: bytes, to: Place | None) -> int:
    """Sends `data`; a Winsock error or 0."""
    if to is not None and not sock.is_stream:
        sock.connect(call.guest, to)
    if sock.remote is None:
        return WSAENOTCONN if sock.is_stream else WSAEDESTADDRREQ
    sock.send(call.guest, data)
    return 0


def _destination(call: Call, name: int, size: int) -> Place | None:
    return place_at(call, call.args[name], call.args[size]) if call.args[name] else None


def send(call: Call) -> int:
    """send(s, buf, len, flags)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    data = call.read(call.args[1], min(call.args[2] & 0xFFFFFFFF, MAX_BYTES))
    error = _sent(call, sock, data, None)
    return call.fail(error, SOCKET_ERROR) if error else call.succeed(len(data))


def send_to(call: Call) -> int:
    """sendto(s, buf, len, flags, to, tolen)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    data = call.read(call.args[1], min(call.args[2] & 0xFFFFFFFF, MAX_BYTES))
    error = _sent(call, sock, data, _destination(call, 4, 5))
    return call.fail(error, SOCKET_ERROR) if error else call.succeed(len(data))


def _buffers(call: Call) -> list[tuple[int, int]]:
    """Address and size of the WSABUFs that arguments 1 and 2 tell."""
    size = call.pointer_bytes
    rows = [call.args[1] + 2 * size * n for n in range(min(call.args[2] & 0xFFFFFFFF, MAX_BUFFERS))]
    return [(call.pointer(at + size), min(call.u32(at), MAX_BYTES)) for at in rows]


def _done(call: Call, count: int, count_at: int, overlapped: int) -> int:
    """Reports `count` bytes at once, also to an OVERLAPPED."""
    call.write_u32(count_at, count)
    if overlapped:
        call.write_pointer(overlapped, 0)
        call.write_pointer(overlapped + call.pointer_bytes, count)
    return call.succeed(0)


def _wsa_sent(call: Call, to: Place | None, overlapped: int) -> int:
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    data = b"".join(call.read(address, size) for address, size in _buffers(call))[:MAX_BYTES]
    error = _sent(call, sock, data, to)
    return call.fail(error, SOCKET_ERROR) if error else _done(call, len(data), call.args[3], overlapped)


def wsa_send(call: Call) -> int:
    """WSASend(s, buffers, count, sent, flags, overlapped, routine)."""
    return _wsa_sent(call, None, call.args[5])


def wsa_send_to(call: Call) -> int:
    """WSASendTo(s, buffers, count, sent, flags, to, tolen, overlapped, routine)."""
    return _wsa_sent(call, _destination(call, 5, 6), call.args[7])


def _awaited(call: Call, sock: Socket) -> int:
    """Waits until something can be received: 0 for data or the end of the stream, else a Winsock error."""
    if sock.inbound:
        sock.would_block = 0
        return 0
    if sock.remote is None and sock.is_stream:
        return WSAENOTCONN
    if not sock.is_blocking and sock.would_block < 2:  # noqa: PLR2004 - a program that polls sees it come
        sock.would_block += 1
        call.guest.clock.sleep(1)
        return WSAEWOULDBLOCK
    if sock.is_stream:
        call.guest.clock.sleep(200)
        return 0
    if not sock.is_blocking:
        return WSAEWOULDBLOCK
    wait_for_ever(call, sock)
    return WSAETIMEDOUT if sock.timeout_ms else WSAECONNRESET


def recv(call: Call) -> int:
    """recv(s, buf, len, flags)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    error = _awaited(call, sock)
    if error:
        return call.fail(error, SOCKET_ERROR)
    data = sock.receive(min(call.args[2] & 0xFFFFFFFF, MAX_BYTES), peek=bool(call.args[3] & _PEEK))
    call.write(call.args[1], data)
    return call.succeed(len(data))


def recv_from(call: Call) -> int:
    """recvfrom(s, buf, len, flags, from, fromlen)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    result = recv(call)
    if result != SOCKET_ERROR and sock.remote is not None:
        put_place(call, sock.inbound_from or sock.remote, sock.family, call.args[4], call.args[5])
    return result


def _taken(call: Call, sock: Socket, buffers: list[tuple[int, int]], *, peek: bool) -> int:
    """Moves what waits into the buffers; how much that was."""
    count = 0
    for address, size in buffers:
        data = sock.receive(size, peek=peek)
        call.write(address, data)
        count += len(data)
        if len(data) < size:
            break
    return count


def _wsa_received(call: Call, flags_at: int, overlapped: int) -> int:
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    if overlapped and _has_to_wait(sock):
        return _pending(call, sock, overlapped)
    error = _awaited(call, sock)
    if error:
        return call.fail(error, SOCKET_ERROR)
    count = _taken(call, sock, _buffers(call), peek=bool(call.u32(flags_at) & _PEEK))
    if flags_at:
        call.write_u32(flags_at, 0)
    return _done(call, count, call.args[3], overlapped)


def _has_to_wait(sock: Socket) -> bool:
    """Whether an overlapped receive is left open: nothing waits, and the other side has no reason to have closed."""
    return not sock.inbound and sock.remote is not None and (not sock.is_stream or not sock.is_read_through)


def _pending(call: Call, sock: Socket, overlapped: int) -> int:
    """Leaves an overlapped receive open until something comes; it is told by its event or its completion port."""
    buffers, size, handle = _buffers(call), call.pointer_bytes, call.args[0]
    call.write_pointer(overlapped, STATUS_PENDING)

    def complete() -> None:
        count = _taken(call, sock, buffers, peek=False)
        call.write_pointer(overlapped, 0)
        call.write_pointer(overlapped + size, count)
        event = call.guest.handles.get(call.pointer(overlapped + 2 * size + 8) & ~1)
        if isinstance(event, SyncObject):
            event.is_signalled = True
        port = call.emu.__dict__.get("completion_ports", {}).get(handle)
        if port is not None:
            port.complete(handle, overlapped, count)

    sock.pending = complete
    return call.fail(ERROR_IO_PENDING, SOCKET_ERROR)


def wsa_recv(call: Call) -> int:
    """WSARecv(s, buffers, count, received, flags, overlapped, routine)."""
    return _wsa_received(call, call.args[4], call.args[5])


def wsa_recv_from(call: Call) -> int:
    """WSARecvFrom(s, buffers, count, received, flags, from, fromlen, overlapped, routine)."""
    result = _wsa_received(call, call.args[4], call.args[7])
    sock = call.guest.handles.get(call.args[0])
    if result == 0 and isinstance(sock, Socket) and sock.remote is not None:
        put_place(call, sock.inbound_from or sock.remote, sock.family, call.args[5], call.args[6])
    return result


def connect_ex(call: Call) -> int:
    """ConnectEx(s, name, namelen, buffer, size, sent, overlapped)."""
    sock = socket_of(call)
    if sock is None:
        return 0
    place = place_at(call, call.args[1], call.args[2])
    if place is None:
        return 0
    error = sock.connect(call.guest, place)
    if error:
        return call.fail(error)
    data = call.read(call.args[3], min(call.args[4] & 0xFFFFFFFF, MAX_BYTES)) if call.args[3] else b""
    if data:
        sock.send(call.guest, data)
    _done(call, len(data), call.args[5], call.args[6])
    return call.succeed()


def disconnect_ex(call: Call) -> int:
    """DisconnectEx(s, overlapped, flags, reserved)."""
    return 0 if socket_of(call) is None else call.succeed()


def overlapped_result(call: Call) -> int:
    """WSAGetOverlappedResult(s, overlapped, transfer, wait, flags): what was overlapped is done at once."""
    if socket_of(call) is None:
        return 0
    call.write_u32(call.args[2], call.pointer(call.args[1] + call.pointer_bytes))
    call.write_u32(call.args[4], 0)
    return call.succeed()


def _echo(call: Call, address: str, reply: tuple[int, int], size: int, packed: bytes) -> int:
    """Records an echo request and writes its reply; the number of replies."""
    talk = call.guest.network.open(call.process, "icmp", address, 0)
    if talk is not None:
        talk.sent(size + 8)
        talk.received(size + 8)
        talk.close()
    call.guest.clock.sleep(12)
    at, room = reply
    # ICMP_ECHO_REPLY: Address, Status, RoundTripTime, DataSize, Reserved, Data, Options
    head = packed + struct.pack("<IIHH", 0, 12, 0, 0)
    if at == 0 or room < len(head):
        return call.fail(11_001)  # IP_BUF_TOO_SMALL
    call.write(at, head)
    return call.succeed()


def icmp_echo(call: Call) -> int:
    """IcmpSendEcho(handle, address, data, size, options, reply, reply size, timeout)."""
    packed = struct.pack("<I", call.args[1] & 0xFFFFFFFF)
    address = ".".join(map(str, packed))
    return _echo(call, address, (call.args[5], call.args[6]), call.args[3] & 0xFFFF, packed)


def icmp_echo2(call: Call) -> int:
    """IcmpSendEcho2(handle, event, routine, context, address, data, size, options, reply, reply size, timeout)."""
    packed = struct.pack("<I", call.args[4] & 0xFFFFFFFF)
    address = ".".join(map(str, packed))
    return _echo(call, address, (call.args[8], call.args[9]), call.args[6] & 0xFFFF, packed)


def icmp_open(call: Call) -> int:
    """IcmpCreateFile(), Icmp6CreateFile()."""
    return call.succeed(call.guest.handle_of("icmp"))


def icmp_close(call: Call) -> int:
    """IcmpCloseHandle(handle)."""
    return call.succeed(int(call.guest.handles.pop(call.args[0], None) is not None))


HOOKS: tuple[Hook, ...] = (
    api("send", 4, send),
    api("sendto", 6, send_to),
    api("WSASend", 7, wsa_send),
    api("WSASendTo", 9, wsa_send_to),
    api("recv", 4, recv),
    api("recvfrom", 6, recv_from),
    api("WSARecv", 7, wsa_recv),
    api("WSARecvFrom", 9, wsa_recv_from),
    api("ConnectEx", 7, connect_ex),
    api("DisconnectEx", 4, disconnect_ex),
    api("WSAGetOverlappedResult", 5, overlapped_result),
    api("IcmpCreateFile", 0, icmp_open),
    api("Icmp6CreateFile", 0, icmp_open),
    api("IcmpCloseHandle", 1, icmp_close),
    api("IcmpSendEcho", 8, icmp_echo),
    api("IcmpSendEcho2", 11, icmp_echo2),
)
