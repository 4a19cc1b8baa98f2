"""drakmon.log: every line is what one plugin saw one process do."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import msgspec

from fulgurite.errors import MalformedReport
from fulgurite.importers import jsonlines, ntstatus, paths
from fulgurite.importers.calls import Call, Contact, Table
from fulgurite.importers.calls.call import Program
from fulgurite.importers.calls.plain import MAX_ARGUMENT, MAX_ARGUMENTS
from fulgurite.importers.clocks import Stamps, moment
from fulgurite.importers.drakvuf.arguments import of_api, of_line
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, Plain, entries, objects
from fulgurite.importers.techniques import techniques_in
from fulgurite.importers.values import cut, number, port, text
from fulgurite.model.events import ApiCall, FileAccess, Search
from fulgurite.model.report import Report
from fulgurite.model.sample import Sample

_DELETES = frozenset({"FileDispositionInformation", "FileDispositionInformationEx"})
_PROTOCOLS = (("tcp", "tcp"), ("udp", "udp"))


class _Ret(msgspec.Struct):
    """The few fields that pair a call with its end."""

    Plugin: Any = None
    Method: Any = None
    PID: Any = None
    TID: Any = None
    Ret: Any = None
    EventUID: Any = None


def read(data: bytes, name: str) -> Report:
    """The report in the lines `data`. Raises MalformedReport where no line can be read."""
    reader = _Log(name, _returns(data))
    for line in jsonlines.lines(data, reader.out.count):
        reader.read_line(line)
    if reader.lines == 0:
        raise MalformedReport("there is no line in it that can be read", where=name)
    return reader.report()


def _returns(data: bytes) -> dict[int, int]:
    """What calls returned that did not return 0, by the number of the call's line among all syscalls."""
    if b'"sysret"' not in data:
        return {}
    decoder = msgspec.json.Decoder(_Ret)
    threads: dict[tuple[str, str], list[tuple[int, int, _Ret]]] = {}
    seen = 0
    for line in jsonlines.split(data):
        if b'"syscall"' not in line and b'"sysret"' not in line:
            continue
        try:
            one = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        listed = threads.setdefault((str(one.PID), str(one.TID)), [])
        if one.Plugin == "syscall":
            listed.append((number(one.EventUID) or 0, seen, one))
            seen += 1
        elif one.Plugin == "sysret":
            listed.append((number(one.EventUID) or 0, -1, one))
    return {place: status for listed in threads.values() for place, status in _paired(listed)}


def _paired(listed: list[tuple[int, int, _Ret]]) -> Iterator[tuple[int, int]]:
    """The calls of one thread that failed: each end belongs to the call of its name right before it."""
    listed.sort(key=lambda one: one[0])
    for (_, place, call), (_, _, end) in pairwise(listed):
        status = number(end.Ret)
        if place >= 0 and end.Plugin == "sysret" and call.Method == end.Method and status is not None and status != 0:
            yield place, status


_TOLD_AS_CALLS = ("wmimon", "envmon", "delaymon", "clipboardmon")


