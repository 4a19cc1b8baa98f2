"""What a report tells, in plain sets and counts: told by its original, by the imported Report, and by the v4 body.

Originals are read by plain JSON and a few lines each (the modules beside this one); nothing here uses what importers
use, so that an importer's mistake cannot hide itself.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fulgurite.model.events import (
    DnsAnswer,
    DnsQuery,
    FileAccess,
    FlowStart,
    HttpRequest,
    RegistryAccess,
    SyncObject,
)
from fulgurite.model.report import Report

T = TypeVar("T")

HIVES = {
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_CURRENT_USER": "HKCU",
    "HKEY_USERS": "HKU",
    "HKEY_CLASSES_ROOT": "HKCR",
    "\\REGISTRY\\MACHINE": "HKLM",
    "\\REGISTRY\\USER": "HKU",
}


@dataclass
class Told:
    """None: the format has no such thing, or says it in a way that has no count of its own."""

    processes: Counter[int | None] | None = None
    """How often each pid."""
    pids: set[int] | None = None
    """Pids alone, for a source that lists a process under each of its parents."""
    parents: set[tuple[int, int]] = field(default_factory=set)
    """Pid of a process, and of its parent among the processes."""
    commands: set[str] = field(default_factory=set)
    injected: set[int] | None = None
    files: set[str] = field(default_factory=set)
    files_written: set[str] = field(default_factory=set)
    files_deleted: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    keys_written: set[str] = field(default_factory=set)
    keys_deleted: set[str] = field(default_factory=set)
    mutexes: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    flows: int | None = None
    dropped: Counter[str] | None = None
    """Digests (or paths, where there are none) of files."""
    dumps: int | None = None
    """Pieces of memory, payloads, buffers: all that was left but dropped files."""
    signatures: Counter[str] | None = None
    ttps: set[str] | None = None
    families: set[str] | None = None
    configs: int | None = None
    score: int | None = None
    other: set[str] = field(default_factory=set)
    """Whatever else stands in the original, in lower case: where a report may have more than the lists above."""


def compare(original: Told, told: Told) -> None:
    """Fails where `told` lacks or makes up something."""
    for name in LISTS:
        wanted, found = getattr(original, name), getattr(told, name)
        assert wanted <= found, f"{name} missing: {sorted(wanted - found)[:5]}"
        made_up = {one for one in found - wanted if not _stands_in(one, original.other)}
        assert not made_up, f"{name} made up: {sorted(made_up)[:5]}"
    for name in EXACT:
        wanted, found = getattr(original, name), getattr(told, name)
        assert wanted is None or found is None or wanted == found, f"{name}: {wanted} in the original, {found} here"
    assert original.parents <= told.parents, f"parents missing: {sorted(original.parents - told.parents)[:5]}"
    assert original.score is None or original.score == told.score


def _stands_in(one: str, other: set[str]) -> bool:
    """Whether a value, or the last part of one put together from handle and name or host and path, is there."""
    parts = one.lower().split("\\")
    if any("\\".join(parts[place:]) in other for place in range(len(parts))):
        return True
    path = re.sub(r"^https?://[^/]*", "", one.lower())
    return path != one.lower() and (path in {"", "/"} or path in other or path.lstrip("/") in other)


LISTS = (
    "commands",
    "files",
    "files_written",
    "files_deleted",
    "keys",
    "keys_written",
    "keys_deleted",
    "mutexes",
    "events",
    "hosts",
    "domains",
    "urls",
)
EXACT = ("processes", "pids", "injected", "flows", "dropped", "dumps", "signatures", "ttps", "families", "configs")


def key(path: str) -> str:
    """A registry path with its hive in short and single backslashes."""
    path = re.sub(r"\\\\+", r"\\", path)
    for long, short in HIVES.items():
        if path.upper() == long or path.upper().startswith(long + "\\"):
            return short + path[len(long) :]
    return path


def file(path: str) -> str:
    """A path of a file, without what the kernel puts before the drive's letter."""
    path = re.sub(r"^\\(\?\?|\\\?|DosDevices)\\(?=.:)", "", path)
    path = re.sub(r"^\\(\?\?|\\\?)\\UNC\\", r"\\\\", path)
    return re.sub(r"^\\Device\\HarddiskVolume\d+(?=\\|$)", "C:", path, flags=re.IGNORECASE)


def strings(plain: Any) -> Iterator[str]:
    """Every text in a JSON value, names of members too."""
    waiting = [plain]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
            yield from value
        elif isinstance(value, list):
            waiting.extend(value)


def spelt(texts: Iterable[str]) -> set[str]:
    """`texts` in each spelling that a report may give them."""
    found: set[str] = set()
    for text in set(texts):
        found |= {text.lower(), file(text).lower(), key(text).lower()}
    return found


