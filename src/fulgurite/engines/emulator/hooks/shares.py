"""Shares of other machines: connecting to and leaving them."""

from fulgurite.engines.emulator.call import Call, Hook, text_api
from fulgurite.engines.emulator.network import is_address

ERROR_BAD_NETPATH = 53
ERROR_NOT_CONNECTED = 2_250
ERROR_ACCESS_DENIED = 5
_SMB_PORT = 445


def _connected(call: Call, remote: str, user: str) -> int:
    """Records an attempt to connect to `\\\\host\\share`: the host is reached, and refuses the caller."""
    host = remote.lstrip("\\").partition("\\")[0]
    call.guest.calls.note(call.process, call.name, (remote, user), None)
    if not host:
        return ERROR_BAD_NETPATH
    address = host if is_address(host) else next(iter(call.guest.network.lookup(call.process, host)), None)
    if address is None:
        return ERROR_BAD_NETPATH
    talk = call.guest.network.open(call.process, "tcp", address, _SMB_PORT, protocol="smb")
    if talk is not None:
        talk.sent(600)
        talk.received(450)
        talk.close()
    return ERROR_ACCESS_DENIED


def _remote_name(call: Call, address: int) -> str:
    """lpRemoteName of a NETRESOURCE."""
    return call.text(call.pointer(address + 16 + call.pointer_bytes)) if address else ""


def add_connection2(call: Call) -> int:
    """WNetAddConnection2(resource, password, user, flags)."""
    return _connected(call, _remote_name(call, call.args[0]), call.arg_text(2))


def add_connection3(call: Call) -> int:
    """WNetAddConnection3(window, resource, password, user, flags)."""
    return _connected(call, _remote_name(call, call.args[1]), call.arg_text(3))


def add_connection(call: Call) -> int:
    """WNetAddConnection(remote, password, local)."""
    return _connected(call, call.arg_text(0), "")


def use_connection(call: Call) -> int:
    """WNetUseConnection(window, resource, password, user, flags, access name, size, result)."""
    return _connected(call, _remote_name(call, call.args[1]), call.arg_text(3))


def cancel_connection(call: Call) -> int:
    """WNetCancelConnection2(name, flags, force), WNetCancelConnection(name, force): there is none."""
    call.guest.calls.note(call.process, call.name, (call.arg_text(0),), hex(ERROR_NOT_CONNECTED))
    return ERROR_NOT_CONNECTED


HOOKS: tuple[Hook, ...] = (
    text_api("WNetAddConnection", 3, add_connection),
    text_api("WNetAddConnection2", 4, add_connection2),
    text_api("WNetAddConnection3", 5, add_connection3),
    text_api("WNetUseConnection", 8, use_connection),
    text_api("WNetCancelConnection", 2, cancel_connection),
    text_api("WNetCancelConnection2", 3, cancel_connection),
)
