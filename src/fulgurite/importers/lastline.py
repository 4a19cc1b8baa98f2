"""Lastline, later VMware NSX Defender: the answer of `get_result`, with the full report where it was asked for.

Shapes as its public clients read them: MISP's and VMware's result parsers, Splunk's connector, the MAEC converter.
"""

import math
from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers.clocks import moment
from fulgurite.importers.content import Content
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import FileVerb, Gathered, Plain, entries, mapping, names_in, objects
from fulgurite.importers.paths import joined
from fulgurite.importers.values import digest, fraction, number, port, text
from fulgurite.model.events import HttpResponse, Injection, Search
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_RESULT = names_in(
    """
    score malicious_activity activity_to_mitre_techniques analysis_subject report reports task_uuid submission
    submission_timestamp last_submission_timestamp expires
    """
)
_REPORT = names_in("uuid score format overview analysis_subjects analysis md5 sha1 sha256 mime_type malicious_activity")
_SUBJECT = names_in(
    """
    overview process process_interactions file_reads file_writes file_deletes file_renames file_searches registry_reads
    registry_writes registry_deletions mutex_creates mutex_opens dns_queries http_conversations network_connections
    loaded_libraries service_starts
    """
)
_INJECTIONS = {
    "create_thread": "CreateRemoteThread",
    "write_memory": "WriteProcessMemory",
    "map_memory": "MapViewOfSection",
    "set_context": "SetThreadContext",
    "queue_apc": "QueueUserAPC",
}
_OUT_OF_TEN = 10
_FILES: tuple[tuple[str, FileVerb], ...] = (
    ("file_reads", "read"),
    ("file_writes", "write"),
    ("file_deletes", "delete"),
)
_KEYS: tuple[tuple[str, FileVerb], ...] = (
    ("registry_reads", "read"),
    ("registry_writes", "write"),
    ("registry_deletions", "delete"),
)


class Lastline:
    """The result of one task: with `success` round it, bare, or the full report alone."""

    name = "lastline"

    def sniff(self, content: Content) -> bool:
        return _result(content) is not None

    def parse(self, content: Content) -> Report:
        result = _result(content)
        if result is None:
            raise MalformedReport("there is no result of an analysis in it", where=self.name)
        return _Reader(self.name, result).read()


def _result(content: Content) -> Plain | None:
    """The result, out of its wrapper; a full report alone becomes one. None where there is none."""
    outer = content.members
    known = content.inner("data") if "data" in outer else outer
    if "analysis_subjects" in known and "overview" in known:
        return {"report": mapping(content.whole).get("data", content.whole)}
    is_result = "score" in known and ("analysis_subject" in known or "task_uuid" in known)
    if not is_result or not {"malicious_activity", "report", "reports"} & known.keys():
        return None
    return mapping(mapping(content.whole).get("data", content.whole)) if "data" in outer else mapping(content.whole)


