"""WinINet: sessions, connections, requests, reading their answers. FTP stands in ftp, URLs taken apart in urlmon."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

from fulgurite.engines.emulator.call import Call, Hook, api, text_api
from fulgurite.engines.emulator.hooks.web_handles import (
    ERROR_INVALID_HANDLE,
    FLAG_ASYNC,
    Connection,
    Session,
    WebRequest,
    completed,
    created,
    request_of,
    set_callback,
)
from fulgurite.engines.emulator.web import Exchange, Url, resolved, url_of

ERROR_INSUFFICIENT_BUFFER = 122
ERROR_INTERNET_INVALID_URL = 12_005
ERROR_INTERNET_NAME_NOT_RESOLVED = 12_007
ERROR_HTTP_HEADER_NOT_FOUND = 12_150
_FLAG_SECURE = 0x0080_0000
_SERVICE_FTP = 1
_INFO_NUMBER = 0x2000_0000
_INFO_SYSTEM_TIME = 0x4000_0000
_STATUS_CODE = 19
MAX_READ = 4 << 20
MAX_HEADERS = 65_536


def counted_text(call: Call, address: int, length: int, *, wide: bool | None = None) -> str:
    """The text at `address` of `length` characters; up to its NUL when that is -1 (or 0 with a NUL-ended text)."""
    length &= 0xFFFFFFFF
    text = call.text(address, wide=wide)
    return text if length == 0xFFFFFFFF else text[:length]  # noqa: PLR2004 - -1


def open_session(call: Call) -> int:
    """InternetOpen(agent, access, proxy, bypass, flags)."""
    return call.succeed(call.guest.handle_of(Session(call.arg_text(0), is_async=bool(call.args[4] & FLAG_ASYNC))))


def connect(call: Call) -> int:
    """InternetConnect(internet, server, port, user, password, service, flags, context)."""
    session = call.guest.handles.get(call.args[0])
    if not isinstance(session, Session):
        return call.fail(ERROR_INVALID_HANDLE)
    service = call.args[5] & 0xFFFFFFFF
    port = call.args[2] & 0xFFFF or (21 if service == _SERVICE_FTP else 80)
    made = Connection(session, call.arg_text(1), port, service)
    if service == _SERVICE_FTP:
        address = resolved(call.guest, call.process, made.host)
        if address is None:
            return call.fail(ERROR_INTERNET_NAME_NOT_RESOLVED)
        made.talk = call.guest.network.open(call.process, "tcp", address, port, protocol="ftp")
        if made.talk is not None:
            made.talk.sent(60)
            made.talk.received(120)
    return call.succeed(call.guest.handle_of(made))


def open_request(call: Call) -> int:
    """HttpOpenRequest(connect, verb, object, version, referrer, accept types, flags, context)."""
    place = call.guest.handles.get(call.args[0])
    if not isinstance(place, Connection):
        return call.fail(ERROR_INVALID_HANDLE)
    is_secure = bool(call.args[6] & _FLAG_SECURE)
    path = call.arg_text(2) or "/"
    port = 443 if is_secure and place.port == 80 else place.port  # noqa: PLR2004 - the flag moves the default port
    url = Url("https" if is_secure else "http", place.host, port, path if path.startswith("/") else f"/{path}")
    request = WebRequest(call.process, call.arg_text(1).upper() or "GET", url, agent=place.session.agent)
    request.session, request.context = place.session, call.args[7]
    if call.args[4]:
        request.add_headers(f"Referer: {call.arg_text(4)}")
    accepted = accept_types(call, call.args[5])
    if accepted:
        request.add_headers(f"Accept: {accepted}")
    return call.succeed(call.guest.handle_of(request))


def accept_types(call: Call, address: int) -> str:
    """The strings of a NULL-ended list, joined."""
    out = []
    for n in range(32):
        pointer = call.pointer(address + n * call.pointer_bytes) if address else 0
        if pointer == 0:
            break
        out.append(call.text(pointer))
    return ", ".join(out)


def add_headers(call: Call) -> int:
    """HttpAddRequestHeaders(request, headers, length, modifiers)."""
    request = request_of(call)
    if request is None:
        return 0
    request.add_headers(counted_text(call, call.args[1], call.args[2]))
    return call.succeed()


def send_request(call: Call) -> int:
    """HttpSendRequest(request, headers, headers length, body, body length)."""
    request = request_of(call)
    if request is None:
        return 0
    if call.args[1]:
        request.add_headers(counted_text(call, call.args[1], call.args[2]))
    request.body = call.read(call.args[3], min(call.args[4] & 0xFFFFFFFF, MAX_READ)) if call.args[3] else b""
    return _send(call, request)


def _send(call: Call, request: WebRequest) -> int:
    if not request.send(call.guest):
        return completed(call, request, call.args[0], 0, ERROR_INTERNET_NAME_NOT_RESOLVED)
    return completed(call, request, call.args[0], 1)


def send_request_ex(call: Call) -> int:
    """HttpSendRequestEx(request, buffers in, buffers out, flags, context): the body follows by InternetWriteFile."""
    request = request_of(call)
    if request is None:
        return 0
    request.body = b""
    buffers, size = call.args[1], call.pointer_bytes
    if buffers:
        # INTERNET_BUFFERS: dwStructSize, Next, lpcszHeader, dwHeadersLength, dwHeadersTotal, lpvBuffer, dwBufferLength
        at = 2 * size
        header, length = call.pointer(buffers + at), call.u32(buffers + at + size)
        if header:
            request.add_headers(counted_text(call, header, length))
        data_at = at + size + 8
        data, length = call.pointer(buffers + data_at), call.u32(buffers + data_at + size)
        request.body = call.read(data, min(length, MAX_READ)) if data else b""
    return call.succeed()


def write_file(call: Call) -> int:
    """InternetWriteFile(request, buffer, size, written)."""
    request = request_of(call)
    if request is None:
        return 0
    data = call.read(call.args[1], min(call.args[2] & 0xFFFFFFFF, MAX_READ))
    if len(request.body) + len(data) <= MAX_READ:
        request.body += data
    call.write_u32(call.args[3], len(data))
    return call.succeed()


def end_request(call: Call) -> int:
    """HttpEndRequest(request, buffers, flags, context)."""
    request = request_of(call)
    return 0 if request is None else _send(call, request)


def open_url(call: Call) -> int:
    """InternetOpenUrl(internet, url, headers, headers length, flags, context)."""
    session = call.guest.handles.get(call.args[0])
    if not isinstance(session, Session):
        return call.fail(ERROR_INVALID_HANDLE)
    url = url_of(call.arg_text(1))
    if url is None:
        return call.fail(ERROR_INTERNET_INVALID_URL)
    if call.args[4] & _FLAG_SECURE and url.scheme == "http":
        url = url._replace(scheme="https", port=443 if url.port == 80 else url.port)  # noqa: PLR2004 - default ports
    request = WebRequest(call.process, "GET", url, agent=session.agent, session=session, context=call.args[5])
    if call.args[2]:
        request.add_headers(counted_text(call, call.args[2], call.args[3]))
    handle = call.guest.handle_of(request)
    if not request.send(call.guest):
        del call.guest.handles[handle]
        return completed(call, request, handle, 0, ERROR_INTERNET_NAME_NOT_RESOLVED)
    created(call, request, handle)
    return completed(call, request, handle, handle)


def read_file(call: Call) -> int:
    """InternetReadFile(file, buffer, size, read)."""
    request = request_of(call)
    if request is None:
        return 0
    data = request.read(min(call.args[2] & 0xFFFFFFFF, MAX_READ))
    if data and not call.write(call.args[1], data):
        return call.fail(87)
    call.write_u32(call.args[3], len(data))
    return call.succeed()


def read_file_ex(call: Call) -> int:
    """InternetReadFileEx(file, buffers out, flags, context)."""
    request = request_of(call)
    if request is None:
        return 0
    buffers, size = call.args[1], call.pointer_bytes
    at = buffers + 3 * size + 8
    data = request.read(min(call.u32(at + size), MAX_READ))
    call.write(call.pointer(at), data)
    call.write_u32(at + size, len(data))
    return call.succeed()


def data_available(call: Call) -> int:
    """InternetQueryDataAvailable(file, available, flags, context)."""
    request = request_of(call)
    if request is None:
        return 0
    call.write_u32(call.args[1], request.left_bytes)
    return call.succeed()


def header_value(request: Exchange, name: str) -> str | None:
    """The value of header `name` of the answer."""
    return None if request.answer is None else request.answer.header(name)


_INFO_NAMES = {
    1: "Content-Type",
    5: "Content-Length",
    9: "Date",
    11: "Last-Modified",
    16: "Connection",
    29: "Content-Encoding",
    33: "Location",
    37: "Server",
    43: "Set-Cookie",
    55: "Transfer-Encoding",
}
"""HTTP_QUERY_*, also WINHTTP_QUERY_*."""


def queried(request: Exchange, info: int, custom: str) -> str | None:
    """What HttpQueryInfo or WinHttpQueryHeaders answers as text; None when the answer has no such header."""
    answer = request.answer
    if answer is None:
        return None
    what = info & 0xFFFF
    fixed = {
        18: "HTTP/1.1",
        _STATUS_CODE: str(answer.status),
        20: "OK",
        21: "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {answer.status} OK", *answer.headers, "")),
        22: "\r\n".join((f"HTTP/1.1 {answer.status} OK", *answer.headers)) + "\r\n\r\n",
        45: request.method,
    }
    if what in fixed:
        return fixed[what]
    return answer.header(custom if what == 0xFFFF else _INFO_NAMES.get(what, "\0"))  # noqa: PLR2004 - HTTP_QUERY_CUSTOM


def put_info(call: Call, text: str, info: int, address: int, size_at: int) -> int:
    """Writes `text`, as number or as text, where the caller wants it; its success."""
    if info & _INFO_NUMBER:
        data = struct.pack("<I", int(text) & 0xFFFFFFFF if text.isascii() and text.isdigit() else 0)
        terminator = 0
    elif info & _INFO_SYSTEM_TIME:
        now = datetime.fromtimestamp(call.guest.clock.unix_s, UTC)
        day = (now.year, now.month, now.isoweekday() % 7, now.day)
        data, terminator = struct.pack("<8H", *day, now.hour, now.minute, now.second, 0), 0
    else:
        data = call.encoded(text)
        terminator = 2 if call.wide else 1
    if call.u32(size_at) < len(data) or address == 0:
        call.write_u32(size_at, len(data))
        return call.fail(ERROR_INSUFFICIENT_BUFFER)
    call.write(address, data)
    call.write_u32(size_at, len(data) - terminator)
    return call.succeed()


def query_info(call: Call) -> int:
    """HttpQueryInfo(request, level, buffer, size, index)."""
    request = request_of(call)
    if request is None:
        return 0
    info = call.args[1] & 0xFFFFFFFF
    custom = call.arg_text(2) if info & 0xFFFF == 0xFFFF else ""  # noqa: PLR2004 - HTTP_QUERY_CUSTOM
    text = queried(request, info, custom)
    if text is None:
        return call.fail(ERROR_HTTP_HEADER_NOT_FOUND)
    return put_info(call, text, info, call.args[2], call.args[3])


def close(call: Call) -> int:
    """InternetCloseHandle(handle), WinHttpCloseHandle(handle)."""
    thing = call.guest.handles.pop(call.args[0], None)
    if thing is None:
        return call.fail(ERROR_INVALID_HANDLE)
    if isinstance(thing, WebRequest | Connection):
        thing.closed(call.guest, call.process)
    return call.succeed()


def set_option(call: Call) -> int:
    """InternetSetOption(internet, option, buffer, length), WinHttpSetOption(...): INTERNET_OPTION_USER_AGENT is 41."""
    thing = call.guest.handles.get(call.args[0])
    if call.args[1] & 0xFFFFFFFF == 41 and isinstance(thing, (Exchange, Session)):  # noqa: PLR2004
        thing.agent = counted_text(call, call.args[2], call.args[3])
    return call.succeed()


def query_option(call: Call) -> int:
    """InternetQueryOption(internet, option, buffer, length), WinHttpQueryOption(...): security flags and zeros."""
    thing = call.guest.handles.get(call.args[0])
    option = call.args[1] & 0xFFFFFFFF
    if option == 41 and isinstance(thing, (Exchange, Session)):  # noqa: PLR2004 - INTERNET_OPTION_USER_AGENT
        return put_info(call, thing.agent, 0, call.args[2], call.args[3])
    if option == 34 and isinstance(thing, Exchange):  # noqa: PLR2004 - INTERNET_OPTION_URL
        return put_info(call, str(thing.url), 0, call.args[2], call.args[3])
    room = call.u32(call.args[3])
    if room < 4 or call.args[2] == 0:  # noqa: PLR2004 - a DWORD
        call.write_u32(call.args[3], 4)
        return call.fail(ERROR_INSUFFICIENT_BUFFER)
    call.write_u32(call.args[2], 0)
    call.write_u32(call.args[3], 4)
    return call.succeed()


HOOKS: tuple[Hook, ...] = (
    text_api("InternetOpen", 5, open_session),
    text_api("InternetSetStatusCallback", 2, set_callback),
    api("InternetSetStatusCallback", 2, set_callback),
    text_api("InternetConnect", 8, connect),
    text_api("HttpOpenRequest", 8, open_request),
    text_api("HttpAddRequestHeaders", 4, add_headers),
    text_api("HttpSendRequest", 5, send_request),
    text_api("HttpSendRequestEx", 5, send_request_ex),
    text_api("HttpEndRequest", 4, end_request),
    text_api("HttpQueryInfo", 5, query_info),
    text_api("InternetOpenUrl", 6, open_url),
    text_api("InternetReadFileEx", 4, read_file_ex),
    text_api("InternetSetOption", 4, set_option),
    text_api("InternetQueryOption", 4, query_option),
    api("InternetReadFile", 4, read_file),
    api("InternetWriteFile", 4, write_file),
    api("InternetQueryDataAvailable", 4, data_available),
    api("InternetCloseHandle", 1, close),
    api("WinHttpCloseHandle", 1, close),
)
