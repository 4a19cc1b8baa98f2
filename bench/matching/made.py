"""A report and rules to measure with: events like those of real runs, and variants of the built-in rules."""

import random
import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
import yaml

from fulgurite import rules
from fulgurite.errors import InvalidRule
from fulgurite.model.events import (
    ApiCall,
    DnsQuery,
    Event,
    FileAccess,
    FlowStart,
    ModuleLoad,
    ProcessCreate,
    RegistryAccess,
    SyncObject,
)
from fulgurite.model.process import Process
from fulgurite.model.report import OURS, Report, Source
from fulgurite.model.sample import Sample
from fulgurite.rules import RuleSet
from fulgurite.rules.conditions import leaves
from fulgurite.rules.index import KindIndex
from fulgurite.rules.rule import Rule

_WORDS = (
    *("Microsoft", "Windows", "Software", "Policies", "Explorer", "Cache", "Temp", "Users"),
    *("Admin", "Local", "Roaming", "Common", "Data", "System"),
)
_WORD = re.compile(r"[A-Za-z]{4,}")
_LEFT = frozenset({"same", "within", "distinct", "rule", "verb", "op", "object"})
"""Words of the language, and fields of few values: these stay as they are."""
_REPEATED = 0.4
"""Share of events that are like an earlier one, as in runs that poll."""


def report(events: int) -> Report:
    """A run of ten processes with so many events, the same at every call."""
    chance = random.Random(7)  # noqa: S311 - no secret
    made: list[Event] = [ProcessCreate(procid=number, at_ms=number) for number in range(1, 11)]
    while len(made) < events:
        if chance.random() < _REPEATED:
            made.append(msgspec.structs.replace(chance.choice(made[-500:]), at_ms=len(made)))
        else:
            made.append(_event(chance, len(made)))
    processes = tuple(
        Process(procid=number, pid=1000 + number, image=_path(chance), cmd=_path(chance)) for number in range(1, 11)
    )
    return Report(source=Source(name=OURS), sample=Sample(), processes=processes, events=tuple(made))


def _path(chance: random.Random) -> str:
    parts = [chance.choice(_WORDS) for _ in range(chance.randint(2, 6))]
    return "C:\\" + "\\".join([*parts, f"{chance.randrange(10**6):x}.{chance.choice(['exe', 'dll', 'tmp', 'dat'])}"])


def _event(chance: random.Random, at_ms: int) -> Event:
    procid, path = chance.randint(1, 10), _path(chance)
    key = f"HKLM\\SOFTWARE\\{path[3:]}"
    verb: Literal["read", "write", "delete"] = chance.choice(("read", "read", "read", "write", "delete"))
    makers: tuple[Event, ...] = (
        RegistryAccess(procid=procid, at_ms=at_ms, verb=verb, path=key, op="QueryValueKey", status=0),
        RegistryAccess(procid=procid, at_ms=at_ms, verb="write", path=key, op="SetValueKeyStr", value=path),
        FileAccess(procid=procid, at_ms=at_ms, verb=verb, path=path, op="OpenRead", status=0),
        ApiCall(procid=procid, at_ms=at_ms, api="kernel32.CreateFileW", args=(path, hex(chance.randrange(2**32)))),
        ModuleLoad(procid=procid, at_ms=at_ms, path=path),
        SyncObject(procid=procid, at_ms=at_ms, object="mutant", op="MutantCreate", name=path[3:]),
        DnsQuery(procid=procid, at_ms=at_ms, name=f"{chance.choice(_WORDS)}{chance.randrange(99)}.example.test"),
        FlowStart(flow=1, proto="tcp", remote_addr=f"192.0.2.{chance.randrange(255)}", remote_port=443),
    )
    return chance.choices(makers, weights=(8, 2, 4, 4, 1, 1, 1, 1))[0]


def builtin(count: int) -> RuleSet:
    """So many of the built-in rules."""
    return RuleSet(rules.load_builtin().rules[:count])


def variants(count: int) -> RuleSet:
    """So many rules: the built-in ones, and further ones that are like them but for the texts that they look for.

    Rules that look for no text of their own stand among them once.
    """
    found = list(rules.load_builtin().rules)
    kinds = [(text, rule) for text, rule in _with_text() if _is_anchored(rule)]
    for number in _numbers():
        for text, rule in kinds:
            if len(found) >= count:
                return RuleSet(found)
            found += _variant(text, f"{rule.label}_v{number}", f"v{number}x")
    raise AssertionError


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def _with_text() -> Iterator[tuple[str, Rule]]:
    known = rules.load_builtin().by_label
    for file in rules.builtin_files():
        if file.text is not None and file.label in known:
            yield file.text, known[file.label]


def _is_anchored(rule: Rule) -> bool:
    """Whether every condition of `rule` looks for a text or a value."""
    return all(not KindIndex(seen.kind, [seen]).asked_always for seen in leaves(rule.when))


def _variant(text: str, label: str, mark: str) -> list[Rule]:
    content = yaml.safe_load(text)
    content |= {"name": label, "when": _marked(content["when"], mark), "cases": {"match": [[]], "miss": [[]]}}
    try:
        return [rules.parse(msgspec.json.encode(content).decode(), label=label)]
    except InvalidRule:
        return []


def _marked(value: Any, mark: str) -> Any:
    """`value` with `mark` behind each word of at least four letters that a test looks for."""
    if isinstance(value, dict):
        return {key: inner if key in _LEFT else _marked(inner, mark) for key, inner in value.items()}
    if isinstance(value, list):
        return [_marked(one, mark) for one in value]
    return _WORD.sub(rf"\g<0>{mark}", value) if isinstance(value, str) else value
