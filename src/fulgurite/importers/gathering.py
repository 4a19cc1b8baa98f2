"""What a summary of behaviour tells, gathered into a report: for sources that list deeds rather than log calls."""

import re
from datetime import datetime
from typing import Any, Literal

from fulgurite.importers import lenient, paths
from fulgurite.importers.draft import Draft
from fulgurite.importers.flows import ANY_PROTO, Ends, Flows
from fulgurite.importers.techniques import techniques
from fulgurite.importers.values import cut, digest, number, text
from fulgurite.model.artifact import Artifact
from fulgurite.model.config import MalwareConfig
from fulgurite.model.events import (
    DnsAnswer,
    DnsQuery,
    Event,
    FileAccess,
    HttpRequest,
    ModuleLoad,
    RegistryAccess,
    Service,
    SyncObject,
    TlsHandshake,
)
from fulgurite.model.process import Process
from fulgurite.model.report import Machine, Os, Report, Source, checked
from fulgurite.model.sample import Sample
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.verdict import clamped

MAX_INDICATORS = 2000
"""Pieces of evidence kept of one signature."""
MAX_TEXT = 4096
"""Characters of one piece of evidence."""

Plain = dict[str, Any]
FileVerb = Literal["read", "write", "delete"]
SyncKind = Literal["mutant", "event", "semaphore", "section", "timer", "pipe", "atom"]
_DIGESTS = frozenset({"md5", "sha1", "sha256"})
_FILE_OPS = {"read": "OpenRead", "write": "CreateModify", "delete": "Delete"}
_KEY_OPS = {"read": "OpenKey", "write": "SetValueKeyStr", "delete": "DeleteKey"}
_WORD = re.compile(r"[DQ]WORD \(0x([0-9a-fA-F]{1,8})(?:-0x([0-9a-fA-F]{8}))?\)", re.ASCII)
"""A number in the registry, as Sysmon writes it."""


def mapping(value: Any) -> Plain:
    """`value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[Any]:
    """What `value` lists: a list's elements; itself where a writer collapsed a list of one; nothing of null."""
    if isinstance(value, list):
        return value
    return [] if value is None or value in ("", {}) else [value]


def objects(value: Any) -> list[Plain]:
    """The objects that `value` lists."""
    return [one for one in entries(value) if isinstance(one, dict)]


def natural(value: Any) -> int | None:
    """`value` as a number that is not negative, or None."""
    found = number(value)
    return found if found is not None and found >= 0 else None


def names_in(listed: str) -> frozenset[str]:
    """The names in `listed`, parted by blanks."""
    return frozenset(listed.split())


