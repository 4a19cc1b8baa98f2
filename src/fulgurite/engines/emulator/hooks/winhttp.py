"""WinHTTP."""

import struct
from datetime import UTC, datetime
from email.utils import format_datetime

from fulgurite.engines.emulator.call import Call, Hook, api
from fulgurite.engines.emulator.hooks.callbacks import call_back
from fulgurite.engines.emulator.hooks.web_handles import (
    ERROR_INVALID_HANDLE,
    FLAG_ASYNC,
    Connection,
    Session,
    WebRequest,
    request_of,
    set_callback,
    tell,
)
from fulgurite.engines.emulator.hooks.wininet import (
    ERROR_HTTP_HEADER_NOT_FOUND,
    ERROR_INTERNET_NAME_NOT_RESOLVED,
    MAX_READ,
    accept_types,
    counted_text,
    put_info,
    queried,
    query_option,
    set_option,
)
from fulgurite.engines.emulator.web import Url

ERROR_WINHTTP_INCORRECT_HANDLE_STATE = 12_019
ERROR_WINHTTP_AUTODETECTION_FAILED = 12_180
_FLAG_SECURE = 0x0080_0000
_SENDREQUEST_COMPLETE, _HEADERS_AVAILABLE, _DATA_AVAILABLE = 0x40_0000, 0x2_0000, 0x4_0000
_READ_COMPLETE, _REQUEST_ERROR = 0x8_0000, 0x20_0000


def _wide(call: Call) -> Call:
    """`call`, whose strings are UTF-16 though its name has no W."""
    call.wide = True
    return call


def open_session(call: Call) -> int:
    """WinHttpOpen(agent, access, proxy, bypass, flags)."""
    is_async = bool(call.args[4] & FLAG_ASYNC)
    return call.succeed(call.guest.handle_of(Session(_wide(call).arg_text(0), is_async=is_async)))


def connect(call: Call) -> int:
    """WinHttpConnect(session, server, port, reserved)."""
    session = call.guest.handles.get(call.args[0])
    if not isinstance(session, Session):
        return call.fail(ERROR_INVALID_HANDLE)
    return call.succeed(call.guest.handle_of(Connection(session, _wide(call).arg_text(1), call.args[2] & 0xFFFF)))


def open_request(call: Call) -> int:
    """WinHttpOpenRequest(connect, verb, object, version, referrer, accept types, flags)."""
    place = call.guest.handles.get(call.args[0])
    if not isinstance(place, Connection):
        return call.fail(ERROR_INVALID_HANDLE)
    _wide(call)
    is_secure = bool(call.args[6] & _FLAG_SECURE)
    path = call.arg_text(2) or "/"
    port = place.port or (443 if is_secure else 80)
    url = Url("https" if is_secure else "http", place.host, port, path if path.startswith("/") else f"/{path}")
    request = WebRequest(call.process, call.arg_text(1).upper() or "GET", url, agent=place.session.agent)
    request.session = place.session
    if call.args[4]:
        request.add_headers(f"Referer: {call.arg_text(4)}")
    accepted = accept_types(call, call.args[5])
    if accepted:
        request.add_headers(f"Accept: {accepted}")
    return call.succeed(call.guest.handle_of(request))


def add_headers(call: Call) -> int:
    """WinHttpAddRequestHeaders(request, headers, length, modifiers)."""
    request = request_of(call)
    if request is None:
        return 0
    request.add_headers(counted_text(_wide(call), call.args[1], call.args[2]))
    return call.succeed()


def send_request(call: Call) -> int:
    """WinHttpSendRequest(request, headers, headers length, optional, optional length, total length, context).

    A body that follows by WinHttpWriteData is waited for until the response is asked for.
    """
    request = request_of(call)
    if request is None:
        return 0
    if call.args[1]:
        request.add_headers(counted_text(_wide(call), call.args[1], call.args[2]))
    optional, total = call.args[4] & 0xFFFFFFFF, call.args[5] & 0xFFFFFFFF
    request.body = call.read(call.args[3], min(optional, MAX_READ)) if call.args[3] else b""
    request.context = call.args[6] or request.context
    request.is_sent = False
    request.answer = None
    if total <= optional and not request.send(call.guest):
        return _failed(call, request)
    tell(call, request, call.args[0], _SENDREQUEST_COMPLETE, b"")
    return call.succeed()