class _Log:
    def __init__(self, name: str, returned: dict[int, int]) -> None:
        self.out = Gathered(name)
        self.lines = 0
        self._returned = returned
        self._calls = 0
        self._assumed: set[int] = set()
        """Processes known only by what they did: their beginning may stand further down."""
        self._stamps = Stamps()
        self._table = Table()
        self._programs: dict[int | None, Program] = {}
        self._sample: str | None = None
        self._began_ms: int | None = None
        self._readers: dict[str, Callable[[Plain], None]] = {
            "procmon": self._process,
            "inject": self._inject,
            "apimon": self._api,
            "syscall": self._syscall,
            "sysret": lambda _: self.out.count.carry(),
            "regmon": self._registry,
            "filetracer": self._file,
            "filedelete": self._deleted,
            "fileextractor": self._extracted,
            "objmon": self._object,
            "socketmon": self._socket,
            "memdump": self._memory,
            "windowmon": self._window,
            "linkmon": self._link,
            **dict.fromkeys(_TOLD_AS_CALLS, self._other),
        }

    def read_line(self, line: Any) -> None:
        """Takes up one line."""
        if not isinstance(line, dict):
            self.out.count.unreadable("lines")
            return
        self._known(line)
        plugin = text(line.get("Plugin"))
        self.lines += plugin is not None or "att&ck" in line
        if plugin is None and "att&ck" in line:
            self._finding(line)
            return
        reader = self._readers.get(plugin or "")
        if reader is None:
            self.out.count.leave(f"plugin {(plugin or 'unnamed')[:40]}")
        else:
            reader(line)

    def report(self) -> Report:
        """The report of all lines read."""
        out = self.out
        out.births()
        name = None if self._sample is None else paths.base_name(self._sample)
        began = None if self._began_ms is None else moment(self._began_ms / 1000)
        return out.report(sample=Sample(name=name), at=began)

    def _at(self, line: Plain) -> int | None:
        return self._stamps.ms(line.get("TimeStamp"))

    def _known(self, line: Plain) -> None:
        """Makes sure that the line's process is known, and notes when the log begins."""
        at_ms = self._at(line)
        if at_ms is not None and (self._began_ms is None or at_ms < self._began_ms):
            self._began_ms = at_ms
        pid = number(line.get("PID"))
        if pid is None or "RunningProcess" in line or line.get("Plugin") == "inject":
            return
        image = text(line.get("ProcessName"))
        procid = self.out.draft.procid_of(pid)
        if procid is None:
            path = None if image is None else paths.file(image)
            self._assumed.add(self.out.process(pid=pid, ppid=line.get("PPID"), image=path, existing=True))
            self.out.count.carried -= 1
        elif image is not None and self.out.draft.processes[procid - 1].image is None:
            self.out.draft.update(procid, image=paths.file(image))

    def _program(self, line: Plain) -> Program:
        pid = number(line.get("PID"))
        procid = None if pid is None else self.out.draft.procid_of(pid)
        known = self._programs.get(procid)
        if known is None:
            known = self._programs[procid] = Program(procid, pid, self.out.draft.procid_of)
        return known

    def _process(self, line: Plain) -> None:
        running = text(line.get("RunningProcess"))
        if running is not None:
            pid, ppid = number(line.get("PID")), number(line.get("PPID"))
            image = paths.file(running)
            known = None if pid is None else self.out.draft.procid_of(pid)
            if known is None:
                self.out.process(pid=pid, ppid=ppid, image=image, existing=True)
            else:
                self.out.count.carry()
                started = self.out.draft.processes[known - 1].started_ms is not None
                self.out.draft.update(known, ppid=ppid, image=image, existing=not started)
            return
        method = text(line.get("Method")) or ""
        if method in {"NtCreateUserProcess", "NtCreateProcessEx", "NtCreateProcess"} and "NewPid" in line:
            self._started(line)
        elif method in {"NtTerminateProcess", "MmCleanProcessAddressSpace"}:
            self._ended(line, method)
        else:
            self._call(line, method, of_line(line), number(line.get("Status")))

    def _started(self, line: Plain) -> None:
        if number(line.get("Status")) not in {0, None}:
            self._call(line, "NtCreateUserProcess", of_line(line), number(line.get("Status")))
            return
        image, cmd = text(line.get("ImagePathName")), text(line.get("CommandLine"))
        facts: Plain = {
            "image": None if image is None else paths.file(image.replace("\\\\", "\\")),
            "cmd": None if cmd is None else cmd.replace("\\\\", "\\"),
            "ppid": number(line.get("PID")),
            "procid_parent": self._program(line).procid,
            "started_ms": self._at(line),
        }
        pid = number(line.get("NewPid"))
        known = None if pid is None else self.out.draft.procid_of(pid)
        if known is not None and known in self._assumed:
            self._assumed.discard(known)
            self.out.count.carry()
            del facts["procid_parent"]
            self.out.draft.update(known, existing=False, **facts)
        else:
            self.out.process(pid=pid, **facts)

    def _ended(self, line: Plain, method: str) -> None:
        """A process was told to end (itself where the pid is 0), or is gone."""
        pid = number(line.get("ExitPid")) or number(line.get("PID"))
        procid = None if "ExitPid" not in line or pid is None else self.out.draft.procid_of(pid)
        if procid is None:
            self._call(line, method, of_line(line), None)
            return
        self.out.count.carry()
        if method != "NtTerminateProcess" and self.out.draft.processes[procid - 1].terminated_ms is not None:
            return
        status = ntstatus.native(number(line.get("ExitStatus")) or 0)
        self.out.draft.end_process(procid, self._at(line), status)

    def _inject(self, line: Plain) -> None:
        """The sandbox started the sample: nothing that the sample did."""
        image = text(line.get("ProcessName"))
        pid = number(line.get("InjectedPid"))
        if image is None or pid is None:
            self.out.count.leave("plugin inject")
            return
        self._sample = self._sample or image
        arguments = text(line.get("Arguments"))
        cmd = image if arguments is None else f"{image} {arguments}"
        known = self.out.draft.procid_of(pid)
        if known is None:
            self.out.process(pid=pid, image=image, cmd=cmd, started_ms=self._at(line))
        else:
            self.out.count.carry()
            self.out.draft.update(known, image=image, cmd=cmd, existing=False, started_ms=self._at(line))

    def _api(self, line: Plain) -> None:
        event = text(line.get("Event"))
        if event in {"dll_loaded", "dll_discovered"}:
            self.out.module(line.get("DllName"), self._program(line).procid, self._at(line))
            return
        method = text(line.get("Method"))
        if method is None:
            self.out.count.leave("plugin apimon")
            return
        self._call(line, method, of_api(method, line.get("Arguments")), number(line.get("ReturnValue")))

    def _syscall(self, line: Plain) -> None:
        status = self._returned.get(self._calls, 0)
        self._calls += 1
        self._call(line, text(line.get("Method")) or "", of_line(line), status)

    def _call(self, line: Plain, api: str, args: Plain, returned: int | None) -> None:
        if api == "":
            self.out.count.unreadable("lines")
            return
        program = self._program(line)
        call = Call(api, args, program, ok=returned in {None, 0, 1} or not api.startswith("Nt"), returned=returned)
        made = self._table.made(call)
        if made is None:
            self.out.count.leave(f"api {api[:80]}")
            return
        self.out.count.carry()
        at_ms = self._at(line)
        for one in made if type(made) is tuple else (made,):
            if isinstance(one, Contact):
                self.out.draft.contacts.append((one, program.procid, at_ms))
            else:
                self.out.draft.add(one, at_ms)  # type: ignore[arg-type]

    def _registry(self, line: Plain) -> None:
        method = text(line.get("Method")) or ""
        key, value = text(line.get("Key")), text(line.get("ValueName"))
        if key is None:
            self.out.count.leave("plugin regmon")
            return
        procid, at_ms = self._program(line).procid, self._at(line)
        is_value = "Value" in method
        path = paths.joined(key, value) if is_value else key
        if "Set" in method:
            self.out.key("write", path, procid, op="SetValueKeyStr", value=line.get("Value"), at_ms=at_ms)
        elif "Delete" in method:
            self.out.key("delete", path, procid, op="DeleteValueKey" if is_value else "DeleteKey", at_ms=at_ms)
        elif "Create" in method:
            self.out.key("write", path, procid, op="CreateKey", at_ms=at_ms)
        else:
            op = "QueryValueKey" if is_value else "QueryKey" if "Query" in method else "OpenKey"
            op = op if "Enumerate" not in method else "EnumerateValueKey" if is_value else "EnumerateKey"
            self.out.key("read", path, procid, op=op, at_ms=at_ms)

    def _file(self, line: Plain) -> None:
        method, operation = text(line.get("Method")) or "", text(line.get("Operation")) or ""
        name = text(line.get("FileName"))
        if name is None:
            self.out.count.leave("plugin filetracer")
            return
        procid, at_ms = self._program(line).procid, self._at(line)
        if operation in _DELETES:
            self.out.file("delete", name, procid, at_ms=at_ms)
        elif operation.startswith("FileRenameInformation"):
            self.out.moved(line.get("FileSrc") or name, line.get("FileDst"), procid, at_ms)
        elif method in {"NtCreateFile", "NtOpenFile"}:
            self._call(line, method, of_line(line), number(line.get("Status")))
        elif method in {"NtWriteFile", "NtSetInformationFile"} or operation.startswith("FileEndOfFile"):
            self.out.file("write", name, procid, op="OpenModify", at_ms=at_ms)
        else:
            self.out.file("read", name, procid, op="Unknown" if "Query" in method else "OpenRead", at_ms=at_ms)

    def _deleted(self, line: Plain) -> None:
        self.out.file("delete", line.get("FileName"), self._program(line).procid, at_ms=self._at(line))

    def _extracted(self, line: Plain) -> None:
        procid = self._program(line).procid
        size = line.get("Size")
        self.out.dropped(line.get("FileName"), size=size, origin=text(line.get("Reason")) or "written", procid=procid)

    def _object(self, line: Plain) -> None:
        name, kind = text(line.get("Name")) or text(line.get("ObjectName")), text(line.get("Type")) or ""
        if name is None or kind not in {"Mutant", "Even", "Event", "Sema", "Semaphore", "Muta"}:
            self.out.count.leave("plugin objmon")
            return
        procid, at_ms = self._program(line).procid, self._at(line)
        if kind.startswith("Mut"):
            self.out.sync("mutant", name, "MutantCreate", procid, at_ms)
        elif kind.startswith("Even"):
            self.out.sync("event", name, "EventCreate", procid, at_ms)
        else:
            self.out.sync("semaphore", name, "SemaphoreCreate", procid, at_ms)

    def _socket(self, line: Plain) -> None:
        procid = self._program(line).procid
        name = text(line.get("DnsName"))
        if name is not None:
            self.out.domain(name, procid=procid)
            return
        remote = text(line.get("RemoteIp"))
        if remote is None:
            self.out.count.leave("plugin socketmon")
            return
        told = f"{text(line.get('Protocol')) or ''} {text(line.get('Method')) or ''}".lower()
        proto = next((known for word, known in _PROTOCOLS if word in told), "ip")
        local, there = port(line.get("LocalPort")), port(line.get("RemotePort"))
        self.out.flow(proto, Ends(text(line.get("LocalIp")), local, remote, there), procid)

    def _window(self, line: Plain) -> None:
        """A window was looked for."""
        target = text(line.get("Class")) or text(line.get("Name")) or "FindWindow"
        self.out.count.carry()
        search = Search(procid=self._program(line).procid, object="window", target=target, op="FindWindow")
        self.out.draft.add(search, self._at(line))

    def _link(self, line: Plain) -> None:
        """A link to a file or folder was made."""
        told, target = text(line.get("FileName")), text(line.get("LinkTarget"))
        if told is None or target is None:
            self.out.count.leave("plugin linkmon")
            return
        self.out.count.carry()
        path, dst, procid = paths.file(told), paths.file(target), self._program(line).procid
        self.out.draft.add(
            FileAccess(procid=procid, verb="write", path=path, op="CreateModify", dst=dst), self._at(line)
        )

    def _other(self, line: Plain) -> None:
        """A plugin whose lines are calls that no event is for."""
        args = of_line(line)
        shown = tuple(
            f"{name}={cut(told, MAX_ARGUMENT)}" for name, one in args.items() if (told := text(one)) is not None
        )
        api = text(line.get("Method")) or text(line.get("Plugin")) or "unnamed"
        self.out.count.carry()
        call = ApiCall(procid=self._program(line).procid, api=cut(api, MAX_ARGUMENT), args=shown[:MAX_ARGUMENTS])
        self.out.draft.add(call, self._at(line))

    def _memory(self, line: Plain) -> None:
        self.out.dropped(
            line.get("DumpFilename"),
            kind="region",
            size=line.get("DumpSize"),
            address=line.get("DumpAddr") or line.get("DumpAddress"),
            origin=text(line.get("DumpReason")),
            procid=self._program(line).procid,
        )

    def _finding(self, line: Plain) -> None:
        """A line of ttps.json."""
        self.out.signature(line.get("name"), ttps=listed_techniques(line.get("att&ck")))
        self.out.count.leave("occurrences", len(objects(line.get("occurrences"))))


def listed_techniques(value: Any) -> list[str]:
    """The ids that `att&ck` tells: texts (`Execution::T1106`), or an object with them in it."""
    told = [*value.keys(), *value.values()] if isinstance(value, dict) else entries(value)
    return [one for each in told if isinstance(each, str) for one in techniques_in(each)]
