"""threemon.pb: the kernel log that lies beside a Cuckoo3 report, and onemon's older form of the same.

Records of a header of four bytes (length in three, low first, then the kind of message) and one protobuf message. The
schema is that of Cuckoo3's `threemon` package.
"""

from collections.abc import Iterator

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.kernel import protobuf
from fulgurite.importers.kernel.messages import Fields, Messages
from fulgurite.importers.kernel.report import Log
from fulgurite.model.report import Report

_ENUMS: dict[str, dict[int, str]] = {
    "ProcessStatus": {
        0: "Create",
        1: "Terminate",
        2: "Existing",
        3: "Ignore",
        4: "Hidden",
    },
    "RegistryKind": {
        0: "CreateKey",
        1: "CreateKeyEx",
        2: "DeleteKey",
        3: "EnumerateKey",
        4: "EnumerateValueKey",
        5: "FlushKey",
        6: "KeyHandleClose",
        7: "LoadKey",
        8: "OpenKey",
        9: "OpenKeyEx",
        10: "QueryKey",
        11: "QueryKeySecurity",
        12: "QueryMultipleValueKey",
        13: "QueryValueKey",
        14: "RenameKey",
        15: "SetInformationKey",
        16: "SetKeySecurity",
        17: "UnloadKey",
        18: "DeleteValueKey",
        19: "SetValueKeyInt",
        20: "SetValueKeyStr",
        21: "SetValueKeyDat",
    },
    "FileAccess": {
        0: "Unknown",
        1: "OpenRead",
        2: "OpenModify",
        3: "CreateRead",
        4: "CreateModify",
        5: "Delete",
        6: "DeleteDelayed",
        7: "Rename",
        8: "Truncate",
    },
    "MutantAction": {
        0: "MutantUndefined",
        1: "MutantCreate",
        2: "MutantOpen",
    },
    "EventAction": {
        0: "EventUndefined",
        1: "EventOpen",
        2: "EventOpenPair",
        3: "EventCreate",
        4: "EventCreatePair",
    },
    "Technique": {
        0: "CreateRemoteThread",
        1: "ShellTrayWindow",
        2: "QueueUserAPC",
    },
    "SuspiciousEvent": {
        0: "UnmapMainImage",
        1: "NtCreateThreadExHideFromDebugger",
        2: "NtSetInformationThreadHideFromDebugger",
        3: "NtCreateProcessOtherParentProcess",
        4: "NtCreateProcessExOtherParentProcess",
        5: "NtCreateUserProcessOtherParentProcess",
        7: "SetWindowsHookAW",
        8: "SetWindowsHookEx",
        11: "AdjustPrivilegeToken",
        12: "DeletesItself",
        13: "LoadsDroppedDLL",
        14: "ExecutesDroppedEXE",
        17: "WriteProcessMemory",
        18: "SetThreadContext",
        19: "EnumeratesProcesses",
        21: "MapViewOfSection",
        22: "LoadsDriver",
        23: "CmdExeWriteProcessMemorySpam",
    },
}

_TEXT = "text"
_BYTES = "bytes"
_NUMBER = "number"

