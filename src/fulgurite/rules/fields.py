"""The fields that a rule can ask for, by kind of event: those of the model, and those derived from facts.

docs/rules.md lists them; a test holds page and table equal.
"""

import ipaddress
import typing
from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

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
from fulgurite.model.process import Process
from fulgurite.rules.facts import Facts
from fulgurite.rules.rule import Kind

Type = Literal["text", "texts", "number", "flag"]
Get = Callable[[Any, Facts], Any]


class Field(NamedTuple):
    """A field: of what type its values are, and how an event gives it; None for not known."""

    type: Type
    get: Get


KINDS: dict[str, Kind] = {
    str(kind.__struct_config__.tag): kind for kind in typing.cast("tuple[Kind, ...]", typing.get_args(Event))
}
"""Kinds of events by the word that rules use for them."""


def _of_process(of: Callable[[Any, Facts], Process | None]) -> dict[str, Field]:
    """The fields of the process that `of` finds."""

    def field(kind: Type, value: Callable[[Process, Facts], Any]) -> Field:
        def get(event: Any, facts: Facts) -> Any:
            process = of(event, facts)
            return None if process is None else value(process, facts)

        return Field(kind, get)

    return {
        "pid": field("number", lambda process, _: process.pid),
        "image": field("text", lambda process, _: process.image),
        "name": field("text", lambda process, facts: facts.name(process.image)),
        "cmd": field("text", lambda process, _: _text_of(process.cmd)),
        "orig": field("flag", lambda process, _: process.orig),
        "existing": field("flag", lambda process, _: process.existing),
        "dropped": field("flag", lambda process, facts: facts.was_written(process.image)),
        "sample": field("flag", lambda process, facts: facts.is_sample(process)),
    }


def _text_of(cmd: str | tuple[str, ...] | None) -> str | None:
    return " ".join(cmd) if isinstance(cmd, tuple) else cmd


_Acting = Injection | Memory | Suspicious


def _is_self(event: _Acting, _facts: Facts) -> bool | None:
    return None if event.procid_target is None else event.procid_target == event.procid


def _is_child(event: _Acting, facts: Facts) -> bool | None:
    target = facts.process(event.procid_target)
    return None if target is None or event.procid is None else target.procid_parent == event.procid


_OWN = _of_process(lambda event, facts: facts.process(event.procid))
_PARENT = _of_process(lambda event, facts: facts.parent(event.procid))
_TARGET = {
    **_of_process(lambda event, facts: facts.process(event.procid_target)),
    "self": Field("flag", _is_self),
    "child": Field("flag", _is_child),
}


def _prefixed(prefix: str, fields: dict[str, Field]) -> dict[str, Field]:
    return {f"{prefix}.{name}": field for name, field in fields.items()}


def _name_of(attribute: str) -> Field:
    """The last part of the path in `attribute`."""
    return Field("text", lambda event, facts: facts.name(getattr(event, attribute)))


_SUCCEEDED = Field("flag", lambda event, facts: facts.has_succeeded(event.status))


def _is_extended(event: FileAccess, _facts: Facts) -> bool | None:
    """Whether the new name is the old one with an ending added."""
    return None if event.dst is None else event.dst.lower().startswith(f"{event.path.lower()}.")


def _last_part(event: RegistryAccess, _facts: Facts) -> str:
    return event.path.rpartition("\\")[2]


def _function(event: ApiCall, _facts: Facts) -> str:
    """The function without its module, and without the A or W that tells its form of text."""
    name = event.api.rpartition(".")[2]
    is_text_form = len(name) > 1 and name[-1] in "AW" and (name[-2].islower() or name[-2].isdigit())
    return name[:-1] if is_text_form else name


def _argument(number: int) -> Field:
    def get(event: ApiCall, _facts: Facts) -> int | None:
        try:
            return int(event.args[number], 0)
        except (IndexError, ValueError):
            return None

    return Field("number", get)


def _is_public(event: FlowStart, _facts: Facts) -> bool | None:
    try:
        address = ipaddress.ip_address(event.remote_addr)
    except ValueError:
        return None
    is_special = address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    return not is_special and not any(address in network for network in _LOCAL)


_LOCAL = tuple(ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
"""Not `is_private`: that holds the documentation addresses too, from which a fake internet answers."""


def _url(event: HttpRequest) -> tuple[str | None, str]:
    """Host and path of the request."""
    try:
        parts = urlsplit(event.url)
        return parts.hostname, parts.path
    except ValueError:
        return None, ""


def _is_address(event: HttpRequest, _facts: Facts) -> bool | None:
    host = _url(event)[0]
    if host is None:
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _user_agent(event: HttpRequest, _facts: Facts) -> str | None:
    for header in event.headers:
        name, _, value = header.partition(":")
        if name.strip().lower() == "user-agent":
            return value.strip()
    return None


_DERIVED: dict[Kind, dict[str, Field]] = {
    ProcessCreate: {**_OWN, **_prefixed("parent", _PARENT)},
    FileAccess: {
        "name": _name_of("path"),
        "succeeded": _SUCCEEDED,
        "written": Field("flag", lambda event, facts: facts.was_written(event.path)),
        "own": Field("flag", lambda event, facts: facts.is_own(event.path, event.procid)),
        "extended": Field("flag", _is_extended),
    },
    RegistryAccess: {"name": Field("text", _last_part), "succeeded": _SUCCEEDED},
    SyncObject: {"succeeded": _SUCCEEDED},
    Search: {"succeeded": _SUCCEEDED},
    ModuleLoad: {
        "name": _name_of("path"),
        "succeeded": _SUCCEEDED,
        "dropped": Field("flag", lambda event, facts: facts.was_written(event.path)),
    },
    Service: {"succeeded": _SUCCEEDED},
    ApiCall: {"function": Field("text", _function), "arg0": _argument(0), "arg1": _argument(1)},
    FlowStart: {"public": Field("flag", _is_public)},
    HttpRequest: {
        "host": Field("text", lambda event, _: _url(event)[0]),
        "path": Field("text", lambda event, _: _url(event)[1]),
        "address": Field("flag", _is_address),
        "agent": Field("text", _user_agent),
    },
    Injection: _prefixed("target", _TARGET),
    Memory: _prefixed("target", _TARGET),
    Suspicious: _prefixed("target", _TARGET),
}

_LEFT_OUT: dict[Kind, set[str]] = {ForeignEvent: {"d"}}
"""Fields that have no form of their own."""


def _fields_of(kind: Kind) -> dict[str, Field]:
    own = {
        field.name: Field(_type_of(field.type), _getter(field.name))
        for field in msgspec.structs.fields(kind)
        if field.name not in _LEFT_OUT.get(kind, set())
    }
    return {**own, **_prefixed("process", _OWN), **_DERIVED.get(kind, {})}


def _getter(name: str) -> Get:
    return lambda event, _facts: getattr(event, name)


def _type_of(kind: Any) -> Type:
    parts = {kind, *typing.get_args(kind)}
    if typing.get_origin(kind) is tuple:
        return "texts"
    return "number" if int in parts and str not in parts else "text"


FIELDS: dict[Kind, dict[str, Field]] = {kind: _fields_of(kind) for kind in KINDS.values()}
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
"""The field by which rules on a kind are told apart at once; a rule that does not name its values is asked always."""

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
}
"""The field whose value is worth searching for, where a kind has one."""


def common(kinds: Iterable[Kind]) -> set[str]:
    """Fields that every one of `kinds` has."""
    return set.intersection(*(set(FIELDS[kind]) for kind in kinds))
