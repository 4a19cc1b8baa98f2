"""Events of Sysmon and of the Security log, joined by ProcessGuid where there is one."""

from collections.abc import Callable
from typing import Any

from fulgurite.importers import ntstatus, paths
from fulgurite.importers.clocks import Stamps, moment
from fulgurite.importers.eventlog.records import Record
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, Plain
from fulgurite.importers.techniques import techniques_in
from fulgurite.importers.values import number, port, text
from fulgurite.model.events import Injection, RegistryAccess, Suspicious, Task
from fulgurite.model.report import Report
from fulgurite.model.sample import Sample

_WRITES = 0x2 | 0x4
_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp"}
_NOTHING = "{00000000-0000-0000-0000-000000000000}"
_KEYS: dict[str, tuple[Any, str]] = {
    "CreateKey": ("write", "CreateKey"),
    "DeleteKey": ("delete", "DeleteKey"),
    "DeleteValue": ("delete", "DeleteValueKey"),
    "CreateValue": ("write", "SetValueKeyStr"),
}


class Log:
    """Reads the events of one log in order."""

    def __init__(self, out: Gathered) -> None:
        self.out = out
        self.events = 0
        self._stamps = Stamps()
        self._guids: dict[str, int] = {}
        self._guid_of: dict[int, str] = {}
        self._first: Any = None
        self._readers = self._by_number()

    def take(self, record: Record) -> None:
        """Takes up one event."""
        self.events += 1
        if self._first is None:
            self._first = record.at
        rule = text(record.data.get("RuleName"))
        if rule is not None and "technique_id=" in rule:
            self.out.ttps.update(techniques_in(rule))
        reader = self._readers.get((record.log, record.number))
        if reader is None:
            self.out.count.leave(f"{record.log[:60]} event {record.number}")
        else:
            reader(record.data, self._stamps.ms(record.at))

    def report(self) -> Report:
        """The report of all events taken up."""
        self.out.births()
        return self.out.report(sample=Sample(), at=moment(self._first))

    def _by_number(self) -> dict[tuple[str, int], Callable[[Plain, int | None], None]]:
        sysmon: dict[int, Callable[[Plain, int | None], None]] = {
            1: self._created,
            2: self._file("write", "OpenModify"),
            3: self._connected,
            5: self._ended,
            6: lambda data, at: self.out.module(data.get("ImageLoaded"), None, at),
            7: lambda data, at: self.out.module(data.get("ImageLoaded"), self._actor(data), at),
            8: self._thread,
            9: self._act("RawAccessRead", "Device"),
            10: self._opened,
            11: self._file("write", "CreateModify"),
            12: self._key,
            13: self._value,
            14: self._renamed,
            15: self._file("write", "CreateModify"),
            17: self._pipe("PipeCreate"),
            18: self._pipe("PipeOpen"),
            22: self._asked,
            23: self._file("delete", "Delete"),
            25: self._act("ProcessTampering", "Type"),
            26: self._file("delete", "Delete"),
            27: self._file("write", "CreateModify"),
            28: self._file("delete", "Delete"),
            29: self._file("write", "CreateModify"),
        }
        security: dict[int, Callable[[Plain, int | None], None]] = {
            4688: self._created_by_audit,
            4689: self._ended_by_audit,
            4656: self._object,
            4663: self._object,
            4657: self._value_by_audit,
            4697: self._service,
            4698: self._task,
            5156: self._allowed,
            5157: self._allowed,
        }
        found = {("sysmon", key): reader for key, reader in sysmon.items()}
        found.update({("security", key): reader for key, reader in security.items()})
        found[("system", 7045)] = self._service
        return found

    def _process(self, guid: Any, pid: Any, image: Any) -> int | None:
        """The process of `guid`, or else of `pid`; one that is met for the first time was there before."""
        key, told = _guid(guid), number(pid)
        if key is not None and key in self._guids:
            return self._guids[key]
        known = None if told is None else self.out.draft.procid_of(told)
        if known is not None and (key is None or known not in self._guid_of):
            self._name(known, key)
            if self.out.draft.processes[known - 1].image is None and text(image) is not None:
                self.out.draft.update(known, image=paths.file(text(image) or ""))
            return known
        if key is None and told is None:
            return None
        path = text(image)
        procid = self.out.process(pid=told, image=None if path is None else paths.file(path), existing=True)
        self.out.count.carried -= 1
        self._name(procid, key)
        return procid

    def _name(self, procid: int, key: str | None) -> None:
        if key is not None:
            self._guids[key] = procid
            self._guid_of[procid] = key

    def _actor(self, data: Plain) -> int | None:
        guid = data.get("ProcessGuid") or data.get("ProcessGUID")
        return self._process(guid, data.get("ProcessId"), data.get("Image"))

    def _created(self, data: Plain, at_ms: int | None) -> None:
        parent = self._process(data.get("ParentProcessGuid"), data.get("ParentProcessId"), data.get("ParentImage"))
        if parent is not None and self.out.draft.processes[parent - 1].cmd is None:
            self.out.draft.update(parent, cmd=text(data.get("ParentCommandLine")))
        self._born(data, parent, at_ms)

    def _created_by_audit(self, data: Plain, at_ms: int | None) -> None:
        parent = self._process(None, data.get("ProcessId"), data.get("ParentProcessName"))
        facts = {
            "ProcessId": data.get("NewProcessId"),
            "ParentProcessId": data.get("ProcessId"),
            "Image": data.get("NewProcessName"),
            "CommandLine": data.get("CommandLine"),
        }
        self._born(facts, parent, at_ms)

    def _born(self, data: Plain, parent: int | None, at_ms: int | None) -> None:
        """A process came up. Both logs tell of the same one, in either order."""
        guid, pid, ppid = data.get("ProcessGuid"), data.get("ProcessId"), data.get("ParentProcessId")
        image, cmd = data.get("Image"), data.get("CommandLine")
        key, told = _guid(guid), number(pid)
        path, line = text(image), text(cmd)
        known = self._guids.get(key) if key is not None else None
        if known is None and told is not None:
            known = self._same(told, key, path)
        if known is None:
            known = self.out.process(pid=told, image=None if path is None else paths.file(path), cmd=line)
        else:
            self.out.count.carry()
        self._name(known, key)
        old = self.out.draft.processes[known - 1]
        above = parent if parent is not None and parent < known else old.procid_parent
        self.out.draft.update(
            known,
            existing=False,
            cmd=line or old.cmd,
            ppid=number(ppid) if old.ppid is None else old.ppid,
            procid_parent=above,
            started_ms=at_ms if old.started_ms is None else old.started_ms,
        )

    def _same(self, pid: int, key: str | None, path: str | None) -> int | None:
        """The process of `pid` that the other log told of: of the same program, and without a guid of its own."""
        found = self.out.draft.procid_of(pid)
        if found is None or (key is not None and found in self._guid_of):
            return None
        old = self.out.draft.processes[found - 1]
        is_alike = (
            path is None or old.image is None or paths.base_name(old.image).lower() == paths.base_name(path).lower()
        )
        return found if is_alike and old.terminated_ms is None else None

    def _ended(self, data: Plain, at_ms: int | None) -> None:
        self._end(self._actor(data), at_ms, 0)

    def _ended_by_audit(self, data: Plain, at_ms: int | None) -> None:
        status = ntstatus.native(number(data.get("Status")) or 0)
        self._end(self._process(None, data.get("ProcessId"), data.get("ProcessName")), at_ms, status)

    def _end(self, procid: int | None, at_ms: int | None, status: int) -> None:
        self.out.count.carry()
        if procid is not None and self.out.draft.processes[procid - 1].terminated_ms is None:
            self.out.draft.end_process(procid, at_ms, status)

    def _file(self, verb: Any, op: str) -> Callable[[Plain, int | None], None]:
        def read(data: Plain, at_ms: int | None) -> None:
            self.out.file(verb, data.get("TargetFilename"), self._actor(data), op=op, at_ms=at_ms)

        return read

    def _act(self, act: str, detail: str) -> Callable[[Plain, int | None], None]:
        def read(data: Plain, at_ms: int | None) -> None:
            self.out.count.carry()
            self.out.draft.add(Suspicious(procid=self._actor(data), act=act, detail=text(data.get(detail))), at_ms)

        return read

    def _pipe(self, op: str) -> Callable[[Plain, int | None], None]:
        def read(data: Plain, at_ms: int | None) -> None:
            self.out.sync("pipe", data.get("PipeName"), op, self._actor(data), at_ms)

        return read

    def _pair(self, data: Plain) -> tuple[int | None, int | None]:
        source = data.get("SourceProcessGuid") or data.get("SourceProcessGUID")
        target = data.get("TargetProcessGuid") or data.get("TargetProcessGUID")
        return (
            self._process(source, data.get("SourceProcessId"), data.get("SourceImage")),
            self._process(target, data.get("TargetProcessId"), data.get("TargetImage")),
        )

    def _thread(self, data: Plain, at_ms: int | None) -> None:
        self.out.count.carry()
        actor, target = self._pair(data)
        address = number(data.get("StartAddress"))
        self.out.draft.add(
            Injection(procid=actor, op="CreateRemoteThread", procid_target=target, address=address), at_ms
        )

    def _opened(self, data: Plain, at_ms: int | None) -> None:
        self.out.count.carry()
        actor, target = self._pair(data)
        access = text(data.get("GrantedAccess"))
        detail = None if access is None else f"access {access}"
        self.out.draft.add(Suspicious(procid=actor, act="OpenProcess", detail=detail, procid_target=target), at_ms)

    def _key(self, data: Plain, at_ms: int | None) -> None:
        verb, op = _KEYS.get(text(data.get("EventType")) or "", ("write", "CreateKey"))
        self.out.key(verb, data.get("TargetObject"), self._actor(data), op=op, at_ms=at_ms)

    def _value(self, data: Plain, at_ms: int | None) -> None:
        told = text(data.get("Details"))
        op = "SetValueKeyInt" if told is not None and "WORD (0x" in told else "SetValueKeyStr"
        op = "SetValueKeyDat" if told == "Binary Data" else op
        self.out.key("write", data.get("TargetObject"), self._actor(data), op=op, value=told, at_ms=at_ms)

    def _renamed(self, data: Plain, at_ms: int | None) -> None:
        new = text(data.get("NewName"))
        self.out.key("write", data.get("TargetObject"), self._actor(data), op="RenameKey", value=new, at_ms=at_ms)

    def _connected(self, data: Plain, _at_ms: int | None) -> None:
        source = _side(data, "SourceIp", "SourcePort")
        target = _side(data, "DestinationIp", "DestinationPort")
        proto = (text(data.get("Protocol")) or "tcp").lower()
        is_out = (text(data.get("Initiated")) or "true").lower() != "false"
        number_of = self._flow(proto, source, target, self._actor(data), is_out=is_out)
        name = text(data.get("DestinationHostname")) if is_out else None
        if number_of is not None and name not in {None, "-"}:
            self.out.flows.update(number_of, domain=name)

    def _allowed(self, data: Plain, _at_ms: int | None) -> None:
        pid = data.get("ProcessID") or data.get("ProcessId")
        actor = self._process(None, pid, data.get("Application"))
        proto = _PROTOCOLS.get(number(data.get("Protocol")) or 0, "ip")
        source, target = _side(data, "SourceAddress", "SourcePort"), _side(data, "DestAddress", "DestPort")
        is_out = text(data.get("Direction")) not in {"%%14592", "Inbound"}
        self._flow(proto, source, target, actor, is_out=is_out)

    def _flow(
        self,
        proto: str,
        source: tuple[str | None, int | None],
        target: tuple[str | None, int | None],
        actor: int | None,
        *,
        is_out: bool,
    ) -> int | None:
        """A flow, seen from the process: what it took in came from the source."""
        near, far = (source, target) if is_out else (target, source)
        if far[0] is None:
            self.out.count.leave("connections without a host")
            return None
        return self.out.flow(proto, Ends(near[0], near[1], far[0], far[1]), actor)

    def _asked(self, data: Plain, _at_ms: int | None) -> None:
        results = (text(data.get("QueryResults")) or "").split(";")
        answers = [one.strip().removeprefix("::ffff:") for one in results]
        known = [one for one in answers if one not in {"", "-"} and not one.startswith("type:")]
        named = [one.split()[-1] for one in answers if one.startswith("type:") and len(one.split()) > 2]  # noqa: PLR2004 - type, number, name
        self.out.domain(data.get("QueryName"), [*named, *known], procid=self._actor(data))

    def _object(self, data: Plain, at_ms: int | None) -> None:
        """A handle was asked for, or used: on files and keys worth telling."""
        kind = text(data.get("ObjectType"))
        actor = self._process(None, data.get("ProcessId"), data.get("ProcessName"))
        writes = (number(data.get("AccessMask")) or 0) & _WRITES != 0
        if kind == "File":
            op = "OpenModify" if writes else "OpenRead"
            self.out.file("write" if writes else "read", data.get("ObjectName"), actor, op=op, at_ms=at_ms)
        elif kind == "Key":
            self.out.key("read", data.get("ObjectName"), actor, op="OpenKey", at_ms=at_ms)
        else:
            self.out.count.leave(f"objects of type {(kind or 'none')[:40]}")

    def _value_by_audit(self, data: Plain, at_ms: int | None) -> None:
        actor = self._process(None, data.get("ProcessId"), data.get("ProcessName"))
        key = text(data.get("ObjectName"))
        if key is None:
            self.out.count.unreadable("events")
            return
        path = paths.registry(paths.joined(key, text(data.get("ObjectValueName"))))
        self.out.count.carry()
        event = RegistryAccess(
            procid=actor, verb="write", path=path, op="SetValueKeyStr", value=text(data.get("NewValue"))
        )
        self.out.draft.add(event, at_ms)

    def _service(self, data: Plain, _at_ms: int | None) -> None:
        self.out.service("Create", data.get("ServiceName"), path=data.get("ServiceFileName") or data.get("ImagePath"))

    def _task(self, data: Plain, at_ms: int | None) -> None:
        name = text(data.get("TaskName"))
        self.out.count.carry()
        self.out.draft.add(Task(op="Register", name=name or "unnamed"), at_ms)


def _guid(value: Any) -> str | None:
    """A guid without its braces, in upper case; None for none and for all zeros."""
    told = text(value)
    if told is None or told == _NOTHING or len(told) > len(_NOTHING):
        return None
    return told.strip("{}").upper()


def _side(data: Plain, host: str, number_of: str) -> tuple[str | None, int | None]:
    address = text(data.get(host))
    return (None if address in {"-", "0:0:0:0:0:0:0:0"} else address), port(data.get(number_of))
