"""A run as capa sees one: processes, their calls, and in each call the function's name, its texts and its numbers.

Events are no calls: several functions end in the same event. So an event has the names of all functions of Windows that
it can have come from, and a rule that asks for one of them holds.
"""

from collections.abc import Iterable, Iterator

import msgspec
from capa.features.address import NO_ADDRESS, DynamicCallAddress, ProcessAddress, ThreadAddress
from capa.features.common import ARCH_ANY, FORMAT_PE, OS, OS_LINUX, OS_WINDOWS, Arch, Feature, Format, String
from capa.features.extractors.base_extractor import SampleHashes
from capa.features.extractors.helpers import generate_symbols
from capa.features.extractors.null import (
    CallFeatures,
    NullDynamicFeatureExtractor,
    ProcessFeatures,
    ThreadFeatures,
)
from capa.features.insn import API, Number

from fulgurite.model.events import (
    ApiCall,
    DnsQuery,
    Event,
    FileAccess,
    FlowStart,
    HttpRequest,
    Injection,
    Memory,
    ModuleLoad,
    ProcessCreate,
    ProcessTerminate,
    RegistryAccess,
    Search,
    Service,
    Suspicious,
    SyncObject,
)
from fulgurite.model.process import Process
from fulgurite.model.report import Report
from fulgurite.rules.derived import argument, text_of
from fulgurite.rules.facts import Facts

MAX_EVENTS = 5_000
"""Events of a run that capa is asked about: its matcher takes milliseconds for each."""
_MAX_TEXT = 4_096

_CREATE_PROCESS = "CreateProcess ShellExecute ShellExecuteEx WinExec CreateProcessInternal NtCreateUserProcess"
_NAMES: dict[type[Event], dict[str, str]] = {
    ProcessCreate: {"": _CREATE_PROCESS},
    ProcessTerminate: {"": "TerminateProcess ExitProcess NtTerminateProcess"},
    FileAccess: {
        "OpenRead": "CreateFile ReadFile NtOpenFile NtReadFile NtCreateFile",
        "Unknown": "GetFileAttributes NtQueryAttributesFile",
        "CreateModify": "CreateFile WriteFile NtCreateFile NtWriteFile",
        "CreateRead": "CreateFile NtCreateFile CreateDirectory",
        "OpenModify": "CreateFile WriteFile NtOpenFile NtWriteFile",
        "Truncate": "SetEndOfFile",
        "Delete": "DeleteFile NtDeleteFile RemoveDirectory",
        "DeleteDelayed": "MoveFileEx",
        "Rename": "MoveFile MoveFileEx",
    },
    RegistryAccess: {
        "OpenKey": "RegOpenKey RegOpenKeyEx NtOpenKey",
        "QueryKey": "RegQueryInfoKey NtQueryKey",
        "QueryValueKey": "RegQueryValueEx RegGetValue NtQueryValueKey",
        "EnumerateKey": "RegEnumKey RegEnumKeyEx NtEnumerateKey",
        "EnumerateValueKey": "RegEnumValue NtEnumerateValueKey",
        "CreateKey": "RegCreateKey RegCreateKeyEx NtCreateKey",
        "SetValueKey": "RegSetValue RegSetValueEx NtSetValueKey",
        "DeleteKey": "RegDeleteKey RegDeleteKeyEx NtDeleteKey",
        "DeleteValueKey": "RegDeleteValue NtDeleteValueKey",
    },
    SyncObject: {
        "MutantCreate": "CreateMutex CreateMutexEx NtCreateMutant",
        "MutantOpen": "OpenMutex NtOpenMutant",
        "PipeCreate": "CreateNamedPipe",
        "AtomAdd": "GlobalAddAtom",
    },
    Injection: {
        "WriteProcessMemory": "WriteProcessMemory NtWriteVirtualMemory",
        "CreateRemoteThread": "CreateRemoteThread CreateRemoteThreadEx NtCreateThreadEx RtlCreateUserThread",
        "QueueUserAPC": "QueueUserAPC NtQueueApcThread",
        "SetThreadContext": "SetThreadContext NtSetContextThread",
        "MapViewOfSection": "NtMapViewOfSection",
        "UnmapViewOfSection": "NtUnmapViewOfSection",
    },
    Suspicious: {
        "AdjustPrivilegeToken": "AdjustTokenPrivileges",
        "SetWindowsHookEx": "SetWindowsHookEx",
        "LoadsDriver": "NtLoadDriver",
    },
    Memory: {"": "VirtualAlloc VirtualAllocEx VirtualProtect VirtualProtectEx"},
    ModuleLoad: {"": "LoadLibrary LoadLibraryEx LdrLoadDll"},
    FlowStart: {"": "connect WSAConnect"},
    DnsQuery: {"": "getaddrinfo gethostbyname DnsQuery"},
    HttpRequest: {"": "HttpOpenRequest HttpSendRequest WinHttpOpenRequest WinHttpSendRequest InternetOpenUrl"},
}
"""The functions that an event can have come from, by the start of its `op` or `act`; "" for any."""
_BY_OWN_NAME = (Search, Service, Memory, Injection)
"""Kinds whose `op` is itself the name of a function."""


