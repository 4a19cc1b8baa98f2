"""Entry points: what each of them called and touched, in order."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fulgurite.importers import lenient, ntstatus, paths
from fulgurite.importers.calls import Call, Contact
from fulgurite.importers.calls.call import Program, Row
from fulgurite.importers.calls.plain import MAX_ARGUMENT, MAX_ARGUMENTS, api_call
from fulgurite.importers.calls.table import LONGEST_NAME, nothing, row_of, spellings
from fulgurite.importers.draft import Draft
from fulgurite.importers.speakeasy.parameters import PARAMETERS, named, spelt
from fulgurite.importers.speakeasy.shapes import ApiUse, EntryPoint, Names, Seen
from fulgurite.importers.speakeasy.web import Web
from fulgurite.importers.values import cut, number, text, texts
from fulgurite.model.events import ApiCall, FileAccess, Injection, Memory, ModuleLoad, RegistryAccess
from fulgurite.model.process import Process

_FILES = {
    "create": ("write", "CreateModify"),
    "open": ("read", "OpenRead"),
    "read": ("read", "OpenRead"),
    "write": ("write", "OpenModify"),
}
_KEYS = {
    "open_key": ("read", "OpenKey"),
    "create_key": ("write", "CreateKey"),
    "read_value": ("read", "QueryValueKey"),
    "write_value": ("write", "Unknown"),
    "delete_key": ("delete", "DeleteKey"),
    "delete_value": ("delete", "DeleteValueKey"),
    "list_subkeys": ("read", "EnumerateKey"),
}
_MADE_BY_OPENING = ("CREATE_ALWAYS", "CREATE_NEW", "OPEN_ALWAYS", "TRUNCATE_EXISTING")
_WRITING = ("GENERIC_WRITE", "GENERIC_ALL", "FILE_WRITE_DATA", "FILE_APPEND_DATA")

_Known = tuple[Row, tuple[str, ...] | None]
"""The row of an API, and the names of its arguments where the row asks for any."""


class Points:
    """Reads the entry points of one report."""

    def __init__(self, draft: Draft, web: Web, sample: Process) -> None:
        self.draft = draft
        self._web = web
        self._procid = draft.add_process(sample)
        self._rows: dict[str, _Known] = {}
        self._untold: dict[str, int] = {}
        """How often calls were met that tell nothing, by name."""
        self._readers = self._by_prefix()
        self._programs: dict[int | None, Program] = {None: Program(self._procid, None, draft.procid_of)}

    def read(self, point: EntryPoint) -> None:
        """Takes up one entry point."""
        draft = self.draft
        draft.start_block()
        program = self._programs[None]
        untold = self._untold
        for use in point.apis:
            if use.api_name in untold:
                untold[use.api_name] += 1
            else:
                self._read_use(use, program)
        self._read_lists(point)
        for seen in lenient.many(point.events, Seen, "events", draft.count):
            self._read_seen(seen)
        for api, times in untold.items():
            draft.count.leave(f"api {api[:80]}", times)
        untold.clear()
        for name in ("handled_exceptions", "mem_access", "sym_accesses", "memory", "coverage"):
            draft.count.leave(name, lenient.size(getattr(point, name)))
        self._read_error(point)

    def _read_lists(self, point: EntryPoint) -> None:
        """The lists of 1.x; most entries repeat a call."""
        draft = self.draft
        draft.cover()
        for seen in lenient.many(point.file_access, Seen, "file_access", draft.count):
            self._file(seen, str(seen.event))
        for seen in lenient.many(point.registry_access, Seen, "registry_access", draft.count):
            self._key(seen, str(seen.event))
        for seen in lenient.many(point.process_events, Seen, "process_events", draft.count):
            self._process(seen, str(seen.event))
        names = lenient.one(point.network_events, Names, "network_events", draft.count) or Names()
        for seen in lenient.many(names.dns, Seen, "dns", draft.count):
            self._web.name(seen, self._procid)
        for seen in lenient.many(names.traffic, Seen, "traffic", draft.count):
            self._web.traffic(seen, self._procid)

    def _read_use(self, use: ApiUse | Seen, program: Program) -> None:
        api = use.api_name
        if type(api) is not str:
            self.draft.count.unreadable("apis")
            return
        known = self._rows.get(api)
        if known is None:
            known = self._rows[api] = _known(api[-LONGEST_NAME:])
        row = known[0]
        made = None if row is nothing else self._made(api, use, program, known)
        if made is None:
            self._leave(api, row)
            return
        self.draft.count.carry()
        for one in made if type(made) is tuple else (made,):
            if isinstance(one, Contact):
                self.draft.contacts.append((one, program.procid, None))
            else:
                self.draft.add(one)

    def _leave(self, api: str, row: Row) -> None:
        """Counts a call that tells nothing; one whose row is `nothing` tells nothing whatever it was given."""
        if row is nothing:
            self._untold[api] = self._untold.get(api, 0) + 1
        else:
            self.draft.count.leave(f"api {api[:80]}")

    def _made(self, api: str, use: ApiUse | Seen, program: Program, known: _Known) -> Any:
        (row, names), returned = known, use.ret_val
        args = self._arguments(use.args)
        if row is api_call:
            shown = tuple(told for one in args[:MAX_ARGUMENTS] if (told := _shown(one)) is not None)
            return ApiCall(procid=program.procid, api=api, args=shown, ret=_shown(returned))
        given = {} if names is None else named(names, args)
        return row(Call(api, given, program, ok=_succeeded(api, returned), returned=returned))

    def _arguments(self, raw: lenient.Raw) -> list[Any]:
        found = lenient.anything(raw)
        if not isinstance(found, list):
            if not lenient.is_null(raw):
                self.draft.count.unreadable("args")
            return []
        return found

    def _read_seen(self, seen: Seen) -> None:
        """One event of the later versions."""
        name = str(seen.event)
        if name == "api":
            self._read_use(seen, self._program(seen))
            return
        for prefix, read in self._readers.items():
            if name.startswith(prefix):
                read(seen, name.removeprefix(prefix))
                return
        self.draft.count.leave(f"event {name[:40]}")

    def _by_prefix(self) -> dict[str, Callable[[Seen, str], None]]:
        return {
            "file_": self._file,
            "reg_": self._key,
            "process_": self._process,
            "mem_": self._memory,
            "module_load": self._module,
            "thread_inject": self._injected,
            "net_dns": lambda seen, _: self._web.name(seen, self._program(seen).procid),
            "net_http": lambda seen, _: self._web.request(seen, self._program(seen).procid),
            "net_traffic": lambda seen, _: self._web.traffic(seen, self._program(seen).procid),
        }

    def _program(self, seen: Seen) -> Program:
        """The process that an event is of: the sample's own is the first pid met."""
        pid = None if seen.pos is None else number(seen.pos.pid)
        known = self._programs.get(pid)
        if known is None:
            procid = self.draft.procid_of(pid) if pid is not None else None
            if procid is None:
                procid = self._procid
                self.draft.name_pid(procid, pid)
            known = self._programs[pid] = Program(procid, pid, self.draft.procid_of)
        return known

    def _file(self, seen: Seen, deed: str) -> None:
        path = text(seen.path)
        if deed not in _FILES or path is None:
            self.draft.count.leave(f"file_access {deed[:40]}")
            return
        self.draft.count.carry()
        verb, op = _FILES[deed]
        if deed == "open" and any(flag in _MADE_BY_OPENING for flag in texts(seen.open_flags)):
            verb, op = "write", "CreateModify"
        elif deed == "open" and any(flag in _WRITING for flag in texts(seen.access_flags)):
            verb, op = "write", "OpenModify"
        place = paths.file(path)
        if not self.draft.is_covered("file", verb, place):
            self.draft.add(
                FileAccess(procid=self._program(seen).procid, verb=verb, path=place, op=op, status=0)  # type: ignore[arg-type]
            )

    def _key(self, seen: Seen, deed: str) -> None:
        path = text(seen.path) or text(seen.key_path)
        if deed not in _KEYS or path is None:
            self.draft.count.leave(f"registry_access {deed[:40]}")
            return
        self.draft.count.carry()
        verb, op = _KEYS[deed]
        name = text(seen.value_name) if "value" in deed else None
        place = paths.joined(paths.registry(path), name)
        if not self.draft.is_covered("registry", verb, place):
            self.draft.add(RegistryAccess(procid=self._program(seen).procid, verb=verb, path=place, op=op))  # type: ignore[arg-type]

    def _process(self, seen: Seen, deed: str) -> None:
        if deed == "thread_inject":
            self._injected(seen, deed)
            return
        if deed.startswith("mem_"):
            self._memory(seen, deed.removeprefix("mem_"))
            return
        if deed != "create":
            self.draft.count.leave(f"process_events {deed[:40]}")
            return
        self.draft.count.carry()
        parent = self._program(seen).procid
        pid = number(seen.pid)
        self.draft.add_process(
            Process(procid=0, pid=pid, procid_parent=parent, image=text(seen.path), cmd=text(seen.cmdline))
        )
        self.draft.add_births()

    def _memory(self, seen: Seen, deed: str) -> None:
        """Memory that may be written and run, or is another process's; all else is told by the thousand."""
        told = text(seen.protect) or text(seen.prot) or ""
        procid, target = self._program(seen).procid, self._target(seen)
        is_run = "rwx" in told or "EXECUTE_READWRITE" in told
        where: dict[str, Any] = {"address": _unsigned(seen.base), "size_bytes": _unsigned(seen.size)}
        if deed == "write" and target is not None:
            self.draft.add(Injection(procid=procid, op="WriteProcessMemory", procid_target=target, **where))
        elif is_run or (target is not None and deed in {"alloc", "protect"}):
            held = "rwx" if is_run else "rw-"
            self.draft.add(Memory(procid=procid, op=f"mem_{deed}", protection=held, procid_target=target, **where))
        else:
            self.draft.count.leave(f"event mem_{deed[:40]}")
            return
        self.draft.count.carry()

    def _target(self, seen: Seen) -> int | None:
        """The other process that an event is about; None where it is the one that acts, or not known."""
        pid = number(seen.pid)
        target = None if pid is None else self.draft.procid_of(pid)
        return None if target == self._program(seen).procid else target

    def _module(self, seen: Seen, _deed: str) -> None:
        path = text(seen.path) or text(seen.name)
        self.draft.count.carry()
        if path is not None and not self.draft.is_covered("module", "", paths.file(path)):
            self.draft.add(ModuleLoad(procid=self._program(seen).procid, path=paths.file(path), status=0))

    def _injected(self, seen: Seen, _deed: str) -> None:
        self.draft.count.carry()
        target = self._target(seen)
        if target is not None:
            self.draft.update(target, injected=True)
        self.draft.add(Injection(procid=self._program(seen).procid, op="CreateRemoteThread", procid_target=target))

    def _read_error(self, point: EntryPoint) -> None:
        error = point.error
        if not isinstance(error, dict) or error == {}:
            return
        what = text(error.get("api_name")) or text(error.get("last_api")) or text(error.get("instr"))
        told = cut(text(error.get("type")) or "an error", MAX_ARGUMENT)
        where = cut(text(point.ep_type) or "an entry point", MAX_ARGUMENT)
        reason = f"{where} ended early: {told}" + ("" if what is None else f" ({cut(what, MAX_ARGUMENT)})")
        self.draft.count.reasons.append(reason)


def _shown(argument: Any) -> str | None:
    """An argument as text, in bounds."""
    if type(argument) is str and 0 < len(argument) <= MAX_ARGUMENT:
        return argument
    told = spelt(argument)
    return None if told is None else cut(told, MAX_ARGUMENT)


@lru_cache(4096)
def _known(api: str) -> _Known:
    names = next((PARAMETERS[name] for name in spellings(api) if name in PARAMETERS), None)
    return row_of(api), names


def _unsigned(value: Any) -> int | None:
    found = number(value)
    return found if found is None or found >= 0 else None


def _succeeded(api: str, returned: Any) -> bool:
    """Whether the call did what was asked: by what it returned, which for opened files tells failure by -1."""
    value = number(returned)
    if value is None or api.rpartition(".")[2].startswith("Reg"):
        return True
    return ntstatus.native(value) not in {0, 0xFFFFFFFF}
