"""FTP over WinINet: files put to and got from a server, and its commands."""

from fulgurite.engines.emulator import paths
from fulgurite.engines.emulator.call import Call, Hook, text_api
from fulgurite.engines.emulator.hooks.urlmon import stored
from fulgurite.engines.emulator.hooks.web_handles import ERROR_INVALID_HANDLE, Connection, WebRequest
from fulgurite.engines.emulator.opening import GENERIC_READ, OPEN, OpenFile, Wanted, opened
from fulgurite.engines.emulator.web import Response, Url

ERROR_FILE_NOT_FOUND = 2
ERROR_NO_MORE_FILES = 18
_CONTENT = b"This file has no content.\r\n"


def _connection(call: Call) -> Connection | None:
    thing = call.guest.handles.get(call.args[0])
    if isinstance(thing, Connection):
        return thing
    call.fail(ERROR_INVALID_HANDLE)
    return None


def _told(call: Call, place: Connection, *args: str) -> None:
    """Keeps the call, with the server it was made to."""
    call.guest.calls.note(call.process, f"wininet.{call.name.rpartition('.')[2]}", (place.host, *args), "0x1")


def put_file(call: Call) -> int:
    """FtpPutFile(connect, local file, remote file, flags, context)."""
    place = _connection(call)
    if place is None:
        return 0
    local, remote = call.arg_text(1), call.arg_text(2)
    file = opened(call, paths.absolute(local, call.process.cwd), Wanted(GENERIC_READ, OPEN)).thing
    if not isinstance(file, OpenFile):
        return call.fail(ERROR_FILE_NOT_FOUND)
    if place.talk is not None:
        place.talk.sent(len(call.guest.files.content(file.node)))
    _told(call, place, local, remote)
    return call.succeed()


def get_file(call: Call) -> int:
    """FtpGetFile(connect, remote file, new file, fail if exists, attributes, flags, context)."""
    place = _connection(call)
    if place is None:
        return 0
    remote, local = call.arg_text(1), call.arg_text(2)
    if place.talk is not None:
        place.talk.received(len(_CONTENT))
    _told(call, place, remote, local)
    return call.succeed(int(stored(call, paths.absolute(local, call.process.cwd), _CONTENT)))


def open_file(call: Call) -> int:
    """FtpOpenFile(connect, file, access, flags, context): read and written like a request."""
    place = _connection(call)
    if place is None:
        return 0
    name = call.arg_text(1)
    path = name if name.startswith("/") else f"{place.folder.rstrip('/')}/{name}"
    file = WebRequest(call.process, "GET", Url("ftp", place.host, place.port, path), session=place.session)
    file.answer = Response(226, (), _CONTENT)
    _told(call, place, name)
    return call.succeed(call.guest.handle_of(file))


def set_folder(call: Call) -> int:
    """FtpSetCurrentDirectory(connect, directory)."""
    place = _connection(call)
    if place is None:
        return 0
    place.folder = call.arg_text(1) or "/"
    _told(call, place, place.folder)
    return call.succeed()


def current_folder(call: Call) -> int:
    """FtpGetCurrentDirectory(connect, buffer, size)."""
    place = _connection(call)
    if place is None:
        return 0
    room = call.u32(call.args[2])
    call.write_u32(call.args[2], len(place.folder))
    return call.succeed() if call.write_text(call.args[1], place.folder, room) else call.fail(122)


def change(call: Call) -> int:
    """FtpDeleteFile, FtpCreateDirectory, FtpRemoveDirectory (connect, name), FtpRenameFile(connect, old, new)."""
    place = _connection(call)
    if place is None:
        return 0
    _told(call, place, *(call.arg_text(n) for n in range(1, len(call.args))))
    return call.succeed()


def command(call: Call) -> int:
    """FtpCommand(connect, expects response, flags, command, context, handle)."""
    place = _connection(call)
    if place is None:
        return 0
    _told(call, place, call.arg_text(3))
    return call.succeed()


def find_first(call: Call) -> int:
    """FtpFindFirstFile(connect, pattern, data, flags, context): the server's folders are empty."""
    place = _connection(call)
    if place is None:
        return 0
    _told(call, place, call.arg_text(1))
    return call.fail(ERROR_NO_MORE_FILES)


HOOKS: tuple[Hook, ...] = (
    text_api("FtpPutFile", 5, put_file),
    text_api("FtpGetFile", 7, get_file),
    text_api("FtpOpenFile", 5, open_file),
    text_api("FtpSetCurrentDirectory", 2, set_folder),
    text_api("FtpGetCurrentDirectory", 3, current_folder),
    text_api("FtpDeleteFile", 2, change),
    text_api("FtpCreateDirectory", 2, change),
    text_api("FtpRemoveDirectory", 2, change),
    text_api("FtpRenameFile", 3, change),
    text_api("FtpCommand", 6, command),
    text_api("FtpFindFirstFile", 5, find_first),
)
