"""Signatures, what they point to, and the techniques that they stand for."""

import re
from collections.abc import Iterator
from typing import Any

from fulgurite.importers import lenient
from fulgurite.importers.counting import Count
from fulgurite.importers.cuckoo.log import CallId
from fulgurite.importers.cuckoo.shapes import Finding
from fulgurite.importers.draft import Draft
from fulgurite.importers.values import cut, number, text, texts
from fulgurite.model.signature import Indicator, Signature

MAX_INDICATORS = 500
"""Indicators of one signature; CAPE lists thousands of resolved functions under one name."""
MAX_TECHNIQUES = 50
"""Techniques of one signature."""
MAX_TEXT = 1024

_TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?", re.ASCII)
_SCORES = {0: 1, 1: 3, 2: 6, 3: 8, 4: 9}
"""The scale of the field (5-7 suspicious, 8 and more malicious) for severities 1-3; beyond 4 they go up to 8."""
_HIGHEST = 10

_MARK_TYPES = frozenset({"ioc", "generic", "volatility", "config", "call"})

Marks = list[Any]


def score(severity: Any) -> int | None:
    """The score 1-10 that a severity stands for."""
    found = number(severity)
    return None if found is None else _SCORES.get(max(0, found), _HIGHEST)


def techniques(value: Any) -> tuple[str, ...]:
    """Every ATT&CK id in `value`: a text, a list, the keys of an object."""
    listed = list(value) if isinstance(value, dict) else value
    return tuple(found for found in texts(listed) if _TECHNIQUE.fullmatch(found) is not None)


class Findings:
    """The signatures of one report, read before the calls so that these know which of them are pointed to."""

    def __init__(self, raw: lenient.Raw | None, count: Count) -> None:
        self._found = lenient.many(raw, Finding, "signatures", count)
        self._marks = [list(_marks(finding, count)) for finding in self._found]
        count.carry(len(self._found))

    def wanted(self) -> set[CallId]:
        """The calls that signatures point to."""
        named = {_call_id(mark) for marks in self._marks for mark in marks[:MAX_INDICATORS]}
        return {one for one in named if one is not None}

    def families(self) -> tuple[str, ...]:
        """Every family that a signature names."""
        return tuple(dict.fromkeys(family for finding in self._found for family in texts(finding.families)))

    def techniques(self) -> set[str]:
        """Every technique that a signature names."""
        return {ttp for finding in self._found for ttp in (*techniques(finding.ttp), *techniques(finding.ttps))}

    def signatures(
        self, draft: Draft, places: dict[CallId, int], order: list[int], by_name: dict[str, tuple[str, ...]]
    ) -> tuple[Signature, ...]:
        """All signatures, highest score first. `by_name` holds techniques that the report lists by signature."""
        made = [
            self._signature(finding, marks, draft, (places, order), by_name)
            for finding, marks in zip(self._found, self._marks, strict=True)
        ]
        return tuple(sorted(made, key=lambda one: -(one.score or 0)))

    def _signature(
        self,
        finding: Finding,
        marks: Marks,
        draft: Draft,
        places: tuple[dict[CallId, int], list[int]],
        by_name: dict[str, tuple[str, ...]],
    ) -> Signature:
        name = text(finding.name) or text(finding.description) or "unnamed"
        indicators = list(dict.fromkeys(one for mark in marks for one in _indicators(mark, draft, places)))
        draft.count.carry(min(len(marks), MAX_INDICATORS))
        draft.count.leave("indicators beyond the first of a signature", max(0, len(marks) - MAX_INDICATORS))
        own = (*techniques(finding.ttp), *techniques(finding.ttps), *by_name.get(name, ()))
        references = texts(finding.references)
        return Signature(
            name=name,
            label=text(finding.name),
            score=score(finding.severity),
            ttps=tuple(dict.fromkeys(own)),
            tags=(*texts(finding.categories), *(f"family:{family}" for family in texts(finding.families))),
            indicators=tuple(indicators[:MAX_INDICATORS]),
            description=text(finding.description),
            url=references[0] if references else None,
        )


def _marks(finding: Finding, count: Count) -> Iterator[Any]:
    for raw in (finding.data, finding.new_data, finding.marks):
        yield from lenient.many(raw, Any, "indicators", count)


