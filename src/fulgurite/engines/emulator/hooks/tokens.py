"""Tokens and privileges: who the program is, and which rights it takes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.targets import process_of
from fulgurite.model.events import Suspicious

ERROR_INVALID_HANDLE = 6
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_NO_SUCH_PRIVILEGE = 1313
STATUS_INVALID_HANDLE = 0xC0000008
STATUS_BUFFER_TOO_SMALL = 0xC0000023
MAX_PRIVILEGES = 64
SE_PRIVILEGE_ENABLED = 2
PRIVILEGES = {
    "SeCreateTokenPrivilege": 2,
    "SeAssignPrimaryTokenPrivilege": 3,
    "SeLockMemoryPrivilege": 4,
    "SeIncreaseQuotaPrivilege": 5,
    "SeMachineAccountPrivilege": 6,
    "SeTcbPrivilege": 7,
    "SeSecurityPrivilege": 8,
    "SeTakeOwnershipPrivilege": 9,
    "SeLoadDriverPrivilege": 10,
    "SeSystemProfilePrivilege": 11,
    "SeSystemtimePrivilege": 12,
    "SeProfileSingleProcessPrivilege": 13,
    "SeIncreaseBasePriorityPrivilege": 14,
    "SeCreatePagefilePrivilege": 15,
    "SeCreatePermanentPrivilege": 16,
    "SeBackupPrivilege": 17,
    "SeRestorePrivilege": 18,
    "SeShutdownPrivilege": 19,
    "SeDebugPrivilege": 20,
    "SeAuditPrivilege": 21,
    "SeSystemEnvironmentPrivilege": 22,
    "SeChangeNotifyPrivilege": 23,
    "SeRemoteShutdownPrivilege": 24,
    "SeUndockPrivilege": 25,
    "SeSyncAgentPrivilege": 26,
    "SeEnableDelegationPrivilege": 27,
    "SeManageVolumePrivilege": 28,
    "SeImpersonatePrivilege": 29,
    "SeCreateGlobalPrivilege": 30,
    "SeTrustedCredManAccessPrivilege": 31,
    "SeRelabelPrivilege": 32,
    "SeIncreaseWorkingSetPrivilege": 33,
    "SeTimeZonePrivilege": 34,
    "SeCreateSymbolicLinkPrivilege": 35,
}
_NAMES = {number: name for name, number in PRIVILEGES.items()}
HELD = tuple(
    name
    for name, number in PRIVILEGES.items()
    if number in (5, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 22, 23, 24, 25, 28, 29, 30, 33, 34, 35)
)
"""What an elevated administrator has."""


@dataclass(eq=False)
class Token:
    """The token of a process."""

    process: GuestProcess
    enabled: set[int] = field(default_factory=lambda: {23})


def _open(call: Call, handle: int, out: int) -> bool:
    target = process_of(call, handle)
    if target is None:
        return False
    return call.write_pointer(out, call.guest.handle_of(Token(target)))


def open_process_token(call: Call) -> int:
    """OpenProcessToken(ProcessHandle, DesiredAccess, *TokenHandle)."""
    return call.succeed() if _open(call, call.args[0], call.args[2]) else call.fail(ERROR_INVALID_HANDLE)


def nt_open_process_token(call: Call) -> int:
    """NtOpenProcessToken(ProcessHandle, DesiredAccess, *TokenHandle)."""
    return 0 if _open(call, call.args[0], call.args[2]) else STATUS_INVALID_HANDLE


def nt_open_process_token_ex(call: Call) -> int:
    """NtOpenProcessTokenEx(ProcessHandle, DesiredAccess, attributes, *TokenHandle)."""
    return 0 if _open(call, call.args[0], call.args[3]) else STATUS_INVALID_HANDLE


def open_thread_token(call: Call) -> int:
    """OpenThreadToken(...): threads have none of their own."""
    return call.fail(1008)  # ERROR_NO_TOKEN


def duplicate_token(call: Call) -> int:
    """DuplicateTokenEx(hExistingToken, ..., *phNewToken) and DuplicateToken."""
    token = call.guest.handles.get(call.args[0])
    if not isinstance(token, Token):
        return call.fail(ERROR_INVALID_HANDLE)
    call.write_pointer(call.args[-1], call.guest.handle_of(Token(token.process, set(token.enabled))))
    act = "DuplicatesToken"
    if token.process is not call.process:
        call.guest.record(
            call.process, Suspicious, act=act, detail=token.process.image, procid_target=token.process.procid
        )
    return call.succeed()


def impersonate(call: Call) -> int:
    """ImpersonateLoggedOnUser(hToken) and SetThreadToken(Thread, Token)."""
    token = call.guest.handles.get(call.args[-1])
    if isinstance(token, Token) and token.process is not call.process:
        call.guest.record(
            call.process,
            Suspicious,
            act="ImpersonatesUser",
            detail=token.process.user,
            procid_target=token.process.procid,
        )
    return call.succeed()


def lookup_privilege_value(call: Call) -> int:
    """LookupPrivilegeValue(lpSystemName, lpName, *lpLuid)."""
    lower = call.arg_text(1).lower()
    number = next((value for name, value in PRIVILEGES.items() if name.lower() == lower), None)
    if number is None:
        return call.fail(ERROR_NO_SUCH_PRIVILEGE)
    call.write_u64(call.args[2], number)
    return call.succeed()


def lookup_privilege_name(call: Call) -> int:
    """LookupPrivilegeName(lpSystemName, *lpLuid, lpName, *cchName)."""
    name = _NAMES.get(call.u32(call.args[1]))
    if name is None:
        return call.fail(ERROR_NO_SUCH_PRIVILEGE)
    if not call.write_text(call.args[2], name, call.u32(call.args[3])):
        call.write_u32(call.args[3], len(name) + 1)
        return call.fail(ERROR_INSUFFICIENT_BUFFER)
    call.write_u32(call.args[3], len(name))
    return call.succeed()


def _took(call: Call, number: int) -> None:
    name = _NAMES.get(number, f"privilege {number}")
    call.guest.record(call.process, Suspicious, act="AdjustPrivilegeToken", detail=f"Token: {name}")


def _adjusted(call: Call) -> bool:
    token = call.guest.handles.get(call.args[0])
    if not isinstance(token, Token):
        return False
    if call.args[1] & 0xFF:
        token.enabled.clear()
        return True
    at = call.args[2]
    for index in range(min(call.u32(at), MAX_PRIVILEGES)):
        number, attributes = call.u32(at + 4 + 12 * index), call.u32(at + 12 + 12 * index)
        if attributes & SE_PRIVILEGE_ENABLED:
            token.enabled.add(number)
            _took(call, number)
        else:
            token.enabled.discard(number)
    return True


def adjust(call: Call) -> int:
    """AdjustTokenPrivileges(TokenHandle, DisableAll, *NewState, length, *PreviousState, *ReturnLength)."""
    return call.succeed() if _adjusted(call) else call.fail(ERROR_INVALID_HANDLE)


def nt_adjust(call: Call) -> int:
    """NtAdjustPrivilegesToken(TokenHandle, DisableAll, *NewState, ...)."""
    return 0 if _adjusted(call) else STATUS_INVALID_HANDLE


def rtl_adjust(call: Call) -> int:
    """RtlAdjustPrivilege(Privilege, Enable, CurrentThread, *Enabled)."""
    call.write(call.args[3], b"\0")
    if call.args[1] & 0xFF:
        _took(call, call.args[0] & 0xFFFFFFFF)
    return 0


def sid_bytes(text: str) -> bytes:
    """The binary form of `S-1-5-...`."""
    parts = [int(part) for part in text.split("-")[2:]]
    return (
        struct.pack("<BB", 1, len(parts) - 1)
        + parts[0].to_bytes(6, "big")
        + struct.pack(f"<{len(parts) - 1}I", *parts[1:])
    )


def _with_sid(call: Call, sid: str, at: int, attributes: int) -> bytes:
    """A SID_AND_ATTRIBUTES at `at` with its SID behind it."""
    size = call.pointer_bytes
    head = (at + 2 * size).to_bytes(size, "little") + attributes.to_bytes(size, "little")
    return head + sid_bytes(sid)


def _information(call: Call, token: Token, kind: int, at: int) -> bytes:
    is_system = token.process.user == "SYSTEM"
    match kind:
        case 1:  # TokenUser
            return _with_sid(call, "S-1-5-18" if is_system else call.guest.system.user_sid, at, 0)
        case 3:  # TokenPrivileges
            numbers = [PRIVILEGES[name] for name in HELD]
            rows = (struct.pack("<QI", n, 3 if n in token.enabled else 0) for n in numbers)
            return struct.pack("<I", len(numbers)) + b"".join(rows)
        case 8:  # TokenType: primary
            return struct.pack("<I", 1)
        case 12:  # TokenSessionId
            return struct.pack("<I", token.process.session)
        case 18:  # TokenElevationType: full
            return struct.pack("<I", 2)
        case 20 | 26 | 23:  # TokenElevation, TokenUIAccess, TokenVirtualizationAllowed
            return struct.pack("<I", int(kind == 20))  # noqa: PLR2004
        case 25:  # TokenIntegrityLevel
            return _with_sid(call, "S-1-16-16384" if is_system else "S-1-16-12288", at, 0x60)
        case _:
            return bytes(4)


def _answered(call: Call) -> int | None:
    """Fills the answer; the bytes that are needed when it does not fit, 0 when it did, None for a bad handle."""
    token = call.guest.handles.get(call.args[0])
    if not isinstance(token, Token):
        if call.args[0] & 0xFFFFFFFF not in (0xFFFFFFFC, 0xFFFFFFFA):
            return None
        token = Token(call.process)
    answer = _information(call, token, call.args[1] & 0xFFFFFFFF, call.args[2])
    call.write_u32(call.args[4], len(answer))
    if call.args[3] & 0xFFFFFFFF < len(answer):
        return len(answer)
    call.write(call.args[2], answer)
    return 0


def get_information(call: Call) -> int:
    """GetTokenInformation(TokenHandle, class, information, length, *ReturnLength)."""
    needed = _answered(call)
    if needed is None:
        return call.fail(ERROR_INVALID_HANDLE)
    return call.fail(ERROR_INSUFFICIENT_BUFFER) if needed else call.succeed()


def nt_query(call: Call) -> int:
    """NtQueryInformationToken(TokenHandle, class, information, length, *ReturnLength)."""
    needed = _answered(call)
    if needed is None:
        return STATUS_INVALID_HANDLE
    return STATUS_BUFFER_TOO_SMALL if needed else 0


def is_admin(call: Call) -> int:
    """IsUserAnAdmin()."""
    call.guest.calls.note(call.process, call.name, (), "1")
    return 1


def check_membership(call: Call) -> int:
    """CheckTokenMembership(TokenHandle, SidToCheck, *IsMember): the user is an administrator."""
    call.write_u32(call.args[2], 1)
    return call.succeed()


def process_session(call: Call) -> int:
    """ProcessIdToSessionId(dwProcessId, *pSessionId)."""
    target = call.guest.processes.of_pid(call.args[0] & 0xFFFFFFFF)
    if target is None:
        return call.fail(87)
    call.write_u32(call.args[1], target.session)
    return call.succeed()


HOOKS: tuple[Hook, ...] = (
    api("OpenProcessToken", 3, open_process_token),
    native("OpenProcessToken", 3, nt_open_process_token),
    native("OpenProcessTokenEx", 4, nt_open_process_token_ex),
    api("OpenThreadToken", 4, open_thread_token),
    api("DuplicateTokenEx", 6, duplicate_token),
    api("DuplicateToken", 3, duplicate_token),
    api("ImpersonateLoggedOnUser", 1, impersonate),
    api("SetThreadToken", 2, impersonate),
    text_api("LookupPrivilegeValue", 3, lookup_privilege_value),
    text_api("LookupPrivilegeName", 4, lookup_privilege_name),
    api("AdjustTokenPrivileges", 6, adjust),
    native("AdjustPrivilegesToken", 6, nt_adjust),
    api("RtlAdjustPrivilege", 4, rtl_adjust),
    api("GetTokenInformation", 5, get_information),
    native("QueryInformationToken", 5, nt_query),
    api("IsUserAnAdmin", 0, is_admin),
    api("CheckTokenMembership", 3, check_membership),
    api("ProcessIdToSessionId", 2, process_session),
)
