"""Named and anonymous pipes, and mailslots: both ends may be in the guest."""

from __future__ import annotations

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.hooks.sync import named
from fulgurite.engines.emulator.opening import Pipe, full_path, nt_path
from fulgurite.engines.emulator.transfer import MAX_TRANSFER_BYTES

_FILE_NOT_FOUND, _INVALID_HANDLE, _INVALID_NAME = 2, 6, 123
_PIPE_CONNECTED, _BROKEN_PIPE = 535, 109


def _created(call: Call, path: str) -> tuple[int, Pipe]:
    """The pipe called `path`, made when it is not there; its making is recorded."""
    there = call.guest.names.find(path.lower())
    code = status.SUCCESS if there is None else status.OBJECT_NAME_EXISTS
    pipe = there if isinstance(there, Pipe) else Pipe(path)
    if there is None:
        call.guest.names.put(path.lower(), pipe)
    named(call, "pipe", path, "Create", code)
    return code, pipe


def create_named_pipe(call: Call) -> int:
    """CreateNamedPipe(lpName, dwOpenMode, dwPipeMode, nMaxInstances, nOut, nIn, nDefaultTimeOut, lpSecurity)."""
    path = full_path(call, call.arg_text(0))
    if not path.lower().startswith("\\\\.\\pipe\\"):
        return call.fail(_INVALID_NAME, call.invalid_handle())
    _, pipe = _created(call, path)
    return call.guest.handle_of(pipe)


def nt_create_named_pipe_file(call: Call) -> int:
    """NtCreateNamedPipeFile(Handle, Access, ObjectAttributes, IoStatus, Share, Disposition, Options, ...)."""
    path = nt_path(call, call.args[2])
    if not path:
        return status.OBJECT_NAME_INVALID
    _, pipe = _created(call, path)
    call.write_pointer(call.args[0], call.guest.handle_of(pipe))
    return status.SUCCESS


def create_pipe(call: Call) -> int:
    """CreatePipe(hReadPipe, hWritePipe, lpPipeAttributes, nSize)."""
    pipe = Pipe("")
    call.write_pointer(call.args[0], call.guest.handle_of(pipe))
    call.write_pointer(call.args[1], call.guest.handle_of(pipe))
    return 1


def _pipe(call: Call) -> Pipe | None:
    thing = call.guest.handles.get(call.args[0])
    return thing if isinstance(thing, Pipe) else None


def connect_named_pipe(call: Call) -> int:
    """ConnectNamedPipe(hNamedPipe, lpOverlapped): whoever comes is there already."""
    return call.fail(_INVALID_HANDLE) if _pipe(call) is None else call.fail(_PIPE_CONNECTED)


def pipe_accepted(call: Call) -> int:
    """DisconnectNamedPipe(hNamedPipe), SetNamedPipeHandleState(hNamedPipe, ...)."""
    return call.fail(_INVALID_HANDLE) if _pipe(call) is None else 1


def peek_named_pipe(call: Call) -> int:
    """PeekNamedPipe(hNamedPipe, lpBuffer, nBufferSize, lpBytesRead, lpTotalBytesAvail, lpBytesLeft)."""
    pipe = _pipe(call)
    if pipe is None:
        return call.fail(_INVALID_HANDLE)
    size = min(call.args[2] & 0xFFFFFFFF, len(pipe.content)) if call.args[1] else 0
    call.write(call.args[1], bytes(pipe.content[:size]))
    call.write_u32(call.args[3], size)
    call.write_u32(call.args[4], len(pipe.content))
    call.write_u32(call.args[5], 0)
    if not pipe.content and pipe.references < 2:  # noqa: PLR2004 - the other end is closed
        return call.fail(_BROKEN_PIPE)
    return 1


def wait_named_pipe(call: Call) -> int:
    """WaitNamedPipe(lpNamedPipeName, nTimeOut)."""
    path = full_path(call, call.arg_text(0))
    there = isinstance(call.guest.names.find(path.lower()), Pipe)
    named(call, "pipe", path, "Open", status.SUCCESS if there else status.OBJECT_NAME_NOT_FOUND)
    return 1 if there else call.fail(_FILE_NOT_FOUND)


