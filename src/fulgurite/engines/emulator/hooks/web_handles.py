"""Handles of WinINet and WinHTTP: sessions, connections, requests; and how asynchronous ones tell that they are done.

A request is done at once; in an asynchronous session, its end is told to the program's callback before the call
returns, as it would be by a fast thread.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fulgurite.engines.emulator.call import Call
from fulgurite.engines.emulator.hooks.callbacks import call_back
from fulgurite.engines.emulator.objects import GuestObject
from fulgurite.engines.emulator.web import Exchange

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.network import Conversation
    from fulgurite.engines.emulator.processes import GuestProcess

ERROR_INVALID_HANDLE = 6
ERROR_IO_PENDING = 997
ERROR_INTERNET_INCORRECT_HANDLE_TYPE = 12_018
FLAG_ASYNC = 0x1000_0000
"""INTERNET_FLAG_ASYNC and WINHTTP_FLAG_ASYNC."""
_HANDLE_CREATED = 60
_REQUEST_COMPLETE = 100


@dataclass(eq=False)
class Session(GuestObject):
    """What InternetOpen or WinHttpOpen made."""

    agent: str
    is_async: bool = False
    callback: int = 0
    """Address of the program's status callback."""


@dataclass(eq=False)
class Connection(GuestObject):
    """What InternetConnect or WinHttpConnect made."""

    session: Session
    host: str
    port: int
    service: int = 3
    folder: str = "/"
    """Of FTP: the current one."""
    talk: Conversation | None = None
    """Of FTP: the flow of its commands."""

    def closed(self, guest: Guest, process: GuestProcess) -> None:  # noqa: ARG002 - what every object is told
        if self.talk is not None:
            self.talk.close()


@dataclass(eq=False)
class WebRequest(Exchange):
    """A request with the session it belongs to."""

    session: Session | None = None
    context: int = 0
    """What the program wants to be told with its callback."""


def session_of(thing: object) -> Session | None:
    """The session that a handle belongs to."""
    if isinstance(thing, Session):
        return thing
    return thing.session if isinstance(thing, Connection | WebRequest) else None


def request_of(call: Call, index: int = 0) -> WebRequest | None:
    """The request that argument `index` is a handle of; sets the error when it is none."""
    thing = call.guest.handles.get(call.args[index])
    if isinstance(thing, WebRequest):
        return thing
    call.fail(ERROR_INTERNET_INCORRECT_HANDLE_TYPE if thing is not None else ERROR_INVALID_HANDLE)
    return None


def set_callback(call: Call) -> int:
    """InternetSetStatusCallback(internet, callback), WinHttpSetStatusCallback(internet, callback, flags, reserved)."""
    session = session_of(call.guest.handles.get(call.args[0]))
    if session is None:
        return call.fail(ERROR_INVALID_HANDLE, call.invalid_handle())
    before, session.callback = session.callback, call.args[1]
    return before


def tell(call: Call, request: WebRequest, handle: int, status: int, info: bytes) -> bool:
    """Tells an asynchronous session's callback `status` with `info`; False when there is none to tell."""
    session = request.session
    if session is None or not session.is_async or session.callback == 0:
        return False
    address = int(call.emu.mem_map(max(len(info), 16), tag="fulgurite.web_status"))
    call.write(address, info)
    return call_back(call, session.callback, (handle, request.context, status, address, len(info)))


def completed(call: Call, request: WebRequest, handle: int, result: int, error: int = 0) -> int:
    """What a WinINet call that sends answers: its `result`, or that it is pending after its end was told."""
    size = call.pointer_bytes
    info = result.to_bytes(size, "little") + struct.pack("<I", error).ljust(size, b"\0")
    if tell(call, request, handle, _REQUEST_COMPLETE, info):
        return call.fail(ERROR_IO_PENDING)
    return call.fail(error) if error else call.succeed(result)


def created(call: Call, request: WebRequest, handle: int) -> None:
    """Tells an asynchronous session the handle of a new request."""
    info = handle.to_bytes(call.pointer_bytes, "little") + bytes(call.pointer_bytes)
    tell(call, request, handle, _HANDLE_CREATED, info)