def _call_id(mark: Any) -> CallId | None:
    if not isinstance(mark, dict) or mark.get("type") != "call":
        return None
    pid, call = number(mark.get("pid")), number(mark.get("cid"))
    return None if pid is None or call is None else (pid, call)


def _indicators(mark: Any, draft: Draft, places: tuple[dict[CallId, int], list[int]]) -> Iterator[Indicator]:
    """The indicators that one mark stands for: a call, an ioc, or values under free keys."""
    if not isinstance(mark, dict):
        told = text(mark)
        if told is not None:
            yield Indicator(ioc=cut(told, MAX_TEXT))
        return
    pid = number(mark.get("pid"))
    procid = None if pid is None else draft.procid_of(pid)
    at = _call_id(mark)
    if at is not None:
        place = places[0].get(at)
        event = None if place is None else places[1][place]
        yield Indicator(pid=pid, procid=procid, event=event, description=_api(mark))
        return
    if mark.get("type") == "ioc" and text(mark.get("ioc")) is not None:
        told, category = cut(text(mark["ioc"]) or "", MAX_TEXT), text(mark.get("category"))
        yield Indicator(ioc=told, description=category, pid=pid, procid=procid)
        return
    yield from _freely(mark, pid, procid)


def _freely(mark: dict[str, Any], pid: int | None, procid: int | None) -> Iterator[Indicator]:
    """The indicators of a mark with keys of its signature's own."""
    for name, value in mark.items():
        if name == "type" and isinstance(value, str) and value in _MARK_TYPES:
            continue
        if name in {"pid", "cid"}:
            continue
        for told in _told(value):
            yield Indicator(ioc=cut(told, MAX_TEXT), description=cut(name, MAX_TEXT), pid=pid, procid=procid)


def _api(mark: dict[str, Any]) -> str | None:
    call = mark.get("call")
    return text(call.get("api")) if isinstance(call, dict) else None


def _told(value: Any) -> Iterator[str]:
    """The texts in `value`, whatever its shape; objects as `key: value`."""
    if isinstance(value, dict):
        yield from _pairs(value)
    elif isinstance(value, list):
        for held in value[:MAX_INDICATORS]:
            yield from _pairs(held) if isinstance(held, dict) else texts(held)
    else:
        yield from texts(value)


def _pairs(value: dict[str, Any]) -> Iterator[str]:
    for name, held in list(value.items())[:MAX_INDICATORS]:
        told = text(held)
        if told is not None:
            yield f"{name}: {told}"


def listed_techniques(ttps: Any, matrix: Any) -> tuple[tuple[str, ...] | None, dict[str, tuple[str, ...]]]:
    """The techniques that a report lists for itself (None where it has no such list), and those by signature.

    `ttps` is CAPE's list of {signature, ttp} or {signature, ttps}, or an object by technique; `matrix` its
    `mitre_attck`: tactics with techniques, each with the signatures that led to it.
    """
    pairs = [*_listed(ttps), *_charted(matrix)]
    by_name: dict[str, list[str]] = {}
    for technique, name in pairs:
        if name is not None:
            by_name.setdefault(name, []).append(technique)
    named = {name: tuple(dict.fromkeys(found))[:MAX_TECHNIQUES] for name, found in by_name.items()}
    if ttps is None and matrix is None:
        return None, named
    return tuple(sorted({technique for technique, _ in pairs})), named


def _listed(ttps: Any) -> Iterator[tuple[str, str | None]]:
    if isinstance(ttps, dict):
        for technique in techniques(ttps):
            names = texts(ttps[technique])
            yield from ((technique, name) for name in names or (None,))
    elif isinstance(ttps, list):
        for entry in ttps:
            if isinstance(entry, dict):
                found = (*techniques(entry.get("ttp")), *techniques(entry.get("ttps")))
                yield from ((technique, text(entry.get("signature"))) for technique in found)
            else:
                yield from ((technique, None) for technique in techniques(entry))


def _charted(matrix: Any) -> Iterator[tuple[str, str | None]]:
    if not isinstance(matrix, dict):
        return
    for entries in matrix.values():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                names = texts(entry.get("signature"))
                for technique in techniques(entry.get("t_id")):
                    yield from ((technique, name) for name in names or (None,))
