"""Several reports in one document, each as a document of its own that its importer reads."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from fulgurite.importers import lenient
from fulgurite.importers.content import Content

_WRAPPED = "EntityResult"
"""Under which name playbooks of SOAR tools keep the result about each of several entities."""
MOST = 10_000
"""Reports in one document that are told apart."""

_Split = Callable[[Content], Iterator[bytes]]


def parts(content: Content, name: str) -> list[bytes]:
    """The reports in `content`, which the importer `name` reads, in their order; [] where it is a single one."""
    split = _SPLITS.get(name)
    found = [] if split is None else [part for part, _ in zip(split(content), range(MOST), strict=False)]
    return found if len(found) > 1 else []


def elements(content: Content) -> list[bytes]:
    """What may be reports of their own in a list that is none itself, or under the ids of an object."""
    found: list[bytes] = []
    for raw in content.elements[:MOST]:
        inner = (lenient.tried(raw, lenient.Members) or {}).get(_WRAPPED)
        found.append(bytes(raw if inner is None else inner))
    return found


def _object(members: Mapping[str, bytes | msgspec.Raw]) -> bytes:
    """The members as one object."""
    return b"{" + b",".join(msgspec.json.encode(name) + b":" + bytes(raw) for name, raw in members.items()) + b"}"


def _list(listed: list[msgspec.Raw]) -> bytes:
    return b"[" + b",".join(map(bytes, listed)) + b"]"


def _members(raw: msgspec.Raw | None) -> lenient.Members:
    return {} if raw is None else lenient.tried(raw, lenient.Members) or {}


def _elements(raw: msgspec.Raw | None) -> list[msgspec.Raw]:
    return [] if raw is None else lenient.tried(raw, list[msgspec.Raw]) or []


def _polyswarm(content: Content) -> Iterator[bytes]:
    """Each of the analyses in `metadata`; what else stands there goes with the first."""
    listed = _elements(content.members.get("metadata"))
    analyses = [one for one in listed if "info" in _members(_members(one).get("tool_metadata"))]
    others = [one for one in listed if one not in analyses]
    for place, one in enumerate(analyses):
        kept = [one, *others] if place == 0 else [one]
        yield _object({**content.members, "metadata": _list(kept)})


def _filescan(content: Content) -> Iterator[bytes]:
    """Each of the reports of a flow."""
    for key, raw in _members(content.members.get("reports")).items():
        if "finalVerdict" in _members(raw):
            yield _object({**content.members, "reports": _object({key: raw})})


def _hybrid_analysis(content: Content) -> Iterator[bytes]:
    """Each summary of a search's list or of an object of ids, each run of each resource of Falcon X."""
    for raw in content.elements:
        if "threat_score" in _members(raw):
            yield bytes(raw)
    for key, raw in content.members.items():
        if key != "resources" and "threat_score" in _members(raw):
            yield bytes(raw)
    for resource in _elements(content.members.get("resources")):
        facts = _members(resource)
        for run in _elements(facts.get("sandbox")):
            alone = _object({**facts, "sandbox": _list([run])})
            yield _object({**content.members, "resources": b"[" + alone + b"]"})


def _virustotal(content: Content) -> Iterator[bytes]:
    """Each sandbox's behaviour in a list of several."""
    listed = content.elements or _elements(content.members.get("data"))
    for raw in listed:
        if _members(raw):
            yield _object({"data": raw})


_SPLITS: dict[str, _Split] = {
    "cape": _polyswarm,
    "cuckoo": _polyswarm,
    "filescan": _filescan,
    "hybrid-analysis": _hybrid_analysis,
    "virustotal": _virustotal,
}
"""By the importer's name."""
