"""The fields that a rule can ask for, by kind of record: those of the model, and those derived from facts.

docs/rules.md lists them; a test holds page and table equal.
"""

import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from fulgurite.model.artifact import Artifact
from fulgurite.model.config import MalwareConfig
from fulgurite.model.events import (
    ApiCall,
    DnsAnswer,
    DnsQuery,
    Event,
    FileAccess,
    FlowStart,
    ForeignEvent,
    HttpRequest,
    Injection,
    Memory,
    ModuleLoad,
    ProcessCreate,
    RegistryAccess,
    Search,
    Service,
    Suspicious,
    SyncObject,
    Task,
)
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.sample import Sample
from fulgurite.model.static import StaticFacts
from fulgurite.rules import derived
from fulgurite.rules.facts import Facts
from fulgurite.rules.rule import Kind

Type = Literal["text", "texts", "number", "flag"]
Get = Callable[[Any, Facts], Any]
Needs = tuple[str, ...] | None


class Field(NamedTuple):
    """A field: of what type its values are, and how a record gives it; None for not known."""

    type: Type
    get: Get
    needs: Needs = None
    """The record's attributes that alone decide the value within one report; None when what came before does too."""


EVENT_KINDS: dict[str, Kind] = {
    str(kind.__struct_config__.tag): kind for kind in typing.cast("tuple[Kind, ...]", typing.get_args(Event))
}
"""Kinds of events by the word that rules use for them."""

KINDS: dict[str, Kind] = {
    **EVENT_KINDS,
    "process": Process,
    "artifact": Artifact,
    "flow": Flow,
    "sample": Sample,
    "static": StaticFacts,
    "config": MalwareConfig,
}
"""All that a condition can be about, by its word."""


def _of_process(of: Callable[[Any, Facts], Process | None], needs: tuple[str, ...]) -> dict[str, Field]:
    """The fields of the process that `of` finds by the attributes `needs`."""

    def field(kind: Type, value: Callable[[Process, Facts], Any], *, is_fixed: bool = True) -> Field:
        def get(record: Any, facts: Facts) -> Any:
            process = of(record, facts)
            return None if process is None else value(process, facts)

        return Field(kind, get, needs if is_fixed else None)

    return {
        "pid": field("number", lambda process, _: process.pid),
        "image": field("text", lambda process, _: process.image),
        "name": field("text", lambda process, facts: facts.name(process.image)),
        "cmd": field("text", lambda process, _: derived.text_of(process.cmd)),
        "orig": field("flag", lambda process, _: process.orig),
        "existing": field("flag", lambda process, _: process.existing),
        "dropped": field("flag", lambda process, facts: facts.was_written(process.image), is_fixed=False),
        "injected": field("flag", lambda process, facts: facts.was_injected(process), is_fixed=False),
        "sample": field("flag", lambda process, facts: facts.is_sample(process)),
    }


def _of_ancestors(needs: tuple[str, ...]) -> dict[str, Field]:
    """The fields of all processes that a process comes from, its parent among them."""

    def field(value: Callable[[Process, Facts], str | None]) -> Field:
        def get(record: Any, facts: Facts) -> tuple[str, ...]:
            told = (value(one, facts) for one in facts.ancestors(record.procid))
            return tuple(text for text in told if text is not None)

        return Field("texts", get, needs)

    return {
        "image": field(lambda process, _: process.image),
        "name": field(lambda process, facts: facts.name(process.image)),
        "cmd": field(lambda process, _: derived.text_of(process.cmd)),
    }


def _prefixed(prefix: str, fields: dict[str, Field]) -> dict[str, Field]:
    return {f"{prefix}.{name}": field for name, field in fields.items()}


_PROCID = ("procid",)
_OWN = _of_process(lambda record, facts: facts.process(record.procid), _PROCID)
_OF_FLOW = _prefixed(
    "process", _of_process(lambda record, facts: facts.process(facts.actor(record)), ("procid", "flow"))
)
_PARENT = {
    **_prefixed("parent", _of_process(lambda record, facts: facts.parent(record.procid), _PROCID)),
    **_prefixed("ancestor", _of_ancestors(_PROCID)),
}
_TARGET = _prefixed(
    "target",
    {
        **_of_process(lambda record, facts: facts.process(record.procid_target), ("procid_target",)),
        "self": Field("flag", derived.is_self, ("procid", "procid_target")),
        "child": Field("flag", derived.is_child, ("procid", "procid_target")),
    },
)


def _part_of(attribute: str, part: Callable[[str], Any], kind: Type = "text") -> Field:
    """What `part` makes of the text in `attribute`."""

    def get(record: Any, _facts: Facts) -> Any:
        text = getattr(record, attribute)
        return None if text is None else part(text)

    return Field(kind, get, (attribute,))


def _name_of(attribute: str) -> Field:
    """The last part of the path in `attribute`."""
    return Field("text", lambda record, facts: facts.name(getattr(record, attribute)), (attribute,))


def _ending_of(attribute: str) -> Field:
    return Field("text", lambda record, facts: derived.ending(facts.name(getattr(record, attribute))), (attribute,))


_SUCCEEDED = Field("flag", lambda record, facts: facts.has_succeeded(record.status), ("status",))
_WRITTEN = Field("flag", lambda record, facts: facts.was_written(record.path))

_OF_NAME = {
    "tld": _part_of("name", derived.tld),
    "label": _part_of("name", derived.longest_label),
    "length": _part_of("name", len, "number"),
    "entropy": _part_of("name", lambda name: derived.entropy(derived.longest_label(name)), "number"),
    "digits": _part_of("name", lambda name: derived.digits(derived.longest_label(name)), "number"),
    "consonants": _part_of("name", lambda name: derived.consonants(derived.longest_label(name)), "number"),
}