class _Reader:
    def __init__(self, name: str, result: Plain) -> None:
        self.out = Gathered(name)
        self.result = result
        self.full = mapping(result.get("report"))
        self.procids: dict[int, int] = {}
        """By the ids of the report's subjects."""

    def read(self) -> Report:
        """The report: all subjects, then what was made of them."""
        subjects = objects(self.full.get("analysis_subjects"))
        actors = [self._subject(one) for one in subjects]
        self.out.births()
        for one, actor in zip(subjects, actors, strict=True):
            self._deeds(one, actor)
            self._network(one, actor)
            self.out.leave_rest(one, _SUBJECT, "analysis_subjects ")
        self._visited()
        self._findings()
        self.out.leave_rest(self.result, _RESULT)
        self.out.leave_rest(self.full, _REPORT, "report ")
        about = mapping(self.result.get("analysis_subject"))
        overview = mapping(self.full.get("overview"))
        hashes: Plain = {
            kind: digest(about.get(kind) or self.full.get(kind), kind) for kind in ("sha256", "sha1", "md5")
        }
        return self.out.report(
            sample=Sample(name=text(about.get("filename")), **hashes),
            source=Source(
                name=self.out.name,
                version=text(overview.get("analysis_engine_version")),
                engine=text(overview.get("analysis_engine")),
                task=text(self.result.get("task_uuid")) or text(self.full.get("uuid")),
            ),
            at=moment(overview.get("analysis_start"))
            or moment(self.result.get("submission_timestamp"))
            or moment(self.result.get("submission")),
            score=self._score(),
        )

    def _score(self) -> int | None:
        """Of 0 to 100."""
        told = fraction(self.result.get("score") if "score" in self.result else self.full.get("score"))
        return None if told is None else max(1, math.ceil(min(told, 100) / _OUT_OF_TEN))

    def _subject(self, one: Plain) -> int | None:
        """The process that a subject is; none for a document or a page."""
        overview = mapping(one.get("overview"))
        process = mapping(one.get("process")) or mapping(overview.get("process"))
        number_of = number(overview.get("id")) or number(process.get("analysis_subject_id"))
        if not process:
            return None
        program = mapping(process.get("executable"))
        parent = self.procids.get(number(overview.get("parent_id")) or 0)
        procid = self.out.process(
            pid=process.get("process_id"),
            ppid=None if parent is None else self.out.draft.processes[parent - 1].pid,
            procid_parent=parent,
            image=text(program.get("filename")) or text(program.get("abs_path")),
            cmd=process.get("arguments"),
        )
        if number_of is not None:
            self.procids.setdefault(number_of, procid)
        return procid

    def _deeds(self, one: Plain, actor: int | None) -> None:
        self._files(one, actor)
        self._keys(one, actor)
        out = self.out
        for section, op in (("mutex_creates", "MutantCreate"), ("mutex_opens", "MutantOpen")):
            for mutex in objects(one.get(section)):
                out.sync("mutant", mutex.get("mutex_name"), op, actor)
        for library in objects(one.get("loaded_libraries")):
            out.module(library.get("filename"), actor)
        for service in objects(one.get("service_starts")):
            out.service("StartService", service.get("service_name"), actor)
        for other in objects(one.get("process_interactions")):
            self._interaction(other, actor)

    def _files(self, one: Plain, actor: int | None) -> None:
        for section, verb in _FILES:
            for file in objects(one.get(section)):
                self.out.file(verb, _path(file), actor)
        for file in objects(one.get("file_renames")):
            self.out.moved(_path(file.get("existing_file")), _path(file.get("new_file")), actor)
        for wanted in entries(one.get("file_searches")):
            self._searched(wanted, actor)

    def _keys(self, one: Plain, actor: int | None) -> None:
        for section, verb in _KEYS:
            for key in objects(one.get(section)):
                value = text(key.get("data")) if verb == "write" else None
                self.out.key(verb, joined(text(key.get("key")) or "", text(key.get("value"))), actor, value=value)

    def _searched(self, wanted: Any, actor: int | None) -> None:
        target = _path(wanted)
        if target is None:
            self.out.count.unreadable("file_searches")
            return
        self.out.count.carry()
        self.out.draft.add(Search(procid=actor, object="file", target=target, op="FindFirstFile"))

    def _interaction(self, other: Plain, actor: int | None) -> None:
        """What a process did to another: those that came up stand among the subjects already."""
        self.out.count.carry()
        target = self.procids.get(number(other.get("analysis_subject_id")) or 0)
        told = [text(one) for one in entries(other.get("operations"))]
        is_birth = "create_process" in told
        for operation in told:
            op = _INJECTIONS.get(operation or "")
            if op is None or (is_birth and op == "CreateRemoteThread"):
                continue
            self.out.draft.add(Injection(procid=actor, op=op, procid_target=target))
            if target is not None:
                self.out.draft.update(target, injected=True)

    def _network(self, one: Plain, actor: int | None) -> None:
        out = self.out
        for query in objects(one.get("dns_queries")):
            out.domain(query.get("hostname"), query.get("results") or (), procid=actor)
        for section in ("network_connections", "http_conversations"):
            for way in objects(one.get(section)):
                if text(way.get("dst_ip")) is None:
                    out.count.leave(f"{section} without a host")
                    continue
                src, dst = text(way.get("src_ip")), text(way.get("dst_ip")) or ""
                ends = Ends(src, port(way.get("src_port")), dst, port(way.get("dst_port")))
                flow = out.flow((text(way.get("protocol")) or "tcp").lower(), ends, actor)
                if section == "http_conversations":
                    self._conversation(way, flow, actor)

    def _conversation(self, way: Plain, flow: int, actor: int | None) -> None:
        """A request by its first line, `POST /gate.php HTTP/1.1`, and the answer by its headers."""
        parts = (text(way.get("url")) or "").split(" ")
        method, path = (parts[0], parts[1]) if len(parts) > 1 else ("GET", parts[0])
        host, at = text(way.get("dst_host")) or text(way.get("dst_ip")) or "", port(way.get("dst_port"))
        where = host if at in {80, None} else f"{host}:{at}"
        url = path if "://" in path else f"http://{where}{path}"
        self.out.flows.sees(flow, "http")
        self.out.count.carried -= 1
        self.out.url(url, method, actor, flow=flow)
        status = (text(mapping(way.get("response_headers")).get("Status-Line")) or "").split(" ")
        code = number(status[1]) if len(status) > 1 else None
        if code is not None:
            self.out.draft.add_network(HttpResponse(status=code, url=url, flow=flow))

    def _visited(self) -> None:
        """What a page that was looked at made the browser ask for."""
        network = mapping(mapping(self.full.get("analysis")).get("network"))
        for request in objects(network.get("requests")):
            self.out.host(request.get("ip"))
            self.out.url(request.get("url"))

    def _findings(self) -> None:
        techniques = mapping(self.result.get("activity_to_mitre_techniques"))
        listed = self.result.get("malicious_activity") or self.full.get("malicious_activity")
        for one in entries(listed):
            name = text(one.get("description")) if isinstance(one, dict) else text(one)
            ids = [technique.get("id") for technique in objects(techniques.get(name or ""))]
            tag = (name or "").partition(":")
            self.out.signature(name, ttps=ids, tags=(tag[0],) if tag[1] != "" else ())


def _path(file: Any) -> str | None:
    return text(file.get("filename")) or text(file.get("abs_path")) if isinstance(file, dict) else text(file)
