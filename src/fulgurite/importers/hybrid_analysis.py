"""Hybrid Analysis and Falcon Sandbox: the summary of one report, bare or as Falcon X and its integrations wrap it."""

from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers import machines
from fulgurite.importers.clocks import moment
from fulgurite.importers.content import Content
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, Plain, entries, mapping, names_in, natural, objects
from fulgurite.importers.paths import joined
from fulgurite.importers.values import digest, fraction, port, text, texts
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_MARKS = names_in("threat_score threat_level verdict vx_family job_id submit_name total_processes")
_FEW = 3
_NAMES = (b'"threat_score"', b'"verdict"', b'"environment_id"')
_READ = names_in(
    """
    job_id id environment_id environment_description verdict threat_score threat_level vx_family sha256 sha1 md5 sha512
    size submit_name domains hosts compromised_hosts classification_tags tags processes extracted_files mitre_attcks
    signatures dns_requests contacted_hosts http_requests analysis_start_time total_processes total_signatures
    total_network_connections type type_short state interesting url_analysis environment imphash ssdeep
    """
)
_LEVELS = {"malicious": 9, "suspicious": 6, "informative": None, "whitelisted": 1, "no specific threat": 1}
_VERDICTS = {"malicious": 9, "suspicious": 6, "whitelisted": 1, "no specific threat": 1}
_SCORES = {2: 9, 1: 6, 0: None}
_KEYS: dict[str, tuple[Any, str]] = {
    "open": ("read", "OpenKey"),
    "query": ("read", "QueryValueKey"),
    "write": ("write", "SetValueKeyStr"),
    "set": ("write", "SetValueKeyStr"),
    "create": ("write", "CreateKey"),
    "delete": ("delete", "DeleteKey"),
}


class HybridAnalysis:
    """The summary; of a search's list the one report in it."""

    name = "hybrid-analysis"

    def sniff(self, content: Content) -> bool:
        if not (content.members or content.elements) or not all(mark in content.data for mark in _NAMES):
            return False
        return _summary(content.whole) is not None

    def parse(self, content: Content) -> Report:
        whole = content.whole
        found = _summary(whole)
        if found is None:
            raise MalformedReport("there is no summary of a report in it that can be read", where=self.name)
        return _Reader(self.name, found).read(len(objects(whole)) - 1 if isinstance(whole, list) else 0)


def _summary(whole: Any) -> Plain | None:
    """The summary in `whole`: itself, within `resources[].sandbox[]`, under its own id, or the first of a list."""
    for one in (whole, *objects(whole), *(mapping(whole).values() if isinstance(whole, dict) else ())):
        if isinstance(one, dict) and len(_MARKS & one.keys()) >= _FEW:
            return one
    for resource in objects(mapping(whole).get("resources")):
        for one in objects(resource.get("sandbox")):
            return {"sha256": resource.get("sha256"), "verdict": resource.get("verdict"), **one}
    return None


