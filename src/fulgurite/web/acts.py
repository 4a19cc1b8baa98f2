"""What a line of an event says: of each kind its group, what was done, to what, and how it ended.

The same table serves the server's first page and the script that goes on from there (`static/explorer/acts.js` reads
it from the page); tests hold the two to the same words.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from fulgurite.model.base import Model

Group = Literal["process", "file", "registry", "network", "code", "object", "other"]
GROUPS: tuple[Group, ...] = ("process", "file", "registry", "network", "code", "object", "other")
"""Kinds of one colour, in the order in which the timeline stacks them."""

Part = tuple[str, str]
"""What stands before, and the field that follows; without a field it stands alone, without a value neither stands."""

HIGH_STATUS = 0x8000_0000
"""An NTSTATUS from here on says that it failed, and is known by its hexadecimal form."""


_EXACT = 1 << 53
"""Whole numbers below are the same in scripts."""


class Act(Model, frozen=True, kw_only=True, omit_defaults=False):
    """How events of one kind are told."""

    label: str
    group: Group
    action: tuple[Part, ...]
    object: tuple[Part, ...]
    result: tuple[Part, ...] = ()


def _act(
    label: str, group: Group, action: Part | str, obj: tuple[Part | str, ...], result: tuple[Part | str, ...] = ()
) -> Act:
    return Act(
        label=label,
        group=group,
        action=(_part(action),),
        object=tuple(_part(part) for part in obj),
        result=tuple(_part(part) for part in result),
    )


def _part(part: Part | str) -> Part:
    """A name alone is that of a field."""
    return ("", part) if isinstance(part, str) else part


_ENDED = ("status",)
ACTS: dict[str, Act] = {
    "process_create": _act("process start", "process", ("start", ""), ("procid", (" · ", "kind")), _ENDED),
    "process_terminate": _act("process end", "process", ("end", ""), ("procid",), (("exit ", "status"),)),
    "file": _act("file", "file", "verb", ("path", (" → ", "dst")), _ENDED),
    "registry": _act("registry", "registry", "verb", ("path", (" = ", "value")), _ENDED),
    "sync": _act("mutex, event", "object", "op", ("name", (" · ", "object")), _ENDED),
    "search": _act("search", "other", ("search ", "object"), ("target",), _ENDED),
    "injection": _act("injection", "code", "op", (("into ", "procid_target"), (" at ", "address"))),
    "suspicious": _act("suspicious", "code", "act", ("detail", (" → ", "procid_target"))),
    "memory": _act("memory", "code", "op", ("protection", (" at ", "address"), (" in ", "procid_target"))),
    "module": _act("library", "code", ("load", ""), ("path",), _ENDED),
    "service": _act("service", "object", "op", ("name", (" · ", "path")), _ENDED),
    "task": _act("scheduled task", "object", "op", ("name", (" · ", "command"))),
    "api": _act("call", "other", "api", ("args",), ("ret",)),
    "flow_start": _act("flow", "network", ("begin ", "proto"), ("remote_addr", (" port ", "remote_port"))),
    "flow_owner": _act("flow owner", "network", ("own", ""), (("flow ", "flow"),)),
    "dns_query": _act("DNS query", "network", ("ask ", "type"), ("name",)),
    "dns_answer": _act("DNS answer", "network", ("answer ", "type"), ("name", (" → ", "values"))),
    "http_request": _act("HTTP request", "network", "method", ("url",)),
    "http_response": _act("HTTP response", "network", ("answer", ""), ("url",), _ENDED),
    "tls": _act("TLS", "network", ("handshake", ""), ("sni", (" · JA3 ", "ja3"))),
    "foreign": _act("other", "other", "n", ("name", (" · ", "d"))),
}
"""By the word for the kind. A test holds it to the model's."""

_UNKNOWN = _act("?", "other", "event", ())


class Line(Model, frozen=True, kw_only=True):
    """One event as the table shows it. All texts but `label` and `group` are hostile."""

    index: int
    at_ms: int | None
    procid: int | None
    process: str
    label: str
    group: Group
    action: str
    object: str
    result: str


def line(index: int, event: Mapping[str, Any], names: Mapping[str, str]) -> Line:
    """The line of a native event; `names`: programs by procid."""
    act = ACTS.get(event["event"], _UNKNOWN)
    procid = event.get("procid")
    return Line(
        index=index,
        at_ms=event.get("at_ms"),
        procid=procid,
        process="" if procid is None else " · ".join([str(procid), *filter(None, [names.get(str(procid))])]),
        label=act.label,
        group=act.group,
        action=_told(act.action, event, names),
        object=_told(act.object, event, names),
        result=_told(act.result, event, names),
    )


def fields(event: Mapping[str, Any], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """All that a native event says, as text; fields of a foreign event's own stand by themselves, under `d.`."""
    flat: dict[str, Any] = {}
    for name, value in event.items():
        if name == "d" and isinstance(value, dict):
            flat.update({f"d.{key}": inner for key, inner in value.items()})
        else:
            flat[name] = value
    return tuple((name, text(name, value, names)) for name, value in flat.items())


def _told(parts: tuple[Part, ...], event: Mapping[str, Any], names: Mapping[str, str]) -> str:
    said = ""
    for before, field in parts:
        if field == "" or event.get(field) is not None:
            said += before if said else before.lstrip()
            said += "" if field == "" else text(field, event[field], names)
    return said


def text(field: str, value: Any, names: Mapping[str, str]) -> str:
    """`value` of a field as one reads it."""
    if isinstance(value, bool) or value is None or isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, list):
        return ", ".join(text("", inner, names) for inner in value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    if isinstance(value, int):
        return _number(field, value, names)
    return str(value)


def _number(field: str, value: int, names: Mapping[str, str]) -> str:
    if field in {"procid", "procid_target"}:
        name = names.get(str(value))
        return f"process {value}" if name is None else f"{name} ({value})"
    is_code = field == "address" or (field == "status" and value >= HIGH_STATUS)
    return f"0x{value:X}" if is_code else str(value)