_MESSAGES: dict[int, tuple[str, dict[int, tuple[str, str]]]] = {
    1: (
        "Process",
        {
            1: ("status", "ProcessStatus"),
            2: ("pid", _NUMBER),
            3: ("ppid", _NUMBER),
            4: ("image", _TEXT),
            5: ("command", _TEXT),
            6: ("orig", _NUMBER),
            7: ("ts", _NUMBER),
            8: ("exit_status", _NUMBER),
            9: ("procid", _NUMBER),
            10: ("parentprocid", _NUMBER),
        },
    ),
    2: (
        "Registry",
        {
            1: ("pid", _NUMBER),
            2: ("kind", "RegistryKind"),
            3: ("status", _NUMBER),
            4: ("path", _TEXT),
            5: ("valuei", _NUMBER),
            6: ("values", _TEXT),
            7: ("valued", _BYTES),
            8: ("ts", _NUMBER),
            9: ("procid", _NUMBER),
        },
    ),
    3: (
        "Suspicious",
        {
            1: ("pid", _NUMBER),
            2: ("event", "SuspiciousEvent"),
            3: ("arg1", _NUMBER),
            4: ("arg2", _NUMBER),
            5: ("ts", _NUMBER),
            6: ("procid", _NUMBER),
        },
    ),
    5: (
        "Notification",
        {
            1: ("type", _NUMBER),
            2: ("ts", _NUMBER),
        },
    ),
    6: (
        "Inject",
        {
            1: ("technique", "Technique"),
            2: ("srcpid", _NUMBER),
            3: ("dstpid", _NUMBER),
            4: ("ts", _NUMBER),
            5: ("srcprocid", _NUMBER),
            6: ("dstprocid", _NUMBER),
        },
    ),
    8: (
        "File",
        {
            1: ("pid", _NUMBER),
            2: ("kind", "FileAccess"),
            3: ("status", _NUMBER),
            4: ("id", _NUMBER),
            5: ("srcpath", _TEXT),
            6: ("dstpath", _TEXT),
            7: ("ts", _NUMBER),
            8: ("flags", _NUMBER),
            9: ("procid", _NUMBER),
        },
    ),
    9: (
        "Mutant",
        {
            1: ("pid", _NUMBER),
            2: ("action", "MutantAction"),
            3: ("status", _NUMBER),
            4: ("path", _TEXT),
            5: ("ts", _NUMBER),
            6: ("procid", _NUMBER),
        },
    ),
    10: (
        "ThreadContext",
        {
            1: ("srcpid", _NUMBER),
            2: ("dstpid", _NUMBER),
            3: ("dsttid", _NUMBER),
            4: ("ax", _NUMBER),
            5: ("bx", _NUMBER),
            6: ("cx", _NUMBER),
            7: ("dx", _NUMBER),
            8: ("sp", _NUMBER),
            9: ("bp", _NUMBER),
            10: ("si", _NUMBER),
            11: ("di", _NUMBER),
            12: ("r8", _NUMBER),
            13: ("r9", _NUMBER),
            14: ("r10", _NUMBER),
            15: ("r11", _NUMBER),
            16: ("r12", _NUMBER),
            17: ("r13", _NUMBER),
            18: ("r14", _NUMBER),
            19: ("r15", _NUMBER),
            20: ("ts", _NUMBER),
            21: ("srcprocid", _NUMBER),
            22: ("dstprocid", _NUMBER),
        },
    ),
    12: (
        "NetworkFlow",
        {
            1: ("pid", _NUMBER),
            2: ("proto", _NUMBER),
            3: ("srcip", _NUMBER),
            4: ("dstip", _NUMBER),
            5: ("srcport", _NUMBER),
            6: ("dstport", _NUMBER),
            7: ("ts", _NUMBER),
            8: ("procid", _NUMBER),
        },
    ),
    14: (
        "Whois",
        {
            1: ("arch", _NUMBER),
            2: ("os", _NUMBER),
            3: ("author", _TEXT),
            4: ("major", _NUMBER),
            5: ("minor", _NUMBER),
            6: ("build", _NUMBER),
            7: ("commit", _TEXT),
            8: ("is64bit", _NUMBER),
            9: ("features", _NUMBER),
        },
    ),
    15: (
        "Vminfo",
        {
            1: ("computer_name", _TEXT),
            2: ("volume_name", _TEXT),
            3: ("volume_serial", _NUMBER),
        },
    ),
    16: (
        "Event",
        {
            1: ("pid", _NUMBER),
            2: ("action", "EventAction"),
            3: ("status", _NUMBER),
            4: ("path", _TEXT),
            5: ("ts", _NUMBER),
            6: ("procid", _NUMBER),
        },
    ),
    105: (
        "MasterSecret",
        {
            1: ("pid", _NUMBER),
            3: ("arg0", _BYTES),
            4: ("arg1", _BYTES),
            5: ("arg2", _BYTES),
            6: ("ts", _NUMBER),
            7: ("procid", _NUMBER),
        },
    ),
    126: (
        "Debug",
        {
            1: ("ts", _NUMBER),
            2: ("pid", _NUMBER),
            3: ("key", _TEXT),
            4: ("value", _BYTES),
            5: ("procid", _NUMBER),
        },
    ),
}
"""By the id in the record's header: the message's name, and its fields by number."""

