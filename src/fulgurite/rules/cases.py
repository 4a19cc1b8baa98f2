"""The cases that a rule file carries: small runs that its rule shall match, or shall not.

A case is a list of events, each `{kind: {field: value}}`, or `{processes: [...], events: [...]}` where it matters what
else ran. What a case does not say is filled in: process 1 is the sample, started by process 100, the guest's shell.
"""

import functools
import typing
from collections.abc import Iterable
from typing import Any

import msgspec

from fulgurite.model.artifact import Artifact
from fulgurite.model.config import MalwareConfig
from fulgurite.model.events import Event, ProcessCreate
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.report import OURS, Os, Report, Source
from fulgurite.model.sample import Sample
from fulgurite.model.static import StaticFacts
from fulgurite.rules.conditions import refs
from fulgurite.rules.fields import EVENT_KINDS, KINDS
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
_UNIX_SAMPLE = msgspec.structs.replace(SAMPLE, image="/tmp/sample", cmd=("/tmp/sample",))  # noqa: S108 - a guest's path
_UNIX_SHELL = msgspec.structs.replace(SHELL, image="/usr/bin/bash", cmd=("bash",))


class BadCase(Exception):
    """A case that cannot be made into a run; says why."""


class Run(typing.NamedTuple):
    """What a case tells of."""

    report: Report
    static: StaticFacts | None


def failures(rule: Rule, others: Iterable[Rule] = ()) -> list[str]:
    """What the cases of `rule` show to be wrong with it, one line each; empty when all is well.

    `others` are rules that it may refer to.
    """
    rules = RuleSet(_with_referred(rule, others))
    found: list[str] = []
    for case in rule.cases:
        run = run_of(case, rule.os)
        labels = {one.label for one in matched(rules, run.report, run.static)}
        if (rule.label in labels) is not case.is_match:
            wrong = "does not match" if case.is_match else "matches, and must not"
            found.append(f"{rule.file or rule.label}:{case.line}: case {case.name} {wrong}")
    return found


def _with_referred(rule: Rule, others: Iterable[Rule]) -> list[Rule]:
    """`rule`, and of `others` those that it refers to, over others too."""
    ahead = refs(rule.when)
    if not ahead:
        return [rule]
    by_label = {other.label: other for other in others}
    needed = {rule.label: rule}
    while ahead:
        label = ahead.pop()
        if label not in needed and label in by_label:
            needed[label] = by_label[label]
            ahead += refs(by_label[label].when)
    return list(needed.values())


def run_of(case: Case, systems: tuple[str, ...] = ()) -> Run:
    """The run that `case` tells of, on the first of `systems` where it names none. Raises BadCase if it tells none."""
    content = {"events": case.content} if isinstance(case.content, list) else case.content
    if not isinstance(content, dict) or not set(content) <= {"os", "processes", "events"}:
        raise BadCase("expected a list of events, or 'os', 'processes' and 'events'")
    os = content.get("os", systems[0] if systems else "windows")
    if os not in typing.get_args(Os):
        raise BadCase(f"no system: {os!r}")
    is_windows = os == "windows"
    known = (SAMPLE, SHELL) if is_windows else (_UNIX_SAMPLE, _UNIX_SHELL)
    draft = _Draft({process.procid: process for process in known})
    for fields in _objects(content.get("processes", [])):
        draft.add_process(fields)
    for one in _objects(content.get("events", [])):
        draft.add(one)
    report = Report(
        source=Source(name=OURS),
        sample=draft.sample,
        os=os,
        processes=tuple(draft.processes.values()),
        events=tuple(draft.events),
        artifacts=tuple(draft.artifacts),
        flows=tuple(draft.flows),
        configs=tuple(draft.configs),
    )
    return Run(report, draft.static)


def _objects(raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise BadCase("expected a list of objects")
    return raw


@functools.cache
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


class _Draft:
    """A run in the making."""

    def __init__(self, processes: dict[int, Process]) -> None:
        self.processes = processes
        self.events: list[Event] = []
        self.artifacts: list[Artifact] = []
        self.flows: list[Flow] = []
        self.configs: list[MalwareConfig] = []
        self.sample = Sample()
        self.static: StaticFacts | None = None

    def add_process(self, fields: dict[str, Any]) -> None:
        process = _converted(fields, Process, _names(Process))
        self.processes[process.procid] = process

    def add(self, one: dict[str, Any]) -> None:
        """Takes one entry in: an event, or something else that a report tells."""
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
            self._add_creation(fields)
        elif kind is Process:
            self.add_process({"procid": self._new_procid(), "pid": 1000, "procid_parent": 1, **fields})
        else:
            acting = {"procid": 1} if word in EVENT_KINDS else {}
            self._keep(_converted({**_filled(kind), **acting, **fields}, kind, _names(kind)))

    def _keep(self, record: Any) -> None:
        match record:
            case Artifact():
                self.artifacts.append(record)
            case Flow():
                self.flows.append(record)
            case MalwareConfig():
                self.configs.append(record)
            case Sample():
                self.sample = record
            case StaticFacts():
                self.static = record
            case _:
                self.events.append(record)

    def _new_procid(self) -> int:
        return max(set(self.processes) - {SHELL.procid}) + 1

    def _add_creation(self, fields: dict[str, Any]) -> None:
        """A creation may tell the facts of its process, which then is a new one."""
        of_process = _names(Process) - {"procid"}
        facts = {"procid": fields.get("procid", self._new_procid()), "pid": 1000, "procid_parent": 1}
        told = {name: value for name, value in fields.items() if name in of_process}
        process = _converted({**facts, **told}, Process, _names(Process))
        self.processes[process.procid] = process
        rest = {name: value for name, value in fields.items() if name not in of_process}
        self.events.append(_converted({**rest, "procid": process.procid}, ProcessCreate, _names(ProcessCreate)))


@functools.cache
def _filled(kind: type[Any]) -> dict[str, Any]:
    """Values for the fields that a record must have."""
    filled: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.required:
            words = typing.get_args(field.type) if typing.get_origin(field.type) is typing.Literal else ()
            filled[field.encode_name] = words[0] if words else {int: 1, str: ""}.get(field.type, {})
    return filled
