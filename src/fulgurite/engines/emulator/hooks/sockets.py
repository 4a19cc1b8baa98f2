"""Sockets: making, naming, connecting, asking and closing them. Sending and receiving stand in socket_io."""

import struct

from fulgurite.engines.emulator.call import Call, Hook, api, text_api
from fulgurite.engines.emulator.sockets import (
    AF_INET,
    AF_INET6,
    SOCK_STREAM,
    WAIT_MS,
    WSAEADDRINUSE,
    WSAEINVAL,
    WSAENOTCONN,
    WSAENOTSOCK,
    WSAEWOULDBLOCK,
    Place,
    Socket,
    place_of,
    sockaddr,
)

SOCKET_ERROR = 0xFFFFFFFF
WSAEFAULT = 10014
WSAEAFNOSUPPORT = 10047
MAX_SOCKADDR = 128
_SOL_SOCKET = 0xFFFF
_SO_RCVTIMEO = 0x1006
_SO_ERROR = 0x1007
_SO_TYPE = 0x1008
_FIONBIO = 0x8004667E
_FIONREAD = 0x4004667F
_SIO_EXTENSION = 0xC8000006
_EXTENSIONS = {
    "25a207b9-ddf3-4660-8ee9-76e58c74063e": "ConnectEx",
    "b5367df1-cbac-11cf-95ca-00805f48a192": "AcceptEx",
    "b5367df2-cbac-11cf-95ca-00805f48a192": "GetAcceptExSockaddrs",
    "b5367df0-cbac-11cf-95ca-00805f48a192": "TransmitFile",
    "7fda2e11-8630-436f-a031-f536a6eec157": "DisconnectEx",
    "f689d7c8-6f1f-436b-8a53-e54fe351c322": "WSARecvMsg",
    "a441e712-754f-43ca-84a7-0dee44cf606d": "WSASendMsg",
}
"""GUIDs of mswsock.h."""
MAX_FDS = 1_024
_TO_WRITE = 2


def socket_of(call: Call, index: int = 0) -> Socket | None:
    """The socket that argument `index` is a handle of; sets WSAENOTSOCK when it is none."""
    thing = call.guest.handles.get(call.args[index])
    if isinstance(thing, Socket):
        return thing
    call.fail(WSAENOTSOCK)
    return None


def place_at(call: Call, address: int, size: int) -> Place | None:
    """The place that a SOCKADDR in the guest's memory tells; sets the error when it tells none."""
    place = place_of(call.read(address, min(size & 0xFFFFFFFF, MAX_SOCKADDR)))
    if place is None:
        call.fail(WSAEFAULT if address == 0 else WSAEAFNOSUPPORT)
    return place


def put_place(call: Call, place: Place, family: int, address: int, size_at: int) -> None:
    """Writes a SOCKADDR and its size where the caller wants them."""
    if address == 0 or size_at == 0:
        return
    data = sockaddr(place, family)
    call.write(address, data[: call.u32(size_at)])
    call.write_u32(size_at, len(data))


def wsa_startup(call: Call) -> int:
    """WSAStartup(wVersionRequired, lpWSAData)."""
    version = call.args[0] & 0xFFFF
    description, status = b"WinSock 2.0".ljust(257, b"\0"), b"Running".ljust(129, b"\0")
    if call.pointer_bytes == 8:  # noqa: PLR2004 - the fields stand in another order in 64-bit programs
        data = struct.pack("<HHHHQ", version, 0x0202, 0, 0, 0) + description + status
    else:
        data = struct.pack("<HH", version, 0x0202) + description + status + struct.pack("<HHI", 0, 0, 0)
    return 0 if call.write(call.args[1], data) else WSAEFAULT


def wsa_cleanup(call: Call) -> int:
    """WSACleanup()."""
    return call.succeed(0)


def last_error(call: Call) -> int:
    """WSAGetLastError(): the thread's last error."""
    return int(call.emu.get_last_error() or 0)


def set_last_error(call: Call) -> None:
    """WSASetLastError(iError)."""
    call.fail(call.args[0] & 0xFFFFFFFF)


def make(call: Call) -> int:
    """socket(af, type, protocol), WSASocket(af, type, protocol, ...)."""
    family, kind, protocol = (value & 0xFFFFFFFF for value in call.args[:3])
    if family == 0:
        family = AF_INET
    if family not in (AF_INET, AF_INET6):
        return call.fail(WSAEAFNOSUPPORT, call.invalid_handle())
    new = Socket(call.process, family, kind & 0xF or SOCK_STREAM, protocol)
    return call.succeed(call.guest.handle_of(new))


