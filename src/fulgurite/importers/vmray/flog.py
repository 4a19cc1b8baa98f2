"""flog.xml: a flat stream of calls, with the processes that made them."""

import re
from datetime import UTC, datetime
from typing import Any

from fulgurite.importers import markup
from fulgurite.importers.calls import Call, Contact, Table
from fulgurite.importers.calls.call import Program
from fulgurite.importers.gathering import Gathered
from fulgurite.importers.markup import Element
from fulgurite.importers.values import number, text
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_WHOLE = frozenset({"monitor_process", "unmonitor_process", "monitor_thread", "unmonitor_thread", "fncall", "fnret"})
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}) (\d{1,2}):(\d{2}):(\d{2})", re.ASCII)
_RETURN = "ret_val"
MAX_TEXT = 65_536
"""Characters of one argument."""


def read(data: bytes, name: str) -> Report:
    """The report in the log `data`. Raises MalformedReport where it is no XML that can be read."""
    log = _Log(name)
    markup.read(data, _WHOLE, log.take, name)
    return log.report()


class _Log:
    def __init__(self, name: str) -> None:
        self.out = Gathered(name)
        self._root: dict[str, str] = {}
        self._table = Table()
        self._procids: dict[str, int] = {}
        self._programs: dict[str, Program] = {}

    def take(self, one: Element) -> None:
        """Takes up one element of the stream."""
        if one.name == "monitor_process":
            self._process(one)
        elif one.name == "unmonitor_process":
            self._ended(one)
        elif one.name == "fncall":
            self._call(one)
        elif one.name in _WHOLE:
            self.out.count.leave(one.name)
        else:
            self._root = one.attributes

    def report(self) -> Report:
        """The report of all elements taken up."""
        self.out.births()
        first = next(iter(self.out.draft.processes), None)
        name = None if first is None or first.image is None else first.image.rpartition("\\")[2]
        return self.out.report(
            sample=Sample(name=name or None),
            source=Source(
                name=self.out.name,
                version=text(self._root.get("log_version")),
                engine=text(self._root.get("analyzer_version")),
            ),
            at=_moment(self._root.get("analysis_date", "")),
            zero=0,
        )

    def _process(self, one: Element) -> None:
        told = one.attributes
        key = told.get("process_id", "")
        procid = self.out.process(
            pid=told.get("os_pid"),
            ppid=told.get("os_parent_pid"),
            procid_parent=self._procids.get(told.get("parent_id", "")),
            image=_text(told.get("filename")) or _text(told.get("image_name")),
            cmd=_text(told.get("cmd_line")),
            injected="inject" in told.get("monitor_reason", ""),
            started_ms=_ms(told.get("ts")),
        )
        self._procids[key] = procid
        pid = self.out.draft.processes[procid - 1].pid
        self._programs[key] = Program(procid, pid, self.out.draft.procid_of)

    def _ended(self, one: Element) -> None:
        procid = self._procids.get(one.attributes.get("process_id", ""))
        if procid is None:
            self.out.count.leave(one.name)
            return
        self.out.count.carry()
        self.out.draft.update(procid, terminated_ms=_ms(one.attributes.get("ts")))

    def _program(self, key: str) -> Program:
        known = self._programs.get(key)
        if known is None:
            known = self._programs[key] = Program(self._procids.get(key), None, self.out.draft.procid_of)
        return known

    def _call(self, one: Element) -> None:
        api = one.attributes.get("name", "")
        if api == "":
            self.out.count.unreadable("fncall")
            return
        args = _arguments(one)
        returned = args.pop(_RETURN, None)
        program = self._program(one.attributes.get("process_id", ""))
        value = number(returned)
        api = api.removeprefix("sys_")
        made = self._table.made(Call(api, args, program, ok=_succeeded(api, value), returned=returned))
        if made is None:
            self.out.count.leave(f"api {api[:80]}")
            return
        self.out.count.carry()
        at_ms = _ms(one.attributes.get("ts"))
        for event in made if type(made) is tuple else (made,):
            if isinstance(event, Contact):
                self.out.draft.contacts.append((event, program.procid, at_ms))
            else:
                self.out.draft.add(event, at_ms)  # type: ignore[arg-type]


_TEXTS = frozenset({"lpSubKey", "lpCommandLine", "lpszUrl", "lpszVerb", "lpszObjectName", "pwszVerb", "pwszObjectName"})


def _arguments(one: Element) -> dict[str, Any]:
    """The arguments by name; those that come out stand for pointers that went in."""
    args: dict[str, Any] = {}
    for child in one.children:
        for parameter in child.children:
            key = parameter.attributes.get("name", "")
            if key != "" and (child.name == "in" or key not in args or _is_pointer(args[key])):
                args[key] = _value(parameter)
    return {name: value for name, value in args.items() if not (_is_text(name) and _is_pointer(value))}


def _is_text(name: str) -> bool:
    """Whether the argument `name` is text: where only its address is told, it tells nothing."""
    return name.endswith("Name") or name in _TEXTS


def _succeeded(api: str, value: int | None) -> bool:
    """Whether the call did what was asked: native calls return 0, others anything but nothing and -1."""
    if value is None:
        return True
    return value == 0 if api.startswith(("Nt", "Zw", "Reg")) else value not in {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}


def _value(parameter: Element) -> str | None:
    """The argument: what it points to, where the log tells that, else its value."""
    for inner in parameter.children:
        behind = inner.attributes.get("value")
        if inner.name == "deref" and behind not in {None, ""}:
            return _text(behind)
    return _text(parameter.attributes.get("value"))


def _is_pointer(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("0x")


def _text(value: str | None) -> str | None:
    """A text of the log: its backslashes are doubled, and quotes stand round it."""
    if value is None or value == "":
        return None
    plain = value[:MAX_TEXT].replace("\\\\", "\\").replace('\\"', '"')
    is_quoted = len(plain) > 1 and plain.startswith('"') and plain.endswith('"') and plain.count('"') == 2  # noqa: PLR2004
    return plain[1:-1] or None if is_quoted else plain


def _ms(value: str | None) -> int | None:
    found = number(value)
    return found if found is not None and 0 <= found < 2**53 else None


def _moment(told: str) -> datetime | None:
    """`24.09.2024 18:10:23.406`, taken as UTC."""
    found = _DATE.match(told)
    if found is None:
        return None
    day, month, year, hour, minute, second = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