def _failed(call: Call, request: WebRequest) -> int:
    """The host's name does not exist; told to an asynchronous session as WINHTTP_ASYNC_RESULT."""
    size = call.pointer_bytes
    info = (5).to_bytes(size, "little") + struct.pack("<I", ERROR_INTERNET_NAME_NOT_RESOLVED).ljust(size, b"\0")
    if tell(call, request, call.args[0], _REQUEST_ERROR, info):
        return call.succeed()
    return call.fail(ERROR_INTERNET_NAME_NOT_RESOLVED)


def write_data(call: Call) -> int:
    """WinHttpWriteData(request, buffer, size, written)."""
    request = request_of(call)
    if request is None:
        return 0
    data = call.read(call.args[1], min(call.args[2] & 0xFFFFFFFF, MAX_READ))
    if len(request.body) + len(data) <= MAX_READ:
        request.body += data
    call.write_u32(call.args[3], len(data))
    return call.succeed()


def receive_response(call: Call) -> int:
    """WinHttpReceiveResponse(request, reserved)."""
    request = request_of(call)
    if request is None:
        return 0
    if not request.is_sent and not request.send(call.guest):
        return _failed(call, request)
    tell(call, request, call.args[0], _HEADERS_AVAILABLE, b"")
    return call.succeed()


def data_available(call: Call) -> int:
    """WinHttpQueryDataAvailable(request, available)."""
    request = request_of(call)
    if request is None:
        return 0
    if call.args[1]:
        call.write_u32(call.args[1], request.left_bytes)
    tell(call, request, call.args[0], _DATA_AVAILABLE, struct.pack("<I", request.left_bytes))
    return call.succeed()


def read_data(call: Call) -> int:
    """WinHttpReadData(request, buffer, size, read)."""
    request = request_of(call)
    if request is None:
        return 0
    data = request.read(min(call.args[2] & 0xFFFFFFFF, MAX_READ))
    call.write(call.args[1], data)
    if call.args[3]:
        call.write_u32(call.args[3], len(data))
    session = request.session
    if session is not None and session.is_async and session.callback:
        arguments = (call.args[0], request.context, _READ_COMPLETE, call.args[1], len(data))
        call_back(call, session.callback, arguments)
    return call.succeed()


def query_headers(call: Call) -> int:
    """WinHttpQueryHeaders(request, level, name, buffer, size, index)."""
    request = request_of(call)
    if request is None:
        return 0
    if request.answer is None:
        return call.fail(ERROR_WINHTTP_INCORRECT_HANDLE_STATE)
    info = call.args[1] & 0xFFFFFFFF
    text = queried(request, info, _wide(call).arg_text(2))
    if text is None:
        return call.fail(ERROR_HTTP_HEADER_NOT_FOUND)
    return put_info(call, text, info, call.args[3], call.args[4])


def nothing_to_do(call: Call) -> int:
    """WinHttpSetTimeouts, WinHttpSetCredentials and their like: nothing follows from them here."""
    return call.succeed()


def ie_proxy(call: Call) -> int:
    """WinHttpGetIEProxyConfigForCurrentUser(config): automatic detection, no proxy."""
    size = call.pointer_bytes
    call.write(call.args[0], (1).to_bytes(size, "little") + bytes(3 * size))
    return call.succeed()


def default_proxy(call: Call) -> int:
    """WinHttpGetDefaultProxyConfiguration(info): WINHTTP_ACCESS_TYPE_NO_PROXY."""
    size = call.pointer_bytes
    call.write(call.args[0], (1).to_bytes(size, "little") + bytes(2 * size))
    return call.succeed()


def proxy_for_url(call: Call) -> int:
    """WinHttpGetProxyForUrl(session, url, options, info): no proxy is announced in the guest's network."""
    return call.fail(ERROR_WINHTTP_AUTODETECTION_FAILED)