class _Reader:
    def __init__(self, name: str, summary: Plain) -> None:
        self.out = Gathered(name)
        self.summary = summary
        self.procids: dict[str, int] = {}

    def read(self, others: int) -> Report:
        """The report; `others` more stand in the same file."""
        out, a = self.out, self.summary
        self._processes()
        out.births()
        for one in objects(a.get("processes")):
            self._deeds(one)
        self._network()
        for one in objects(a.get("extracted_files")):
            path = text(one.get("file_path")) or text(one.get("name"))
            hashes = {kind: one.get(kind) for kind in ("md5", "sha1", "sha256")}
            out.dropped(path, hashes=hashes, size=one.get("file_size"), origin=text(one.get("threat_level_readable")))
        self._findings()
        out.count.leave("other reports", others)
        out.leave_rest(a, _READ)
        system = a.get("environment_description")
        size = natural(a.get("size") or a.get("file_size"))
        hashes = {kind: digest(a.get(kind), kind) for kind in ("sha256", "sha1", "md5", "sha512")}
        return out.report(
            sample=Sample(size_bytes=size, name=text(a.get("submit_name")), **hashes),
            source=Source(name=out.name, task=text(a.get("job_id")), backend=text(a.get("environment_id"))),
            machine=machines.machine(platform=system),
            os=machines.os_of(system),
            at=moment(a.get("analysis_start_time")),
            score=self._score(),
        )

    def _score(self) -> float | None:
        told = fraction(self.summary.get("threat_score"))
        said = _VERDICTS.get((text(self.summary.get("verdict")) or "").lower())
        return said if told is None else max(1.0, told / 10)

    def _processes(self) -> None:
        listed = objects(self.summary.get("processes"))
        for one in listed:
            image = text(one.get("normalized_path")) or text(one.get("name"))
            line = text(one.get("command_line"))
            uid = text(one.get("uid"))
            procid = self.out.process(pid=one.get("pid"), image=image, cmd=line)
            if uid is not None:
                self.procids.setdefault(uid, procid)
        for procid, one in enumerate(listed, 1):
            parent = self.procids.get(text(one.get("parentuid")) or "")
            if parent is not None and parent < procid:
                self.out.draft.update(procid, procid_parent=parent, ppid=self.out.draft.processes[parent - 1].pid)

    def _deeds(self, one: Plain) -> None:
        out, actor = self.out, self.procids.get(text(one.get("uid")) or "")
        for access in entries(one.get("file_accesses")):
            told = access if isinstance(access, dict) else {"path": access}
            kind = (text(told.get("type")) or "").lower()
            verb: Any = "write" if kind in {"create", "write"} else "delete" if kind == "delete" else "read"
            out.file(verb, told.get("path"), actor)
        for created in entries(one.get("created_files")):
            told = created if isinstance(created, dict) else {"file": created}
            out.file("write", told.get("file") or told.get("path") or told.get("name"), actor)
        for key in objects(one.get("registry")):
            verb, op = _KEYS.get((text(key.get("operation")) or "").lower(), ("read", "OpenKey"))
            path = joined(text(key.get("path")) or "", text(key.get("key")))
            out.key(verb, path, actor, op=op, value=text(key.get("value")) if verb == "write" else None)
        for name in entries(one.get("mutants")):
            out.sync("mutant", name, "MutantCreate", actor)
        for name in ("handles", "streams", "script_calls", "process_flags"):
            out.count.leave(name, len(entries(one.get(name))))

    def _network(self) -> None:
        out, a = self.out, self.summary
        for one in objects(a.get("contacted_hosts")):
            address = text(one.get("address"))
            if address is not None:
                proto = (text(one.get("protocol")) or "ip").lower()
                out.flow(proto, Ends(None, None, address, port(one.get("port"))))
        for one in objects(a.get("dns_requests")):
            out.domain(one.get("domain"), one.get("address"))
        for one in objects(a.get("http_requests")):
            host, path = text(one.get("host")) or "", text(one.get("url")) or "/"
            out.url(path if "://" in path else f"http://{host}{path}", one.get("request_method"))
        for one in (*entries(a.get("hosts")), *entries(a.get("compromised_hosts"))):
            out.host(one)
        for one in entries(a.get("domains")):
            out.domain(one)

    def _findings(self) -> None:
        out, a = self.out, self.summary
        for one in objects(a.get("signatures")):
            level = natural(one.get("threat_level"))
            said = _LEVELS.get((text(one.get("threat_level_human")) or "").lower())
            out.signature(
                one.get("name"),
                label=text(one.get("identifier")),
                score=said if level is None else _SCORES.get(level),
                ttps=one.get("attck_id"),
                description=text(one.get("description")),
                tags=tuple(texts(one.get("category"))),
            )
        for one in objects(a.get("mitre_attcks")):
            out.ttps_of(one.get("attck_id"), "mitre_attcks")
        out.family(a.get("vx_family"))
        for one in (*entries(a.get("classification_tags")), *entries(a.get("tags"))):
            out.tag(one)
