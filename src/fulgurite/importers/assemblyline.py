"""Assemblyline 4's ontology of a dynamic analysis: processes, connections and signatures of any sandbox behind it."""

from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient, machines
from fulgurite.importers.clocks import Stamps, moment
from fulgurite.importers.content import Content
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, Plain, entries, mapping, names_in, natural, objects, plain
from fulgurite.importers.paths import file as plain_path
from fulgurite.importers.values import digest, fraction, port, text
from fulgurite.model.config import MalwareConfig
from fulgurite.model.nesting import nests_too_deep
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_SECTIONS = names_in(
    "sandboxes sandbox processes network_connections network_dns network_http signatures malwareconfig score"
)
_OFFICIAL = {"process": "processes", "netflow": "network_connections", "signature": "signatures"}
"""How the record of a service's result names what the service itself names in the plural."""
_SCORES = ((1000, 9), (700, 7), (300, 5), (1, 3))
"""Assemblyline's own lines: malicious, highly suspicious, suspicious, informative."""
_OF_CONFIG = frozenset({"objectid", "family", "config_extractor"})
_MARKS = (b'"objectid"', b'"ontology_id"')


class Assemblyline:
    """The ontology that services of Assemblyline 4 write; also within `results`, as in the record of a result."""

    name = "assemblyline"

    def sniff(self, content: Content) -> bool:
        return bool(_results(content.members)) and all(mark in content.data for mark in _MARKS)

    def parse(self, content: Content) -> Report:
        outer = content.sections(self.name)
        found = _results(outer)
        if not found:
            raise MalformedReport("there is no ontology of a sandbox in it", where=self.name)
        return _Reader(self.name, found, outer if "results" in outer else {}).read()


def _results(sections: lenient.Members) -> lenient.Members:
    inner = lenient.tried(sections["results"], lenient.Members) if "results" in sections else sections
    named = {_OFFICIAL.get(name, name): raw for name, raw in (inner or {}).items()}
    kinds = _SECTIONS & named.keys()
    return named if len(kinds) > 1 and {"processes", "sandboxes", "sandbox"} & kinds else {}


def _key(one: Any) -> str | None:
    told = mapping(one)
    return text(told.get("guid")) or text(told.get("ontology_id"))