_DERIVED: dict[Kind, dict[str, Field]] = {
    ProcessCreate: {**_OWN, **_PARENT},
    Process: {**_OWN, **_PARENT},
    FileAccess: {
        "name": _name_of("path"),
        "ext": _ending_of("path"),
        "dst.name": _name_of("dst"),
        "dst.ext": _ending_of("dst"),
        "succeeded": _SUCCEEDED,
        "written": _WRITTEN,
        "own": Field("flag", lambda event, facts: facts.is_own(event.path, event.procid), ("path", "procid")),
        "extended": Field("flag", derived.is_extended, ("path", "dst")),
    },
    RegistryAccess: {
        "name": _part_of("path", derived.last_part),
        "key": _part_of("path", derived.key_of),
        "details": Field("text", lambda event, _: derived.details(event.value), ("value",)),
        "event_type": _part_of("op", derived.registry_event),
        "succeeded": _SUCCEEDED,
    },
    SyncObject: {"pipe": Field("text", derived.pipe, ("object", "name")), "succeeded": _SUCCEEDED},
    Search: {"succeeded": _SUCCEEDED},
    ModuleLoad: {"name": _name_of("path"), "ext": _ending_of("path"), "succeeded": _SUCCEEDED, "dropped": _WRITTEN},
    Service: {"succeeded": _SUCCEEDED},
    ApiCall: {
        "function": _part_of("api", derived.function),
        "module": _part_of("api", lambda api: api.rpartition(".")[0]),
        **{f"arg{number}": Field("number", derived.argument(number), ("args",)) for number in range(6)},
    },
    FlowStart: {
        "public": Field("flag", derived.is_public_start, ("remote_addr",)),
        "domain": Field("text", derived.led_by, ("flow",)),
    },
    DnsQuery: _OF_NAME,
    DnsAnswer: _OF_NAME,
    HttpRequest: {
        "host": Field("text", derived.host, ("url",)),
        "port": Field("number", derived.port, ("url",)),
        "path": Field("text", derived.path, ("url",)),
        "query": Field("text", derived.query, ("url",)),
        "address": Field("flag", derived.is_address, ("url",)),
        "agent": Field("text", derived.user_agent, ("headers",)),
    },
    Injection: _TARGET,
    Memory: _TARGET,
    Suspicious: _TARGET,
    Flow: {
        "remote_addr": Field("text", lambda flow, _: derived.remote(flow)[0], ("dst",)),
        "remote_port": Field("number", lambda flow, _: derived.remote(flow)[1], ("dst",)),
        "public": Field("flag", lambda flow, _: derived.is_public(derived.remote(flow)[0]), ("dst",)),
    },
    Sample: {"ext": _ending_of("name")},
    Artifact: {"file": _name_of("path"), "ext": _ending_of("path")},
}

_LEFT_OUT: dict[Kind, set[str]] = {ForeignEvent: {"d"}, MalwareConfig: {"values"}, Process: {"injected"}}
"""Attributes that have no form of their own, or a better one."""
_EVER_CHANGING = frozenset({"at_ms", "count"})
"""Attributes that tell hardly two records alike: nothing is remembered by them."""


def _fields_of(kind: Kind) -> dict[str, Field]:
    own = {
        field.name: Field(
            _type_of(field.type),
            _getter(field.name, field.type),
            None if field.name in _EVER_CHANGING else (field.name,),
        )
        for field in msgspec.structs.fields(kind)
        if field.name not in _LEFT_OUT.get(kind, set())
    }
    actor = _OF_FLOW if "flow" in own else _prefixed("process", _OWN)
    if "procid" not in own or kind is Process:
        actor = {}
    return {**own, **actor, **_DERIVED.get(kind, {})}


def _getter(name: str, kind: Any) -> Get:
    if int in typing.get_args(kind) and str in typing.get_args(kind):
        return lambda record, _facts: None if (value := getattr(record, name)) is None else str(value)
    return lambda record, _facts: getattr(record, name)


def _type_of(kind: Any) -> Type:
    parts = {kind, *typing.get_args(kind)}
    if typing.get_origin(kind) is tuple:
        return "texts"
    if bool in parts:
        return "flag"
    return "number" if int in parts and str not in parts else "text"


FIELDS: Mapping[Kind, dict[str, Field]] = {kind: _fields_of(kind) for kind in KINDS.values()}
"""Every field of every kind."""

DISCRIMINATOR: dict[Kind, str] = {
    FileAccess: "verb",
    RegistryAccess: "verb",
    SyncObject: "object",
    Search: "object",
    Injection: "op",
    Suspicious: "act",
    Service: "op",
    Task: "op",
    ApiCall: "function",
}
"""The field that says what exactly a kind of event is about."""

IOC: dict[Kind, str] = {
    FileAccess: "path",
    RegistryAccess: "path",
    SyncObject: "name",
    ModuleLoad: "path",
    ProcessCreate: "image",
    Service: "name",
    Task: "name",
    DnsQuery: "name",
    DnsAnswer: "name",
    HttpRequest: "url",
    FlowStart: "remote_addr",
    Process: "image",
    Artifact: "path",
    Flow: "remote_addr",
    Sample: "sha256",
    MalwareConfig: "family",
}
"""The field whose value is worth searching for, where a kind has one."""


def common(kinds: Iterable[Kind]) -> set[str]:
    """Fields that every one of `kinds` has."""
    return set.intersection(*(set(FIELDS[kind]) for kind in kinds))