def _transacted(call: Call, pipe: Pipe, request: tuple[int, int], reply: tuple[int, int, int]) -> int:
    data = call.read(request[0], min(request[1] & 0xFFFFFFFF, MAX_TRANSFER_BYTES))
    answer = bytes(pipe.content[: reply[1] & 0xFFFFFFFF])
    del pipe.content[: len(answer)]
    pipe.content.extend(data[: MAX_TRANSFER_BYTES - len(pipe.content)])
    call.write(reply[0], answer)
    call.write_u32(reply[2], len(answer))
    return 1


def transact_named_pipe(call: Call) -> int:
    """TransactNamedPipe(hNamedPipe, lpIn, nIn, lpOut, nOut, lpBytesRead, lpOverlapped)."""
    pipe = _pipe(call)
    if pipe is None:
        return call.fail(_INVALID_HANDLE)
    _, given, given_size, taken, taken_size, count = call.args[:6]
    return _transacted(call, pipe, (given, given_size), (taken, taken_size, count))


def call_named_pipe(call: Call) -> int:
    """CallNamedPipe(lpName, lpIn, nIn, lpOut, nOut, lpBytesRead, nTimeOut)."""
    path = full_path(call, call.arg_text(0))
    pipe = call.guest.names.find(path.lower())
    code = status.SUCCESS if isinstance(pipe, Pipe) else status.OBJECT_NAME_NOT_FOUND
    named(call, "pipe", path, "Open", code)
    if not isinstance(pipe, Pipe):
        return call.fail(_FILE_NOT_FOUND)
    _, given, given_size, taken, taken_size, count = call.args[:6]
    return _transacted(call, pipe, (given, given_size), (taken, taken_size, count))


def get_named_pipe_info(call: Call) -> int:
    """GetNamedPipeInfo(hNamedPipe, lpFlags, lpOutSize, lpInSize, lpMaxInstances)."""
    if _pipe(call) is None:
        return call.fail(_INVALID_HANDLE)
    for address, number in zip(call.args[1:5], (1, 4096, 4096, 255), strict=True):
        call.write_u32(address, number)
    return 1


def create_mailslot(call: Call) -> int:
    """CreateMailslot(lpName, nMaxMessageSize, lReadTimeout, lpSecurityAttributes)."""
    path = full_path(call, call.arg_text(0))
    if not path.lower().startswith("\\\\.\\mailslot\\"):
        return call.fail(_INVALID_NAME, call.invalid_handle())
    _, pipe = _created(call, path)
    return call.guest.handle_of(pipe)


def get_mailslot_info(call: Call) -> int:
    """GetMailslotInfo(hMailslot, lpMaxMessageSize, lpNextSize, lpMessageCount, lpReadTimeout)."""
    pipe = _pipe(call)
    if pipe is None:
        return call.fail(_INVALID_HANDLE)
    call.write_u32(call.args[2], len(pipe.content) or 0xFFFFFFFF)
    call.write_u32(call.args[3], int(bool(pipe.content)))
    return 1


HOOKS: tuple[Hook, ...] = (
    text_api("CreateNamedPipe", 8, create_named_pipe),
    native("CreateNamedPipeFile", 14, nt_create_named_pipe_file),
    api("CreatePipe", 4, create_pipe),
    api("ConnectNamedPipe", 2, connect_named_pipe),
    api("DisconnectNamedPipe", 1, pipe_accepted),
    api("SetNamedPipeHandleState", 4, pipe_accepted),
    api("PeekNamedPipe", 6, peek_named_pipe),
    text_api("WaitNamedPipe", 2, wait_named_pipe),
    api("TransactNamedPipe", 7, transact_named_pipe),
    text_api("CallNamedPipe", 7, call_named_pipe),
    api("GetNamedPipeInfo", 5, get_named_pipe_info),
    text_api("CreateMailslot", 4, create_mailslot),
    api("GetMailslotInfo", 5, get_mailslot_info),
)