def extractor(report: Report) -> NullDynamicFeatureExtractor:
    """The first MAX_EVENTS events of `report` as calls of one thread a process."""
    facts = Facts(report)
    known = {one.procid: one for one in report.processes if not one.existing}
    calls: dict[int, dict[DynamicCallAddress, CallFeatures]] = {procid: {} for procid in known}
    for number, event in enumerate(report.events[:MAX_EVENTS]):
        procid = facts.actor(event)
        if procid in calls:
            call = DynamicCallAddress(_thread(procid), number)
            names = list(dict.fromkeys(_names(event)))
            features = [(call, feature) for feature in _features(event, names, facts)]
            calls[procid][call] = CallFeatures(names[0] if names else "event", features)
    is_windows = report.os == "windows"
    everywhere: list[Feature] = [OS(OS_WINDOWS if is_windows else OS_LINUX), Arch(ARCH_ANY), Format(FORMAT_PE)]
    return NullDynamicFeatureExtractor(
        NO_ADDRESS,
        SampleHashes(report.sample.md5 or "", report.sample.sha1 or "", report.sample.sha256 or ""),
        everywhere[: None if is_windows else 2],
        [],
        {ProcessAddress(procid): _process(known[procid], told) for procid, told in calls.items()},
    )


def _thread(procid: int) -> ThreadAddress:
    return ThreadAddress(ProcessAddress(procid), 1)


def _process(process: Process, calls: dict[DynamicCallAddress, CallFeatures]) -> ProcessFeatures:
    own = ProcessAddress(process.procid)
    texts = [text for text in (process.image, text_of(process.cmd)) if text]
    return ProcessFeatures(
        [(own, String(text[:_MAX_TEXT])) for text in texts],
        {_thread(process.procid): ThreadFeatures([], calls)},
        process.image or "",
    )


def _names(event: Event) -> Iterator[str]:
    """The functions that `event` can have come from, without the A or W at their ends."""
    if isinstance(event, ApiCall):
        module, _, function = event.api.rpartition(".")
        yield from generate_symbols(module, function, include_dll=True)
        return
    said = str(getattr(event, "op", None) or getattr(event, "act", ""))
    if isinstance(event, _BY_OWN_NAME) and said:
        yield said
    for start, names in _NAMES.get(type(event), {}).items():
        if said.startswith(start):
            yield from names.split()


def _features(event: Event, names: Iterable[str], facts: Facts) -> Iterator[Feature]:
    yield from (API(name) for name in names)
    for value in msgspec.structs.astuple(event):
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and text:
                yield String(text[:_MAX_TEXT])
    if isinstance(event, ApiCall):
        told = (argument(number)(event, facts) for number in range(len(event.args)))
        yield from (Number(number) for number in told if number is not None)