class Gathered:
    """One report in the making; every deed that is taken up counts as carried."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.draft = Draft()
        self.count = self.draft.count
        self.flows = Flows()
        self.artifacts: list[Artifact] = []
        self.signatures: list[Signature] = []
        self.configs: list[MalwareConfig] = []
        self.families: dict[str, None] = {}
        self.tags: dict[str, None] = {}
        self.ttps: set[str] = set()
        self._asked: set[tuple[str, str]] = set()
        self._answered: set[tuple[str, str, tuple[str, ...]]] = set()
        self._network: list[Event] = []
        """What the network's record tells; stands after the flows that it refers to."""

    def process(self, **fields: Any) -> int:
        """Takes a process up and returns its procid. Fields as those of Process, values as sources write them."""
        self.count.carry()
        plain: Plain = {name: number(fields.pop(name, None)) for name in ("pid", "ppid", "exit_status")}
        image, cmd = text(fields.pop("image", None)), text(fields.pop("cmd", None))
        return self.draft.add_process(Process(procid=0, image=image, cmd=cmd, **plain, **fields))

    def births(self) -> None:
        """Tells of the coming up of all processes taken up so far; to be called before their deeds."""
        self.draft.link_parents()
        self.draft.add_births()

    def file(self, verb: FileVerb, path: Any, procid: int | None = None, **more: Any) -> None:
        """A file was read, written or deleted. `more`: op, status, at_ms, repeats."""
        told = self._told(path, "files")
        if told is None:
            return
        op, at_ms = more.pop("op", None) or _FILE_OPS[verb], more.pop("at_ms", None)
        event = FileAccess(procid=procid, verb=verb, path=paths.file(told), op=op, status=more.get("status"))
        self.draft.add(event, at_ms, more.get("repeats", 1))

    def moved(self, source: Any, target: Any, procid: int | None = None, at_ms: int | None = None) -> None:
        """A file got a new name."""
        old, new = self._told(source, "files moved"), text(target)
        if old is not None:
            dst = None if new is None else paths.file(new)
            event = FileAccess(procid=procid, verb="rename", path=paths.file(old), op="Rename", dst=dst)
            self.draft.add(event, at_ms)

    def copied(self, source: Any, target: Any, procid: int | None = None) -> None:
        """A file was copied: read in one place, written in the other."""
        self.file("read", source, procid)
        if text(target) is not None:
            self.draft.add(
                FileAccess(procid=procid, verb="write", path=paths.file(text(target) or ""), op="CreateModify")
            )

    def key(self, verb: FileVerb, path: Any, procid: int | None = None, **more: Any) -> None:
        """A key or value of the registry was read, written or deleted. `more`: op, value, status, at_ms."""
        told = self._told(path, "registry")
        if told is None:
            return
        op, at_ms = more.pop("op", None) or _KEY_OPS[verb], more.pop("at_ms", None)
        value = more.get("value")
        if isinstance(value, str):
            word = _WORD.fullmatch(value)
            value = cut(value, MAX_TEXT) if word is None else int(word[1] + (word[2] or ""), 16)
            op = "SetValueKeyInt" if word is not None and op == _KEY_OPS["write"] else op
        elif not isinstance(value, int) or isinstance(value, bool) or number(value) is None:
            value = None
        path, status = paths.registry(told), more.get("status")
        self.draft.add(RegistryAccess(procid=procid, verb=verb, path=path, op=op, value=value, status=status), at_ms)

    def sync(self, kind: SyncKind, name: Any, op: str, procid: int | None = None, at_ms: int | None = None) -> None:
        """A named object was made or opened."""
        told = self._told(name, f"{kind}s")
        if told is not None:
            self.draft.add(SyncObject(procid=procid, object=kind, name=told, op=op), at_ms)

    def module(self, path: Any, procid: int | None = None, at_ms: int | None = None) -> None:
        """A library was loaded."""
        told = self._told(path, "modules")
        if told is not None:
            self.draft.add(ModuleLoad(procid=procid, path=paths.file(told)), at_ms)

    def service(self, op: str, name: Any, procid: int | None = None, path: Any = None) -> None:
        """A service was made, started, changed, opened, stopped or deleted."""
        told = self._told(name, "services")
        if told is not None:
            self.draft.add(Service(procid=procid, op=op, name=told, path=text(path)))

    def flow(self, proto: str, ends: Ends, procid: int | None = None, at_ms: int | None = None) -> int:
        """A flow between two ends; one known already is not made anew."""
        self.count.carry()
        known = self.flows.of(proto, ends)
        if known is None:
            known = self.flows.add(proto, ends, at_ms)
        if procid is not None and self.flows.flows[known - 1].procid is None:
            self.flows.update(known, procid=procid)
        return known

    def host(self, address: Any, procid: int | None = None) -> None:
        """A host that the source names without saying how it was reached."""
        told = self._told(address, "hosts")
        if told is not None and not self.flows.knows(told):
            number_of = self.flows.add(ANY_PROTO, Ends(None, None, told, None))
            self.flows.update(number_of, procid=procid)

    def domain(self, name: Any, answers: Any = (), kind: Any = None, procid: int | None = None) -> None:
        """A name was asked for; its answers, where the source tells any."""
        told = self._told(name, "domains")
        if told is None:
            return
        asked = (text(kind) or "A").upper()
        if (told, asked) not in self._asked:
            self._asked.add((told, asked))
            self._network.append(DnsQuery(name=told, type=asked, procid=procid))
        values = tuple(one for answer in entries(answers) if (one := text(answer)) is not None)
        if values and (told, asked, values) not in self._answered:
            self._answered.add((told, asked, values))
            self._network.append(DnsAnswer(name=told, type=asked, values=values))

    def url(self, url: Any, method: Any = None, procid: int | None = None, **more: Any) -> None:
        """A request over the web. `more`: headers, flow, at_ms."""
        told = self._told(url, "urls")
        if told is not None:
            self._network.append(HttpRequest(method=text(method) or "GET", url=told, procid=procid, **more))

    def tls(self, *, sni: str | None, ja3: str | None, ja3s: str | None, flow: int | None = None) -> None:
        """A handshake of TLS."""
        self.count.carry()
        self._network.append(TlsHandshake(sni=sni, ja3=ja3, ja3s=ja3s, flow=flow))

    def ttps_of(self, value: Any, section: str) -> None:
        """Techniques that the source lists for the whole report."""
        found = techniques(value)
        if found:
            self.count.carry()
            self.ttps.update(found)
        elif value not in (None, "", [], {}):
            self.count.unreadable(section)

    def dropped(self, path: Any, *, kind: str = "martian", hashes: Plain | None = None, **more: Any) -> None:
        """A file or piece of memory that the run left. `hashes` by md5, sha1, sha256."""
        self.count.carry()
        told: Plain = {word: digest(value, word) for word, value in (hashes or {}).items() if word in _DIGESTS}
        size, address = natural(more.pop("size", None)), natural(more.pop("address", None))
        folder = "memory" if kind == "region" else "files"
        word = told.get("sha256") or told.get("sha1") or told.get("md5") or kind
        name = f"{folder}/{len(self.artifacts)}-{word}"
        place = text(path)
        self.artifacts.append(
            Artifact(name=name, kind=kind, path=place, size_bytes=size, address=address, **told, **more)
        )

    def signature(self, name: Any, *, evidence: Any = (), **more: Any) -> None:
        """A finding of the source. `more`: label, score, ttps, tags, description, url, yara_rule."""
        self.count.carry()
        score = more.pop("score", None)
        ttps = techniques(more.pop("ttps", ()))
        self.ttps.update(ttps)
        listed = [one if isinstance(one, Indicator) else _indicator(one) for one in evidence]
        kept = tuple(dict.fromkeys(one for one in listed if one is not None))
        self.count.carry(min(len(kept), MAX_INDICATORS))
        self.count.leave("evidence beyond the first of a signature", max(0, len(kept) - MAX_INDICATORS))
        self.signatures.append(
            Signature(
                name=text(name) or "unnamed",
                score=None if score is None or score <= 0 else clamped(score),
                ttps=ttps,
                indicators=kept[:MAX_INDICATORS],
                **more,
            )
        )

    def family(self, name: Any) -> None:
        """A family of malware that the source says the sample is of."""
        told = self._told(name, "families")
        if told is not None:
            self.families[told] = None

    def tag(self, name: Any) -> None:
        """A word that the source puts on the sample."""
        told = self._told(name, "tags")
        if told is not None:
            self.tags[told] = None

    def leave_rest(self, sections: lenient.Members | Plain, read: frozenset[str], prefix: str = "") -> None:
        """Counts the sections that stand only in the original: all that are not in `read`."""
        for key, value in sections.items():
            if key not in read:
                items = lenient.size(value) if isinstance(value, lenient.Raw) else len_of(value)
                self.count.leave((prefix + key)[:60], items)

    def report(
        self,
        *,
        sample: Sample,
        source: Source | None = None,
        machine: Machine | None = None,
        os: Os = "windows",
        at: datetime | None = None,
        score: float | None = None,
        zero: int | None = None,
    ) -> Report:
        """The report of all that was gathered. Raises MalformedReport for what no report may hold."""
        draft = self.draft
        draft.add_deaths()
        draft.settle_clock(zero)
        self.flows.own(draft)
        self.flows.tell(draft)
        for event in self._network:
            draft.add_network(event)
        events, _ = draft.placed()
        faults = self.count.faults()
        report = Report(
            source=source or Source(name=self.name),
            sample=sample,
            os=os,
            machine=machine or Machine(),
            outcome="partial" if faults else "completed",
            reasons=faults,
            requested_at=at,
            processes=tuple(draft.processes),
            events=events,
            flows=tuple(self.flows.flows),
            artifacts=tuple(self.artifacts),
            signatures=tuple(sorted(self.signatures, key=lambda one: -(one.score or 0))),
            ttps=tuple(sorted(self.ttps)) if self.ttps else None,
            families=tuple(self.families),
            configs=tuple(self.configs),
            tags=tuple(self.tags),
            score=None if score is None else clamped(score),
            tally=self.count.tally(),
        )
        return checked(report, where=self.name)

    def _told(self, value: Any, kind: str) -> str | None:
        found = text(value)
        if found is None:
            if value not in (None, "", [], {}):
                self.count.unreadable(kind)
        else:
            self.count.carry()
        return found


def _indicator(told: Any) -> Indicator | None:
    found = text(told)
    return None if found is None else Indicator(ioc=cut(found, MAX_TEXT))


def len_of(value: Any) -> int:
    """How many items a plain value holds: of a list or object its length, of other values 1, of nothing 0."""
    if isinstance(value, list | dict):
        return len(value)
    return 0 if value is None or value == "" or value is False else 1


def plain(sections: lenient.Members, name: str) -> Any:
    """The section `name` as plain values; None where there is none."""
    return lenient.anything(sections.get(name))