def detect_url(call: Call) -> int:
    """WinHttpDetectAutoProxyConfigUrl(flags, url)."""
    return call.fail(ERROR_WINHTTP_AUTODETECTION_FAILED)


def option(call: Call) -> int:
    """WinHttpQueryOption(internet, option, buffer, length)."""
    return query_option(_wide(call))


def change_option(call: Call) -> int:
    """WinHttpSetOption(internet, option, buffer, length)."""
    return set_option(_wide(call))


def user_agent(call: Call) -> int:
    """ObtainUserAgentString(options, buffer, size): S_OK or E_OUTOFMEMORY."""
    text = call.guest.system.user_agent
    room = call.u32(call.args[2])
    call.write_u32(call.args[2], len(text) + 1)
    return 0 if call.write_text(call.args[1], text, room, wide=False) else 0x8007000E


def time_from_system(call: Call) -> int:
    """WinHttpTimeFromSystemTime(time, text)."""
    year, month, _, day, hour, minute, second, _ = struct.unpack("<8H", call.read(call.args[0], 16).ljust(16, b"\0"))
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return call.fail(87)
    text = format_datetime(moment, usegmt=True)
    return call.succeed(int(call.write(call.args[1], call.encoded(text, wide=True))))


def credentials(call: Call) -> int:
    """WinHttpQueryAuthSchemes(request, supported, first, target): none is asked for."""
    return call.fail(ERROR_WINHTTP_INCORRECT_HANDLE_STATE)


def add_websocket(call: Call) -> int:
    """WinHttpWebSocketCompleteUpgrade(request, context): the request goes on under a handle of its own."""
    request = request_of(call)
    return 0 if request is None else call.succeed(call.guest.handle_of(request))


def web_socket_send(call: Call) -> int:
    """WinHttpWebSocketSend(handle, type, buffer, length): a Win32 error."""
    request = request_of(call)
    if request is None:
        return ERROR_INVALID_HANDLE
    if request.talk is not None:
        request.talk.sent(call.args[3] & 0xFFFFFFFF)
    return 0


def web_socket_receive(call: Call) -> int:
    """WinHttpWebSocketReceive(handle, buffer, length, read, type): closed by the other side (type 4)."""
    call.write_u32(call.args[3], 0)
    call.write_u32(call.args[4], 4)
    return 0


HOOKS: tuple[Hook, ...] = (
    api("WinHttpOpen", 5, open_session),
    api("WinHttpConnect", 4, connect),
    api("WinHttpOpenRequest", 7, open_request),
    api("WinHttpAddRequestHeaders", 4, add_headers),
    api("WinHttpSendRequest", 7, send_request),
    api("WinHttpWriteData", 4, write_data),
    api("WinHttpReceiveResponse", 2, receive_response),
    api("WinHttpQueryDataAvailable", 2, data_available),
    api("WinHttpReadData", 4, read_data),
    api("WinHttpQueryHeaders", 6, query_headers),
    api("WinHttpQueryOption", 4, option),
    api("WinHttpSetOption", 4, change_option),
    api("WinHttpSetTimeouts", 5, nothing_to_do),
    api("WinHttpSetCredentials", 6, nothing_to_do),
    api("WinHttpSetDefaultProxyConfiguration", 1, nothing_to_do),
    api("WinHttpSetStatusCallback", 4, set_callback),
    api("WinHttpGetIEProxyConfigForCurrentUser", 1, ie_proxy),
    api("WinHttpGetDefaultProxyConfiguration", 1, default_proxy),
    api("WinHttpGetProxyForUrl", 4, proxy_for_url),
    api("WinHttpDetectAutoProxyConfigUrl", 2, detect_url),
    api("WinHttpQueryAuthSchemes", 4, credentials),
    api("WinHttpTimeFromSystemTime", 2, time_from_system),
    api("WinHttpWebSocketCompleteUpgrade", 2, add_websocket),
    api("WinHttpWebSocketSend", 4, web_socket_send),
    api("WinHttpWebSocketReceive", 5, web_socket_receive),
    api("ObtainUserAgentString", 3, user_agent),
)