def close(call: Call) -> int:
    """closesocket(s)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    sock.close(call.guest)
    del call.guest.handles[call.args[0]]
    return call.succeed(0)


def shut_down(call: Call) -> int:
    """shutdown(s, how)."""
    return SOCKET_ERROR if socket_of(call) is None else call.succeed(0)


def connect(call: Call) -> int:
    """connect(s, name, namelen), WSAConnect(s, name, namelen, ...)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    place = place_at(call, call.args[1], call.args[2])
    if place is None:
        return SOCKET_ERROR
    error = sock.connect(call.guest, place)
    if error:
        return call.fail(error, SOCKET_ERROR)
    if sock.is_blocking or not sock.is_stream:
        return call.succeed(0)
    return call.fail(WSAEWOULDBLOCK, SOCKET_ERROR)


def bind(call: Call) -> int:
    """bind(s, name, namelen)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    place = place_at(call, call.args[1], call.args[2])
    if place is None:
        return SOCKET_ERROR
    if sock.local is not None:
        return call.fail(WSAEINVAL, SOCKET_ERROR)
    if (sock.proto, place.port) in call.guest.network.listening:
        return call.fail(WSAEADDRINUSE, SOCKET_ERROR)
    sock.bind(call.guest, place)
    if not sock.is_stream and place.port:
        call.guest.network.listens(call.process, "bind", sock.proto, place.address, place.port)
    return call.succeed(0)


def listen(call: Call) -> int:
    """listen(s, backlog)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    if sock.local is None:
        return call.fail(WSAEINVAL, SOCKET_ERROR)
    sock.is_listening = True
    call.guest.network.listens(call.process, "listen", sock.proto, sock.local.address, sock.local.port)
    return call.succeed(0)


def accept(call: Call) -> int:
    """accept(s, addr, addrlen), WSAAccept(s, addr, addrlen, ...): nobody ever connects to the guest."""
    sock = socket_of(call)
    if sock is None:
        return call.invalid_handle()
    if not sock.is_listening:
        return call.fail(WSAEINVAL, call.invalid_handle())
    if sock.is_blocking:
        wait_for_ever(call, sock)
    return call.fail(WSAEWOULDBLOCK, call.invalid_handle())


def wait_for_ever(call: Call, sock: Socket) -> None:
    """A thread waits for what never comes: time goes by, and when it waits again and again, it is ended."""
    call.guest.clock.sleep(sock.timeout_ms or WAIT_MS)
    sock.would_block += 1
    if sock.would_block > 3 and not sock.timeout_ms:  # noqa: PLR2004 - a program that tries again gets a few tries
        call.guest.log.note("a thread was ended that waited on the network for ever")
        call.emu.run_complete = True


def peer_name(call: Call) -> int:
    """getpeername(s, name, namelen)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    if sock.remote is None:
        return call.fail(WSAENOTCONN, SOCKET_ERROR)
    put_place(call, sock.remote, sock.family, call.args[1], call.args[2])
    return call.succeed(0)


def sock_name(call: Call) -> int:
    """getsockname(s, name, namelen)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    if sock.local is None:
        return call.fail(WSAEINVAL, SOCKET_ERROR)
    put_place(call, sock.local, sock.family, call.args[1], call.args[2])
    return call.succeed(0)


def set_option(call: Call) -> int:
    """setsockopt(s, level, optname, optval, optlen)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    level, name = call.args[1] & 0xFFFFFFFF, call.args[2] & 0xFFFFFFFF
    value = call.read(call.args[3], min(call.args[4] & 0xFFFFFFFF, 256))
    sock.options[level, name] = value
    if (level, name) == (_SOL_SOCKET, _SO_RCVTIMEO):
        sock.timeout_ms = min(int.from_bytes(value[:4], "little"), 600_000)
    return call.succeed(0)


def get_option(call: Call) -> int:
    """getsockopt(s, level, optname, optval, optlen)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    level, name = call.args[1] & 0xFFFFFFFF, call.args[2] & 0xFFFFFFFF
    value = sock.options.get((level, name), bytes(4))
    if (level, name) == (_SOL_SOCKET, _SO_TYPE):
        value = struct.pack("<I", sock.kind)
    room = call.u32(call.args[4])
    call.write(call.args[3], value[:room])
    call.write_u32(call.args[4], min(len(value), room))
    return call.succeed(0)


