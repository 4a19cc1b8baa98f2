"""The service control manager, and drivers."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.hooks.callbacks import call_back
from fulgurite.engines.emulator.services import RUNNING, GuestService
from fulgurite.model.events import Search, Suspicious

ERROR_INVALID_HANDLE = 6
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_MORE_DATA = 234
ERROR_SERVICE_DOES_NOT_EXIST = 1060
SERVICE_NO_CHANGE = 0xFFFFFFFF
CONTROL_STOP = 1


@dataclass(eq=False)
class ServiceManager:
    """What OpenSCManager opens."""


@dataclass(eq=False)
class OpenService:
    """An open handle of a service."""

    service: GuestService


def _service(call: Call, index: int = 0) -> GuestService | None:
    thing = call.guest.handles.get(call.args[index])
    return thing.service if isinstance(thing, OpenService) else None


def open_manager(call: Call) -> int:
    """OpenSCManager(lpMachineName, lpDatabaseName, dwDesiredAccess)."""
    return call.succeed(call.guest.handle_of(ServiceManager()))


def create_service(call: Call) -> int:
    """CreateService(manager, name, display, access, type, start, error, path, group, tag, needs, account, password)."""
    if not isinstance(call.guest.handles.get(call.args[0]), ServiceManager):
        return call.fail(ERROR_INVALID_HANDLE)
    service = GuestService(
        name=call.arg_text(1),
        path=call.arg_text(7),
        display=call.arg_text(2) or call.arg_text(1),
        type=call.args[4] & 0xFFFFFFFF,
        start=call.args[5] & 0xFFFFFFFF,
        account=call.arg_text(11) or "LocalSystem",
    )
    error = call.guest.services.create(call.process, service)
    return call.fail(error) if error else call.succeed(call.guest.handle_of(OpenService(service)))


def open_service(call: Call) -> int:
    """OpenService(hSCManager, lpServiceName, dwDesiredAccess)."""
    service = call.guest.services.open(call.process, call.arg_text(1))
    if service is None:
        return call.fail(ERROR_SERVICE_DOES_NOT_EXIST)
    return call.succeed(call.guest.handle_of(OpenService(service)))


def start_service(call: Call) -> int:
    """StartService(hService, argc, argv)."""
    service = _service(call)
    if service is None:
        return call.fail(ERROR_INVALID_HANDLE)
    error = call.guest.services.start(call.process, service.name)
    return call.fail(error) if error else call.succeed()


def _status(service: GuestService, *, is_extended: bool) -> bytes:
    accepted = 1 if service.state == RUNNING else 0
    body = struct.pack("<7I", service.type, service.state, accepted, 0, 0, 0, 0)
    pid = service.process.pid if service.process is not None and service.state == RUNNING else 0
    return body + struct.pack("<II", pid, 0) if is_extended else body


def control_service(call: Call) -> int:
    """ControlService(hService, dwControl, *lpServiceStatus)."""
    service = _service(call)
    if service is None:
        return call.fail(ERROR_INVALID_HANDLE)
    error = 0
    if call.args[1] & 0xFFFFFFFF == CONTROL_STOP:
        error = call.guest.services.stop(call.process, service.name, op="ControlService")
    call.write(call.args[2], _status(service, is_extended=False))
    return call.fail(error) if error else call.succeed()


def delete_service(call: Call) -> int:
    """DeleteService(hService)."""
    service = _service(call)
    if service is None:
        return call.fail(ERROR_INVALID_HANDLE)
    error = call.guest.services.delete(call.process, service.name)
    return call.fail(error) if error else call.succeed()


def change_config(call: Call) -> int:
    """ChangeServiceConfig(hService, type, start, error, path, ...)."""
    service = _service(call)
    if service is None:
        return call.fail(ERROR_INVALID_HANDLE)
    start = call.args[2] & 0xFFFFFFFF
    call.guest.services.change(
        call.process, service.name, path=call.arg_text(4) or None, start=None if start == SERVICE_NO_CHANGE else start
    )
    return call.succeed()


def change_config_2(call: Call) -> int:
    """ChangeServiceConfig2(hService, dwInfoLevel, lpInfo)."""
    service = _service(call)
    if service is None:
        return call.fail(ERROR_INVALID_HANDLE)
    call.guest.services.change(call.process, service.name)
    return call.succeed()


def query_status(call: Call) -> int:
    """QueryServiceStatus(hService, *lpServiceStatus)."""
    service = _service(call)
    if service is None:
        return call.fail(ERROR_INVALID_HANDLE)
    call.write(call.args[1], _status(service, is_extended=False))
    return call.succeed()


def query_status_ex(call: Call) -> int:
    """QueryServiceStatusEx(hService, InfoLevel, lpBuffer, cbBufSize, *pcbBytesNeeded)."""
    service = _service(call)
    if service is None:
        return call.fail(ERROR_INVALID_HANDLE)
    data = _status(service, is_extended=True)
    call.write_u32(call.args[4], len(data))
    if call.args[3] & 0xFFFFFFFF < len(data):
        return call.fail(ERROR_INSUFFICIENT_BUFFER)
    call.write(call.args[2], data)
    return call.succeed()


def _placed(call: Call, buffer: int, texts: list[str], offset: int) -> tuple[bytes, list[int]]:
    """The strings as they stand at `buffer + offset`, and their addresses."""
    out, at = b"", []
    for text in texts:
        at.append(buffer + offset + len(out))
        out += call.encoded(text)
    return out, at


def query_config(call: Call) -> int:
    """QueryServiceConfig(hService, lpServiceConfig, cbBufSize, *pcbBytesNeeded)."""
    service = _service(call)
    if service is None:
        return call.fail(ERROR_INVALID_HANDLE)
    is_wide = call.pointer_bytes == 8  # noqa: PLR2004
    fixed = 64 if is_wide else 36
    strings, at = _placed(call, call.args[1], [service.path, "", "", service.account, service.display], fixed)
    call.write_u32(call.args[3], fixed + len(strings))
    if call.args[2] & 0xFFFFFFFF < fixed + len(strings):
        return call.fail(ERROR_INSUFFICIENT_BUFFER)
    head = struct.pack("<III", service.type, service.start, 1)
    body = struct.pack("<4xQQI4xQQQ" if is_wide else "<IIIIII", at[0], at[1], 0, at[2], at[3], at[4])
    call.write(call.args[1], head + body + strings)
    return call.succeed()


def enum_services(call: Call) -> int:
    """EnumServicesStatus(manager, type, state, buffer, size, *needed, *count, *resume)."""
    return _enumerated(call, is_extended=False, buffer=call.args[3], size=call.args[4], out=call.args[5:7])


def enum_services_ex(call: Call) -> int:
    """EnumServicesStatusEx(manager, level, type, state, buffer, size, *needed, *count, *resume, group)."""
    return _enumerated(call, is_extended=True, buffer=call.args[4], size=call.args[5], out=call.args[6:8])


def _enumerated(call: Call, *, is_extended: bool, buffer: int, size: int, out: list[int]) -> int:
    rows = list(call.guest.services.services.values())
    width = call.pointer_bytes
    status_bytes = 36 if is_extended else 28
    entry = (2 * width + status_bytes + width - 1) & -width
    texts = [text for row in rows for text in (row.name, row.display)]
    strings, at = _placed(call, buffer, texts, entry * len(rows))
    needed = entry * len(rows) + len(strings)
    if size & 0xFFFFFFFF < needed:
        call.write_u32(out[0], needed)
        call.write_u32(out[1], 0)
        return call.fail(ERROR_MORE_DATA)
    data = b""
    for number, row in enumerate(rows):
        pointers = b"".join(a.to_bytes(width, "little") for a in at[2 * number : 2 * number + 2])
        data += (pointers + _status(row, is_extended=is_extended)).ljust(entry, b"\0")
    call.write(buffer, data + strings)
    call.write_u32(out[0], 0)
    call.write_u32(out[1], len(rows))
    call.guest.record(
        call.process, Search, object="service", target="services", op=call.name.rpartition(".")[2], status=0
    )
    return call.succeed()


def close_service_handle(call: Call) -> int:
    """CloseServiceHandle(hSCObject)."""
    return call.succeed() if call.guest.handles.pop(call.args[0], None) is not None else call.fail(ERROR_INVALID_HANDLE)


def start_dispatcher(call: Call) -> int:
    """StartServiceCtrlDispatcher(lpServiceStartTable): runs each ServiceMain of the table."""
    at, width = call.args[0], call.pointer_bytes
    functions: list[tuple[int, tuple[int, ...]]] = []
    while len(functions) < 8 and (name := call.pointer(at)) and (function := call.pointer(at + width)):  # noqa: PLR2004
        argv = int(call.emu.mem_map(2 * width, tag="api.ServiceMain.argv"))
        call.write_pointer(argv, name)
        functions.append((function, (1, argv)))
        at += 2 * width
    for function, arguments in functions:
        call_back(call, function, arguments)
    return call.succeed()


def register_handler(call: Call) -> int:
    """RegisterServiceCtrlHandler(lpServiceName, lpHandlerProc) and its Ex form."""
    return call.succeed(call.guest.handle_of(ServiceManager()))


def set_status(call: Call) -> int:
    """SetServiceStatus(hServiceStatus, *lpServiceStatus)."""
    return call.succeed()


def load_driver(call: Call) -> int:
    """NtLoadDriver(*DriverServiceName): the name is the driver's key below Services."""
    call.guest.record(call.process, Suspicious, act="LoadsDriver", detail=call.unicode_string(call.args[0]))
    return 0


HOOKS: tuple[Hook, ...] = (
    text_api("OpenSCManager", 3, open_manager),
    text_api("CreateService", 13, create_service),
    text_api("OpenService", 3, open_service),
    text_api("StartService", 3, start_service),
    api("ControlService", 3, control_service),
    api("DeleteService", 1, delete_service),
    text_api("ChangeServiceConfig", 11, change_config),
    text_api("ChangeServiceConfig2", 3, change_config_2),
    api("QueryServiceStatus", 2, query_status),
    api("QueryServiceStatusEx", 5, query_status_ex),
    text_api("QueryServiceConfig", 4, query_config),
    text_api("EnumServicesStatus", 8, enum_services),
    text_api("EnumServicesStatusEx", 10, enum_services_ex),
    api("CloseServiceHandle", 1, close_service_handle),
    text_api("StartServiceCtrlDispatcher", 1, start_dispatcher),
    text_api("RegisterServiceCtrlHandler", 2, register_handler),
    text_api("RegisterServiceCtrlHandlerEx", 3, register_handler),
    api("SetServiceStatus", 2, set_status),
    native("LoadDriver", 1, load_driver),
)
