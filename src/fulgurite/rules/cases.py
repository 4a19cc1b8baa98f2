"""The cases that a rule file carries: small runs that its rule shall match, or shall not.

A case is a list of events, each `{kind: {field: value}}`, or `{processes: [...], events: [...]}` where it matters what
else ran. What a case does not say is filled in: process 1 is the sample, started by process 100, explorer.exe.
"""

import typing
from typing import Any

import msgspec

from fulgurite.model.events import Event, ProcessCreate
from fulgurite.model.process import Process
from fulgurite.model.report import OURS, Os, Report, Source
from fulgurite.model.sample import Sample
from fulgurite.rules.fields import KINDS
from fulgurite.rules.match import RuleSet, matched
from fulgurite.rules.rule import Case, Rule

SAMPLE = Process(
    procid=1,
    pid=1776,
    ppid=2996,
    procid_parent=100,
    image="C:\\Users\\Admin\\AppData\\Local\\Temp\\sample.exe",
    cmd='"C:\\Users\\Admin\\AppData\\Local\\Temp\\sample.exe"',
    orig=False,
)
SHELL = Process(
    procid=100,
    pid=2996,
    image="C:\\Windows\\explorer.exe",
    cmd="C:\\Windows\\Explorer.EXE",
    orig=True,
    existing=True,
)


class BadCase(Exception):
    """A case that cannot be made into a run; says why."""


def failures(rule: Rule) -> list[str]:
    """What the cases of `rule` show to be wrong with it, one line each; empty when all is well."""
    rules = RuleSet([rule])
    found: list[str] = []
    for case in rule.cases:
        if (matched(rules, report_of(case)) != ()) is not case.is_match:
            wrong = "does not match" if case.is_match else "matches, and must not"
            found.append(f"{rule.label}.yml:{case.line}: case {case.name} {wrong}")
    return found


def report_of(case: Case) -> Report:
    """The run that `case` tells of. Raises BadCase where it tells of none."""
    content = {"events": case.content} if isinstance(case.content, list) else case.content
    if not isinstance(content, dict) or not set(content) <= {"os", "processes", "events"}:
        raise BadCase("expected a list of events, or 'os', 'processes' and 'events'")
    processes = {process.procid: process for process in (SAMPLE, SHELL)}
    for fields in _objects(content.get("processes", [])):
        process = _converted(fields, Process, {"procid", *_names(Process)})
        processes[process.procid] = process
    events = [_event(one, processes) for one in _objects(content.get("events", []))]
    os = content.get("os", "windows")
    if os not in typing.get_args(Os):
        raise BadCase(f"no system: {os!r}")
    return Report(
        source=Source(name=OURS),
        sample=Sample(),
        os=os,
        processes=tuple(processes.values()),
        events=tuple(events),
    )


def _objects(raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise BadCase("expected a list of objects")
    return raw


def _names(kind: type[Any]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(kind)}


def _converted(fields: dict[str, Any], kind: Any, names: set[str]) -> Any:
    unknown = sorted(set(fields) - names)
    if unknown:
        raise BadCase(f"no such field: {', '.join(unknown)}")
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise BadCase(str(error)) from error


def _event(one: dict[str, Any], processes: dict[int, Process]) -> Event:
    """The event of one entry. A creation may tell the facts of its process, which then is a new one."""
    if len(one) != 1:
        raise BadCase("an event is one kind with its fields")
    ((word, told),) = one.items()
    kind = KINDS.get(word)
    if kind is None:
        raise BadCase(f"no kind of event: {word!r}")
    fields = {} if told is None else told
    if not isinstance(fields, dict):
        raise BadCase(f"expected the fields of {word}")
    if kind is ProcessCreate:
        return _creation(fields, processes)
    return typing.cast("Event", _converted({**_filled(kind), "procid": 1, **fields}, kind, _names(kind)))


def _creation(fields: dict[str, Any], processes: dict[int, Process]) -> ProcessCreate:
    of_process = _names(Process) - {"procid"}
    procid = fields.get("procid", max(set(processes) - {SHELL.procid}) + 1)
    facts = {"procid": procid, "pid": 1000, "procid_parent": 1}
    told = {name: value for name, value in fields.items() if name in of_process}
    process = _converted({**facts, **told}, Process, _names(Process))
    processes[process.procid] = process
    rest = {name: value for name, value in fields.items() if name not in of_process}
    created = _converted({**rest, "procid": procid}, ProcessCreate, _names(ProcessCreate))
    return typing.cast("ProcessCreate", created)


def _filled(kind: type[Event]) -> dict[str, Any]:
    """Values for the fields that an event must have."""
    filled: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.required:
            words = typing.get_args(field.type) if typing.get_origin(field.type) is typing.Literal else ()
            filled[field.encode_name] = words[0] if words else {int: 1, str: ""}.get(field.type, {})
    return filled
