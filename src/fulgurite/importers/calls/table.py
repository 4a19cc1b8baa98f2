"""The table of calls: which row reads which API, and which calls tell nothing."""

from functools import lru_cache

from fulgurite.importers.calls import files, network, objects, processes, registry, services
from fulgurite.importers.calls.call import Call, Made, Row
from fulgurite.importers.calls.plain import api_call

ROWS: dict[str, Row] = {
    **registry.ROWS,
    **files.ROWS,
    **processes.ROWS,
    **objects.ROWS,
    **network.ROWS,
    **services.ROWS,
}
"""By name without module, `A`, `W` and the dispatcher's prefix; `Ex` where it is an API of its own."""

# fmt: off
NOISE: frozenset[str] = frozenset({
    "NtClose", "CloseHandle", "RegCloseKey", "FindClose", "closesocket", "InternetCloseHandle",
    "WinHttpCloseHandle", "CloseServiceHandle", "LdrGetProcedureAddress", "LdrGetProcedureAddressForCaller",
    "GetProcAddress", "LdrGetDllHandle", "LdrGetDllHandleEx", "GetModuleHandle", "GetModuleHandleEx",
    "GetModuleFileName", "LdrUnloadDll", "FreeLibrary", "LdrpCallInitRoutine", "NtFreeVirtualMemory", "VirtualFree",
    "VirtualFreeEx", "NtUnmapViewOfSectionEx", "UnmapViewOfFile", "NtQueryVirtualMemory", "VirtualQuery",
    "VirtualQueryEx", "NtFlushVirtualMemory", "HeapCreate", "HeapAlloc", "HeapReAlloc", "HeapFree", "HeapDestroy",
    "HeapSize", "GetProcessHeap", "RtlAllocateHeap", "RtlFreeHeap", "RtlReAllocateHeap", "RtlCreateHeap",
    "RtlDestroyHeap", "GlobalAlloc", "GlobalFree", "GlobalLock", "GlobalUnlock", "GlobalReAlloc", "LocalAlloc",
    "LocalFree", "LocalReAlloc", "LocalLock", "LocalUnlock", "malloc", "calloc", "realloc", "free", "memcpy",
    "memset", "memmove", "memcmp", "GetSystemTimeAsFileTime", "GetSystemTime", "GetLocalTime", "NtQuerySystemTime",
    "QueryPerformanceCounter", "NtQueryPerformanceCounter", "QueryPerformanceFrequency", "timeGetTime",
    "GetTickCount", "GetTickCount64", "FileTimeToSystemTime", "SystemTimeToFileTime", "FileTimeToLocalFileTime",
    "NtWaitForSingleObject", "WaitForSingleObject", "WaitForSingleObjectEx", "NtWaitForMultipleObjects",
    "WaitForMultipleObjects", "MsgWaitForMultipleObjectsEx", "NtSetEvent", "SetEvent", "NtClearEvent",
    "NtResetEvent", "ResetEvent", "NtReleaseMutant", "ReleaseMutex", "ReleaseSemaphore", "NtReleaseSemaphore",
    "NtYieldExecution", "NtTestAlert", "NtDuplicateObject", "DuplicateHandle", "NtQueryObject",
    "RtlSetCurrentTransaction", "EnterCriticalSection", "LeaveCriticalSection", "InitializeCriticalSection",
    "InitializeCriticalSectionEx", "InitializeCriticalSectionAndSpinCount", "DeleteCriticalSection",
    "TryEnterCriticalSection", "InterlockedIncrement", "InterlockedDecrement", "InterlockedExchange",
    "InterlockedCompareExchange", "TlsAlloc", "TlsGetValue", "TlsSetValue", "TlsFree", "FlsAlloc", "FlsGetValue",
    "FlsSetValue", "FlsFree", "GetLastError", "SetLastError", "SetErrorMode", "GetCurrentProcess",
    "GetCurrentProcessId", "GetCurrentThread", "GetCurrentThreadId", "EncodePointer", "DecodePointer",
    "CryptCreateHash", "CryptHashData", "CryptDestroyHash", "CryptDestroyKey", "CryptDecodeObjectEx",
    "CryptImportKey", "CryptGetHashParam", "BCryptImportKeyPair", "BCryptImportKey", "BCryptCreateHash",
    "BCryptHashData", "BCryptFinishHash", "BCryptDestroyHash", "LoadResource", "LockResource", "SizeofResource",
    "FreeResource", "LoadString", "MultiByteToWideChar", "WideCharToMultiByte", "lstrlen", "lstrcpy", "lstrcpyn",
    "lstrcat", "lstrcmp", "lstrcmpi", "strlen", "strcpy", "strcat", "strcmp", "strcmpi", "stricmp", "strncmp",
    "strncpy", "wcslen", "wcscpy", "wcscat", "wcscmp", "strchr", "strrchr", "strstr", "CharNext", "CharPrev",
    "CharUpper", "CharLower", "CompareString", "LCMapString", "GetStringType", "sprintf", "wsprintf", "_vsnprintf",
    "_snprintf", "StrCmpNIC", "StrCmpNI", "StrStrI", "SysAllocString", "SysFreeString", "SysAllocStringLen",
    "SysReAllocStringLen", "VariantInit", "VariantClear", "VarBstrCat", "GetACP", "GetOEMCP", "GetCPInfo",
    "IsValidCodePage", "GetStdHandle", "SetHandleCount", "GetStartupInfo", "SetFilePointer", "SetFilePointerEx",
    "NtQueryInformationToken", "NtOpenProcessToken", "NtOpenThreadToken", "NtQueryInformationThread",
    "NtResumeThread", "RtlDosPathNameToNtPathName_U", "RtlUnwind", "InternetSetOption", "WinHttpSetOption",
    "WinHttpSetTimeouts", "setsockopt", "__set_app_type", "__p__fmode", "__p__commode", "_initterm", "_controlfp",
    "__getmainargs", "_onexit", "__dllonexit",
})
# fmt: on
"""Calls that every program makes by the thousand; they are counted and stay in the original."""