_LEFT = frozenset({100, 101, 102, 103, 127})
"""Kinds that are counted only: system calls by number, and the monitor's own log."""
_HEADER_BYTES = 4
_FILE_MARK = b"FILE"
"""What Cuckoo's result server may leave in front: two lines."""
_SNIFFED_RECORDS = 3


class Threemon:
    """threemon.pb and onemon.pb."""

    name = "threemon"

    def sniff(self, content: Content) -> bool:
        """Whether the first records are known messages with known fields only."""
        data = content.data
        body = _body(data[: 1 << 20])
        checked = 0
        for kind, message in _records(body):
            if kind in _LEFT:
                continue
            if kind not in _MESSAGES or not _is_known(kind, message):
                return False
            checked += 1
            if checked == _SNIFFED_RECORDS:
                return True
        return checked > 0 and len(body) == len(_body(data)) and not body.startswith((b"{", b"["))

    def parse(self, content: Content) -> Report:
        log = Log(self.name, "threemon", "windows")
        messages = Messages(log.draft, log.os)
        body = _body(content.data)
        seen = 0
        for kind, message in _records(body):
            seen += _HEADER_BYTES + len(message)
            if kind not in _MESSAGES or message == b"":
                log.draft.count.leave(f"threemon message {kind}")
                continue
            try:
                fields = _fields(kind, message)
            except protobuf.Broken:
                log.draft.count.unreadable("messages")
                continue
            name = _MESSAGES[kind][0]
            messages.read(name, fields, f"threemon.{name}")
        if seen == 0 or log.draft.count.carried == 0:
            raise MalformedReport("no record of it is a message of the monitor", where=self.name)
        if seen < len(body):
            log.draft.count.reasons.append("the log ends within a record: the run or the copy was cut off")
        return log.report()


def _body(data: bytes) -> bytes:
    if not data.startswith(_FILE_MARK):
        return data
    return data.split(b"\n", 2)[-1]


def _records(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole records of `body`: kind and message."""
    at = 0
    while at + _HEADER_BYTES <= len(body):
        length = int.from_bytes(body[at : at + 3], "little")
        message = body[at + _HEADER_BYTES : at + _HEADER_BYTES + length]
        if len(message) < length:
            return
        yield body[at + 3], message
        at += _HEADER_BYTES + length


def _is_known(kind: int, message: bytes) -> bool:
    try:
        return all(number in _MESSAGES[kind][1] for number, _ in protobuf.fields(message))
    except protobuf.Broken:
        return False


def _fields(kind: int, message: bytes) -> Fields:
    """The fields of `message` by name, enums as words. Raises protobuf.Broken."""
    schema = _MESSAGES[kind][1]
    found: Fields = {}
    for number, value in protobuf.fields(message):
        name, form = schema.get(number, ("", ""))
        if form == _TEXT and isinstance(value, bytes):
            found[name] = value.decode("utf-8", "replace")
        elif form == _BYTES and isinstance(value, bytes):
            found[name] = value.hex()
        elif form in _ENUMS and isinstance(value, int):
            found[name] = _ENUMS[form].get(value, str(value))
        elif form == _NUMBER and isinstance(value, int):
            found[name] = value
    return found