def of_report(report: Report) -> Told:
    """What the Report tells."""
    pids = {one.procid: one.pid for one in report.processes}
    told = Told(
        processes=Counter(one.pid for one in report.processes),
        pids={one.pid for one in report.processes if one.pid is not None},
        parents=_parents((one.pid, pids.get(one.procid_parent or 0)) for one in report.processes),
        commands={one.cmd for one in report.processes if isinstance(one.cmd, str)},
        injected={one.pid for one in report.processes if one.injected and one.pid is not None},
        flows=len(report.flows),
        dropped=Counter(one.sha256 or one.path or "" for one in report.artifacts if one.kind == "martian"),
        dumps=sum(1 for one in report.artifacts if one.kind != "martian"),
        signatures=Counter(one.name for one in report.signatures),
        ttps=set(report.ttps or ()),
        families=set(report.families),
        configs=len(report.configs),
        score=report.score,
    )
    told.files = {path for one in _kind(report, FileAccess) for path in (one.path, one.dst) if path is not None}
    told.files_written = {one.path for one in _kind(report, FileAccess) if one.verb == "write"}
    told.files_deleted = {one.path for one in _kind(report, FileAccess) if one.verb == "delete"}
    told.keys = {one.path for one in _kind(report, RegistryAccess)}
    told.keys_written = {one.path for one in _kind(report, RegistryAccess) if one.verb == "write"}
    told.keys_deleted = {one.path for one in _kind(report, RegistryAccess) if one.verb == "delete"}
    told.mutexes = {one.name for one in _kind(report, SyncObject) if one.object == "mutant"}
    told.events = {one.name for one in _kind(report, SyncObject) if one.object == "event"}
    ends = [(one.remote_addr, one.local_addr) for one in _kind(report, FlowStart)]
    told.hosts = {end for pair in ends for end in pair if end is not None}
    told.domains = {one.name for one in _kind(report, DnsQuery)} | {one.name for one in _kind(report, DnsAnswer)}
    told.urls = {one.url for one in _kind(report, HttpRequest)}
    return told


def _kind(report: Report, kind: type[T]) -> list[T]:
    return [one for one in report.events if isinstance(one, kind)]


def _parents(pairs: Iterable[tuple[int | None, int | None]]) -> set[tuple[int, int]]:
    return {(pid, parent) for pid, parent in pairs if pid is not None and parent is not None}


def of_body(body: dict[str, Any]) -> Told:
    """What the v4 body tells."""
    summary, data = body["summary"], body["details"]["data"]
    births = [one["d"] for one in body["details"]["procLabels"]]
    requests = summary["network"].get("requests", [])
    pids = {one["proc"]: one.get("pid") for one in births}
    pids |= {one["procid"]: one.get("pid") for one in summary["processes"]}
    told = Told(
        processes=Counter(one.get("pid") for one in births),
        pids={one["pid"] for one in births if "pid" in one},
        parents=_parents((one.get("pid"), pids.get(one.get("procid_parent", 0))) for one in summary["processes"]),
        commands={one["cmd"] for one in births if isinstance(one.get("cmd"), str)},
        files={path for one in data["files"] for path in (one["d"].get("path"), one["d"].get("dst")) if path},
        files_written=_by_verb(data["files"], "write"),
        files_deleted=_by_verb(data["files"], "delete"),
        keys={one["d"]["path"] for one in data["registry"]},
        keys_written=_by_verb(data["registry"], "write"),
        keys_deleted=_by_verb(data["registry"], "delete"),
        mutexes={one["d"]["mutant"] for one in data["mutex"] if "mutant" in one["d"]},
        events={one["d"]["event"] for one in data["mutex"] if "event" in one["d"]},
        domains={name for one in requests for way in _DNS for name in one.get(way, {}).get("domains", ())},
        urls={one["http_request"]["url"] for one in requests if "http_request" in one},
        flows=len(summary["network"].get("flows", [])),
        dropped=Counter(
            one.get("sha256") or one.get("path", "") for one in summary["dumped"] if one["kind"] == "martian"
        ),
        dumps=sum(1 for one in summary["dumped"] if one["kind"] != "martian"),
        signatures=Counter(one["name"] for one in summary["signatures"]),
        ttps=set(summary.get("ttp", ())),
        injected={one["pid"] for one in summary["processes"] if one.get("injected") and "pid" in one},
        families=set(body.get("sandbox_families", ())),
        configs=len(summary.get("extracted", ())),
        score=body.get("analysis", {}).get("infection_score"),
    )
    for label in body["details"]["flowLabels"]:
        told.hosts |= {label["d"][end] for end in ("remote_addr", "local_addr") if end in label["d"]}
    return told


def _by_verb(listed: list[dict[str, Any]], verb: str) -> set[str]:
    return {one["d"]["path"] for one in listed if one["n"].endswith(f".{verb}")}


_DNS = ("dns_request", "dns_response")
