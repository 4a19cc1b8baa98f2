"""Signatures, dumps and extracted settings; and what indicators tell of files, keys and objects."""

import re
from collections.abc import Iterator
from typing import Any

from fulgurite.importers import lenient, paths
from fulgurite.importers.counting import Count
from fulgurite.importers.triage.shapes import Dump, TriageIndicator, TriageSignature
from fulgurite.importers.values import cut, digest, number, text, texts
from fulgurite.model.artifact import Artifact
from fulgurite.model.config import MalwareConfig
from fulgurite.model.events import Event, FileAccess, RegistryAccess
from fulgurite.model.nesting import nests_too_deep
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.verdict import clamped

MAX_INDICATORS = 2000
MAX_TEXT = 4096
_EXTRACTS = ("config", "ransom_note", "dropper", "credentials")
_VALUE = re.compile(r"(?P<path>.+?) = (?P<value>.*)", re.DOTALL)

_TOLD: dict[str, tuple[str, str, str]] = {
    "Key created": ("registry", "write", "CreateKey"),
    "Key opened": ("registry", "read", "OpenKey"),
    "Key queried": ("registry", "read", "QueryKey"),
    "Key enumerated": ("registry", "read", "EnumerateKey"),
    "Key value enumerated": ("registry", "read", "EnumerateValueKey"),
    "Key value queried": ("registry", "read", "QueryValueKey"),
    "Key deleted": ("registry", "delete", "DeleteKey"),
    "Key value deleted": ("registry", "delete", "DeleteValueKey"),
    "Set value (int)": ("registry", "write", "SetValueKeyInt"),
    "Set value (str)": ("registry", "write", "SetValueKeyStr"),
    "Set value (data)": ("registry", "write", "SetValueKeyDat"),
    "File created": ("file", "write", "CreateModify"),
    "File opened for modification": ("file", "write", "OpenModify"),
    "File opened (read-only)": ("file", "read", "OpenRead"),
    "File opened for reading": ("file", "read", "OpenRead"),
    "File deleted": ("file", "delete", "Delete"),
    "File renamed": ("file", "rename", "Rename"),
}
"""What descriptions of indicators stand for: kind, verb, op."""


def signatures(raw: lenient.Raw | None, count: Count) -> tuple[list[Signature], list[Event]]:
    """The signatures, highest score first, and the events that their indicators tell of."""
    found: list[Signature] = []
    events: list[Event] = []
    for entry in lenient.many(raw, TriageSignature, "signatures", count):
        count.carry()
        listed = lenient.many(entry.indicators, TriageIndicator, "indicators", count)
        kept = list(dict.fromkeys(map(_indicator, listed)))
        count.carry(len(listed) - max(0, len(kept) - MAX_INDICATORS))
        count.leave("indicators beyond the first of a signature", max(0, len(kept) - MAX_INDICATORS))
        events.extend(event for one in kept[:MAX_INDICATORS] for event in _events(one))
        found.append(_signature(entry, tuple(kept[:MAX_INDICATORS])))
    return sorted(found, key=lambda one: -(one.score or 0)), list(dict.fromkeys(events))


def _signature(entry: TriageSignature, indicators: tuple[Indicator, ...]) -> Signature:
    score = number(entry.score)
    return Signature(
        name=text(entry.name) or text(entry.label) or "unnamed",
        label=text(entry.label),
        score=None if score is None or score <= 0 else clamped(score),
        ttps=texts(entry.ttp),
        tags=texts(entry.tags),
        indicators=indicators,
        description=text(entry.desc),
        url=text(entry.url),
        yara_rule=text(entry.yara_rule),
    )


def _indicator(entry: TriageIndicator) -> Indicator:
    ioc, description = text(entry.ioc), text(entry.description)
    return Indicator(
        ioc=None if ioc is None else cut(ioc, MAX_TEXT),
        description=None if description is None else cut(description, MAX_TEXT),
        at_ms=number(entry.at),
        pid=number(entry.pid),
        procid=number(entry.procid),
        pid_target=number(entry.pid_target),
        procid_target=number(entry.procid_target),
        flow=number(entry.flow),
        dump_file=text(entry.dump_file),
        resource=text(entry.resource),
        yara_rule=text(entry.yara_rule),
    )


def _events(indicator: Indicator) -> Iterator[Event]:
    told = _TOLD.get(indicator.description or "")
    if told is None or indicator.ioc is None:
        return
    kind, verb, op = told
    spelt, value = indicator.ioc, None
    if op.startswith("SetValue"):
        parts = _VALUE.fullmatch(spelt)
        if parts is not None:
            spelt, value = parts["path"], parts["value"].strip('"').replace("\\\\", "\\")
    procid, at_ms = indicator.procid, indicator.at_ms
    if kind == "registry":
        path = paths.registry(spelt)
        yield RegistryAccess(procid=procid, at_ms=at_ms, verb=verb, path=path, op=op, value=value)  # type: ignore[arg-type]
        return
    old, arrow, new = spelt.partition(" => ")
    dst = paths.file(new) if arrow != "" else None
    yield FileAccess(procid=procid, at_ms=at_ms, verb=verb, path=paths.file(old), op=op, dst=dst)  # type: ignore[arg-type]


def artifacts(raw: lenient.Raw | None, count: Count) -> tuple[Artifact, ...]:
    """Dropped files and pieces of memory."""
    found: dict[str, Artifact] = {}
    for dump in lenient.many(raw, Dump, "dumped", count):
        count.carry()
        name = text(dump.name) or f"dumped/{len(found)}"
        if name in found:
            name = f"{name}#{len(found)}"
        size = number(dump.length) if dump.length is not None else number(dump.size)
        found[name] = Artifact(
            name=name,
            kind=text(dump.kind) or "region",
            path=text(dump.path),
            procid=number(dump.procid),
            pid=number(dump.pid),
            at_ms=number(dump.at),
            origin=text(dump.origin),
            address=number(dump.addr),
            size_bytes=size,
            md5=digest(dump.md5, "md5"),
            sha1=digest(dump.sha1, "sha1"),
            sha256=digest(dump.sha256, "sha256"),
        )
    return tuple(found.values())


def configs(raw: lenient.Raw | None, count: Count) -> tuple[MalwareConfig, ...]:
    """What was taken out: settings, ransom notes, droppers, credentials."""
    return tuple(one for entry in lenient.many(raw, Any, "extracted", count) for one in _configs(entry, count))


def _configs(entry: Any, count: Count) -> Iterator[MalwareConfig]:
    if not isinstance(entry, dict) or nests_too_deep(entry):
        count.unreadable("extracted")
        return
    held = [(kind, entry[kind]) for kind in _EXTRACTS if isinstance(entry.get(kind), dict)]
    for kind, values in held:
        yield MalwareConfig(
            kind=kind,
            family=text(values.get("family")),
            rule=text(values.get("rule")),
            found_in=text(entry.get("dumped_file")),
            path=text(entry.get("path")),
            resource=text(entry.get("resource")),
            values={name: value for name, value in values.items() if name not in {"family", "rule"}},
        )
    if held:
        count.carry()
    else:
        count.leave("extracted of other kinds")