_KERNEL_PREFIXES = ("sys_",)
LONGEST_NAME = 120
"""Characters at the end of an API's name that are looked at."""
_REMEMBERED = 4096
"""Names whose spellings are at hand; a report has some hundred."""


class Table:
    """Finds the row of an API, and remembers it for the next call."""

    def __init__(self) -> None:
        self._known: dict[str, Row] = {}

    def made(self, call: Call) -> Made:
        """What `call` becomes: an event or more, a Contact, () where the report tells it elsewhere, None for noise."""
        row = self._known.get(call.api)
        if row is None:
            row = self._known[call.api] = row_of(call.api)
        return row(call)


def row_of(api: str) -> Row:
    """The row of `api`, whatever its spelling; those without one are kept as they are."""
    for name in spellings(api):
        if name in NOISE:
            return nothing
        row = ROWS.get(name)
        if row is not None:
            return row
    return api_call


def nothing(_call: Call) -> Made:
    """The row of calls that tell nothing."""
    return None


def spellings(api: str) -> tuple[str, ...]:
    """`api` by its names in the table, the nearest first."""
    return _spellings(api[-LONGEST_NAME:])


@lru_cache(_REMEMBERED)
def _spellings(api: str) -> tuple[str, ...]:
    name = base_name(api)
    if name.startswith("Zw"):
        name = "Nt" + name[2:]
    found = [name]
    if name[-1:] in {"A", "W"}:
        found.append(name[:-1])
    if found[-1].endswith("Ex"):
        found.append(found[-1][:-2])
    return tuple(found)


def base_name(api: str) -> str:
    """`api` without module and dispatcher: `CreateFileW` of `kernel32.dll!CreateFileW`."""
    name = api[-LONGEST_NAME:]
    for mark in ("!", "."):
        name = name[name.rfind(mark) + 1 :]
    for prefix in _KERNEL_PREFIXES:
        name = name.removeprefix(prefix)
    return name