def control(call: Call) -> int:
    """ioctlsocket(s, cmd, argp)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    command = call.args[1] & 0xFFFFFFFF
    if command == _FIONBIO:
        sock.is_blocking = call.u32(call.args[2]) == 0
    elif command == _FIONREAD:
        call.write_u32(call.args[2], len(sock.inbound))
    return call.succeed(0)


def wsa_control(call: Call) -> int:
    """WSAIoctl(s, code, in, in size, out, out size, returned, overlapped, routine)."""
    sock = socket_of(call)
    if sock is None:
        return SOCKET_ERROR
    code = call.args[1] & 0xFFFFFFFF
    if code == _FIONBIO:
        sock.is_blocking = call.u32(call.args[2]) == 0
    elif code == _SIO_EXTENSION:
        name = _EXTENSIONS.get(_guid(call.read(call.args[2], 16)))
        if name is None:
            return call.fail(WSAEINVAL, SOCKET_ERROR)
        call.write_pointer(call.args[4], int(call.emu.get_proc("mswsock", name)))
        call.write_u32(call.args[6], call.pointer_bytes)
        return call.succeed(0)
    call.write_u32(call.args[6], 0)
    return call.succeed(0)


def _guid(data: bytes) -> str:
    if len(data) != 16:  # noqa: PLR2004 - a GUID
        return ""
    a, b, c = struct.unpack_from("<IHH", data)
    return f"{a:08x}-{b:04x}-{c:04x}-{data[8:10].hex()}-{data[10:].hex()}"


def _is_readable(sock: Socket) -> bool:
    """Whether a read would not block: something waits, or the other side has closed after it was spoken to."""
    if sock.is_listening or sock.remote is None:
        return False
    if sock.inbound:
        return True
    return sock.is_stream and sock.talk is not None and (sock.talk.tx_bytes > 0 or sock.would_block > 0)


def select(call: Call) -> int:
    """select(nfds, readfds, writefds, exceptfds, timeout)."""
    ready = 0
    for index in (1, 2, 3):
        ready += _selected(call, call.args[index], index)
    if ready == 0:
        timeout = call.args[4]
        seconds, micros = call.u32(timeout), call.u32(timeout + 4)
        call.guest.clock.sleep(min(seconds * 1000 + micros // 1000, 600_000) if timeout else WAIT_MS)
    return call.succeed(ready)


def _selected(call: Call, address: int, kind: int) -> int:
    """Reduces one fd_set to the sockets that are ready; `kind` is 1 to read, 2 to write, 3 for exceptions."""
    if address == 0:
        return 0
    size = call.pointer_bytes
    count = min(call.u32(address), MAX_FDS)
    handles = [call.pointer(address + size + size * n) for n in range(count)]
    ready = []
    for handle in handles:
        sock = call.guest.handles.get(handle)
        if not isinstance(sock, Socket):
            continue
        if (kind == 1 and _is_readable(sock)) or (kind == _TO_WRITE and sock.remote is not None):
            ready.append(handle)
        elif kind == 1:
            sock.would_block += 1
    call.write_u32(address, len(ready))
    for n, handle in enumerate(ready):
        call.write_pointer(address + size + size * n, handle)
    return len(ready)


def fd_is_set(call: Call) -> int:
    """__WSAFDIsSet(fd, set)."""
    size, address = call.pointer_bytes, call.args[1]
    count = min(call.u32(address), MAX_FDS)
    return int(any(call.pointer(address + size + size * n) == call.args[0] for n in range(count)))


def poll(call: Call) -> int:
    """WSAPoll(fdArray, fds, timeout): POLLRDNORM 0x100, POLLWRNORM 0x10, POLLNVAL 4."""
    size = 16 if call.pointer_bytes == 8 else 8  # noqa: PLR2004 - WSAPOLLFD
    ready = 0
    for n in range(min(call.args[1] & 0xFFFFFFFF, MAX_FDS)):
        at = call.args[0] + n * size
        sock = call.guest.handles.get(call.pointer(at))
        wanted = call.u16(at + call.pointer_bytes)
        got = 4
        if isinstance(sock, Socket):
            got = (wanted & 0x100 if _is_readable(sock) else 0) | (wanted & 0x10 if sock.remote is not None else 0)
        call.write(at + call.pointer_bytes + 2, struct.pack("<H", got))
        ready += got != 0
    if ready == 0:
        timeout = call.args[2] & 0xFFFFFFFF
        call.guest.clock.sleep(WAIT_MS if timeout > 0x7FFFFFFF else min(timeout, 600_000))  # noqa: PLR2004 - negative
    return ready


HOOKS: tuple[Hook, ...] = (
    api("WSAStartup", 2, wsa_startup),
    api("WSACleanup", 0, wsa_cleanup),
    api("WSAGetLastError", 0, last_error),
    api("WSASetLastError", 1, set_last_error),
    api("socket", 3, make),
    text_api("WSASocket", 6, make),
    api("closesocket", 1, close),
    api("shutdown", 2, shut_down),
    api("connect", 3, connect),
    api("WSAConnect", 7, connect),
    api("bind", 3, bind),
    api("listen", 2, listen),
    api("accept", 3, accept),
    api("WSAAccept", 5, accept),
    api("getpeername", 3, peer_name),
    api("getsockname", 3, sock_name),
    api("setsockopt", 5, set_option),
    api("getsockopt", 5, get_option),
    api("ioctlsocket", 3, control),
    api("WSAIoctl", 9, wsa_control),
    api("select", 5, select),
    api("__WSAFDIsSet", 2, fd_is_set),
    api("WSAPoll", 3, poll),
)