class _Reader:
    def __init__(self, name: str, sections: lenient.Members, record: lenient.Members) -> None:
        self.out = Gathered(name)
        self.sections = sections
        self.record = record
        """What stands round the results: file, service, submission."""
        self.procids: dict[str, int] = {}
        self._stamps = Stamps()

    def read(self) -> Report:
        """The report of all sections."""
        out = self.out
        self._processes()
        out.births()
        for one in objects(plain(self.sections, "network_connections")):
            self._connection(one)
        for one in objects(plain(self.sections, "network_dns")):
            out.domain(one.get("domain"), _values(one), one.get("lookup_type"))
        for one in objects(plain(self.sections, "network_http")):
            out.url(one.get("request_uri"), one.get("request_method"))
        for one in objects(plain(self.sections, "signatures")):
            self._signature(one)
        for one in objects(plain(self.sections, "malwareconfig")):
            self._config(one)
        out.leave_rest(self.sections, _SECTIONS)
        file, submission = mapping(plain(self.record, "file")), mapping(plain(self.record, "submission"))
        listed = objects(plain(self.sections, "sandboxes")) or objects(plain(self.sections, "sandbox"))
        sandbox = listed[0] if listed else {}
        out.count.carry(min(1, len(listed)))
        out.count.leave("sandboxes beyond the first", max(0, len(listed) - 1))
        meta = mapping(sandbox.get("analysis_metadata"))
        guest = mapping(meta.get("machine_metadata"))
        system = f"{text(guest.get('platform')) or ''}{text(guest.get('version')) or ''}" or None
        return out.report(
            sample=Sample(
                sha256=digest(file.get("sha256"), "sha256"),
                sha1=digest(file.get("sha1"), "sha1"),
                md5=digest(file.get("md5"), "md5"),
                size_bytes=natural(file.get("size")),
                name=text(file.get("names")),
            ),
            source=Source(
                name=out.name,
                version=text(sandbox.get("sandbox_version")),
                engine=text(sandbox.get("sandbox_name")),
                task=text(meta.get("task_id")),
            ),
            machine=machines.machine(platform=system, name=guest.get("hostname")),
            os=machines.os_of(system),
            at=moment(meta.get("start_time") or submission.get("date")),
            score=_score(plain(self.sections, "score")),
        )

    def _config(self, one: Plain) -> None:
        """The settings that an extractor took out."""
        if nests_too_deep(one):
            self.out.count.unreadable("malwareconfig")
            return
        self.out.count.carry()
        for family in entries(one.get("family")):
            self.out.family(family)
        values = {name: value for name, value in one.items() if name not in _OF_CONFIG and value not in (None, [], {})}
        self.out.configs.append(
            MalwareConfig(family=text(one.get("family")), rule=text(one.get("config_extractor")), values=values)
        )

    def _processes(self) -> None:
        listed = objects(plain(self.sections, "processes"))
        for one in listed:
            image = text(one.get("image"))
            procid = self.out.process(
                pid=one.get("pid"),
                ppid=one.get("ppid"),
                image=None if image is None else plain_path(image),
                cmd=one.get("command_line"),
                started_ms=self._stamps.ms(one.get("start_time")),
                terminated_ms=self._stamps.ms(one.get("end_time")),
            )
            key = _key(one.get("objectid"))
            if key is not None:
                self.procids.setdefault(key, procid)
        for procid, one in enumerate(listed, 1):
            parent = self.procids.get(_key(one.get("pobjectid")) or "")
            if parent is not None and parent < procid:
                self.out.draft.update(procid, procid_parent=parent)
        self._modules(listed)

    def _modules(self, listed: list[Plain]) -> None:
        for procid, one in enumerate(listed, 1):
            for module in entries(one.get("loaded_modules")):
                self.out.module(module, procid)
            for service in entries(one.get("services_involved")):
                self.out.service("Open", service, procid)

    def _connection(self, one: Plain) -> None:
        out = self.out
        actor = self.procids.get(_key(mapping(one.get("process")).get("objectid") or one.get("process")) or "")
        remote = text(one.get("destination_ip"))
        number_of = None
        if remote is None:
            out.count.leave("connections without a host")
        else:
            proto = (text(one.get("transport_layer_protocol")) or "ip").lower()
            near, there = port(one.get("source_port")), port(one.get("destination_port"))
            number_of = out.flow(proto, Ends(text(one.get("source_ip")), near, remote, there), actor)
        dns, http = mapping(one.get("dns_details")), mapping(one.get("http_details"))
        if dns:
            out.flows.sees(number_of, "dns")
            out.domain(dns.get("domain"), _values(dns), dns.get("lookup_type"), actor)
        if http:
            out.flows.sees(number_of, "http")
            headers = mapping(http.get("request_headers"))
            shown = tuple(f"{key}: {value}" for key, value in headers.items() if isinstance(value, str))
            out.url(http.get("request_uri"), http.get("request_method"), actor, headers=shown, flow=number_of)

    def _signature(self, one: Plain) -> None:
        points = fraction(one.get("score"))
        malware = [*entries(one.get("malware_families")), *entries(one.get("actors"))]
        for family in entries(one.get("malware_families")):
            self.out.family(family)
        evidence = [
            text(item.get("uri")) or text(item.get("domain")) or text(item.get("action"))
            for item in objects(one.get("attributes"))
        ]
        self.out.signature(
            one.get("name"),
            label=text(one.get("type")),
            score=None if points is None else points / 100,
            ttps=[item.get("attack_id") if isinstance(item, dict) else item for item in entries(one.get("attacks"))],
            tags=tuple(found for item in malware if (found := text(item)) is not None),
            evidence=evidence,
        )


def _score(points: Any) -> int | None:
    """Points of Assemblyline as a score; None where it tells none."""
    found = fraction(points)
    return None if found is None else next((score for least, score in _SCORES if found >= least), 1)


def _values(one: Plain) -> list[Any]:
    return [*entries(one.get("resolved_ips")), *entries(one.get("resolved_domains"))]
