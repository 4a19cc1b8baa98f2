"""summary_v2.json: collections are objects keyed `process_1`, `file_0`; references lead from one to the other."""

from typing import Any

from fulgurite.importers import lenient, machines
from fulgurite.importers.clocks import moment
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, Plain, entries, mapping, names_in, natural, objects, plain
from fulgurite.importers.techniques import technique
from fulgurite.importers.values import digest, number, port, text, texts
from fulgurite.importers.vmray import words
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_READ = names_in(
    """
    _type version analysis_metadata artifacts files filenames processes registry_records mutexes ip_addresses
    domains urls network extracted_files memory_dumps vti mitre_attack threat_names classifications
    virtual_machine
    """
)
_UPPER = frozenset({"_type", "dns", "tcp", "udp", "http"})


def read(sections: lenient.Members, name: str) -> Report:
    """The report in `sections`. Raises MalformedReport for what no report may hold."""
    return _Summary(sections, name).read()


def _named(value: Any) -> dict[str, Plain]:
    """A collection: its entries by name; `_type` and the like are none."""
    return {key: one for key, one in mapping(value).items() if isinstance(one, dict)}


def _ids(value: Any) -> list[str]:
    """Where references lead: the last step of each path."""
    found = []
    for one in objects(value):
        path = one.get("path")
        if isinstance(path, list) and path and isinstance(path[-1], str):
            found.append(path[-1])
    return found


class _Summary:
    def __init__(self, sections: lenient.Members, name: str) -> None:
        self.sections = sections
        self.out = Gathered(name)
        self.files = _named(plain(sections, "files"))
        self.procids: dict[str, int] = {}
        self._sections: dict[str, Any] = {}
        self.flows: dict[str, int] = {}

    def read(self) -> Report:
        self._processes()
        self.out.births()
        self._deeds()
        self._network()
        self._remains()
        meta = mapping(plain(self.sections, "analysis_metadata"))
        matches = self._findings()
        self.out.leave_rest(self.sections, _READ)
        guest = mapping(plain(self.sections, "virtual_machine"))
        system = guest.get("operating_system") or guest.get("name") or meta.get("sample_type")
        return self.out.report(
            sample=self._sample(meta),
            source=Source(
                name=self.out.name, version=text(plain(self.sections, "version")), task=text(meta.get("analysis_id"))
            ),
            machine=machines.machine(platform=system, name=guest.get("name")),
            os=machines.os_of(system),
            at=moment(meta.get("creation_time")),
            score=words.score_of(meta.get("verdict"), matches),
        )

    def _sample(self, meta: Plain) -> Sample:
        entry = next((one for one in self.files.values() if one.get("is_sample") is True), {})
        self.out.count.carry(1 if entry else 0)
        hashes = mapping(entry.get("hash_values"))
        return Sample(
            sha256=digest(hashes.get("sha256"), "sha256"),
            sha1=digest(hashes.get("sha1"), "sha1"),
            md5=digest(hashes.get("md5"), "md5"),
            size_bytes=natural(entry.get("size")),
            name=text(meta.get("submission_filename")),
        )

    def _processes(self) -> None:
        listed = _named(plain(self.sections, "processes"))
        by_monitor: dict[int, int] = {}
        for key, one in listed.items():
            self.procids[key] = procid = self.out.process(
                pid=one.get("os_pid"),
                image=text(one.get("filename")) or text(one.get("image_name")),
                cmd=one.get("cmd_line"),
                exit_status=one.get("exit_code"),
                injected="inject" in (text(one.get("monitor_reason")) or ""),
            )
            monitor = number(one.get("monitor_id"))
            if monitor is not None:
                by_monitor[monitor] = procid
        for key, one in listed.items():
            parent = self._actors(one.get("ref_parent_process"))[0]
            if parent is None:
                parent = by_monitor.get(number(one.get("origin_monitor_id")) or 0)
            if parent is not None and parent < self.procids[key]:
                pid = self.out.draft.processes[parent - 1].pid
                self.out.draft.update(self.procids[key], procid_parent=parent, ppid=pid)

    def _actors(self, *values: Any) -> list[int | None]:
        found = dict.fromkeys(self.procids[ref] for value in values for ref in _ids(value) if ref in self.procids)
        return list(found) or [None]

    def _deeds(self) -> None:
        out, sections = self.out, self.sections
        for one in _named(plain(sections, "filenames")).values():
            originals = objects(one.get("original_filenames"))
            actors = self._actors(one.get("ref_processes"), *(original.get("ref_processes") for original in originals))
            words.file(out, one.get("filename"), one, actors)
        for one in _named(plain(sections, "registry_records")).values():
            words.key(out, one, self._actors(one.get("ref_processes")))
        for one in _named(plain(sections, "mutexes")).values():
            words.mutex(out, one, self._actors(one.get("ref_processes")))

    def _network(self) -> None:
        listed = _named(plain(self.sections, "ip_addresses"))
        addresses = {key: text(one.get("ip_address")) for key, one in listed.items()}
        network = mapping(plain(self.sections, "network"))
        for proto in ("tcp", "udp"):
            for key, one in _named(network.get(proto)).items():
                self._stream(key, proto, mapping(one.get("connection")), addresses)
        for one in _named(network.get("dns")).values():
            self._question(one)
        for address in addresses.values():
            self.out.host(address)
        for one in _named(plain(self.sections, "domains")).values():
            actors = self._actors(one.get("ref_processes"))
            answers = [addresses.get(ref) for ref in _ids(one.get("ref_ip_addresses"))]
            self.out.domain(one.get("domain"), answers, procid=actors[0])
        self._urls(network)
        self.out.leave_rest(network, _UPPER, "network ")

    def _stream(self, key: str, proto: str, one: Plain, addresses: dict[str, str | None]) -> None:
        local = next((addresses.get(ref) for ref in _ids(one.get("ref_local_ip_address"))), None)
        remote = next((addresses.get(ref) for ref in _ids(one.get("ref_remote_ip_address"))), None)
        if remote is None:
            self.out.count.leave(f"{proto} streams without a host")
            return
        ends = Ends(local, port(one.get("local_port")), remote, port(one.get("remote_port")))
        self.flows[key] = self.out.flow(proto, ends)

    def _question(self, one: Plain) -> None:
        answers = [answer.get("data") for answer in objects(one.get("answers"))]
        self.out.domain(one.get("name"), answers, one.get("type"))
        for ref in _ids(one.get("ref_lower_protocol_entries")):
            self.out.flows.sees(self.flows.get(ref), "dns")

    def _urls(self, network: Plain) -> None:
        urls = _named(plain(self.sections, "urls"))
        told: set[str] = set()
        for one in _named(network.get("http")).values():
            refs = [ref for ref in _ids(one.get("ref_url")) if ref in urls]
            told.update(refs)
            below = _ids(one.get("ref_lower_protocol_entries"))
            flow = next((self.flows[ref] for ref in below if ref in self.flows), None)
            url = text(one.get("url")) or next((text(urls[ref].get("url")) for ref in refs), None)
            self.out.flows.sees(flow, "http")
            self.out.url(url, one.get("method"), flow=flow)
        for key, one in urls.items():
            if key not in told:
                self.out.url(one.get("url"), procid=self._actors(one.get("ref_processes"))[0])

    def _remains(self) -> None:
        """Files that were taken out or dropped, memory; other files beside the sample stand as what they are."""
        told = {key for key, one in self.files.items() if one.get("is_sample") is True}
        for one in _named(plain(self.sections, "extracted_files")).values():
            told.update(self._artifact(one, "martian", one.get("filename")))
        for one in _named(plain(self.sections, "memory_dumps")).values():
            told.update(self._artifact(one, "region", one.get("filename"), one))
        for key, one in self.files.items():
            if key not in told:
                origin = next(iter(texts(one.get("categories"))), None)
                self.out.dropped(
                    one.get("archive_path"),
                    kind="file",
                    hashes=mapping(one.get("hash_values")),
                    size=one.get("size"),
                    origin=origin,
                )

    def _artifact(self, one: Plain, kind: str, path: Any, dump: Plain | None = None) -> list[str]:
        refs = _ids(one.get("ref_file"))
        entry = self.files.get(refs[0], {}) if refs else {}
        start = None if dump is None else natural(dump.get("start_va"))
        names = [text(mapping(self._filename(ref)).get("filename")) for ref in _ids(entry.get("ref_filenames"))]
        origin = text(one.get("dump_reason")) or next(iter(texts(one.get("categories"))), None)
        self.out.dropped(
            text(path) or next(iter(names), None) or entry.get("archive_path"),
            kind=kind,
            hashes=mapping(entry.get("hash_values")),
            size=entry.get("size"),
            address=start,
            origin=origin,
            procid=self._actors(one.get("ref_process"))[0],
        )
        return refs

    def _section(self, name: str) -> Any:
        """A section that is asked for many times, read once."""
        if name not in self._sections:
            self._sections[name] = plain(self.sections, name)
        return self._sections[name]

    def _filename(self, ref: str) -> Any:
        return mapping(self._section("filenames")).get(ref)

    def _findings(self) -> list[Plain]:
        ids = self._techniques()
        matches = _named(mapping(plain(self.sections, "vti")).get("matches"))
        for key, one in matches.items():
            evidence = [told for kind in mapping(one.get("artifacts")).values() for told in self._evidence(kind)]
            words.match(self.out, one, one.get("analysis_score"), tuple(sorted(ids.get(key, ()))), evidence)
        for kind in ("threat_names", "classifications"):
            for one in entries(plain(self.sections, kind)):
                told = one.get("name") if isinstance(one, dict) else one
                (self.out.family if kind == "threat_names" else self.out.tag)(told)
        return list(matches.values())

    def _evidence(self, listed: Any) -> list[str]:
        found = []
        for one in objects(listed):
            path = mapping(one.get("ref_artifact")).get("path")
            if isinstance(path, list) and len(path) > 1 and all(isinstance(step, str) for step in path):
                entry = mapping(mapping(self._section(path[0])).get(path[1]))
                names = ("domain", "url", "ip_address", "filename", "reg_key_name", "mutex_name", "cmd_line")
                found += [told for name in names if (told := text(entry.get(name))) is not None][:1]
        return found

    def _techniques(self) -> dict[str, set[str]]:
        """The ids of all techniques by the match that led to them."""
        found: dict[str, set[str]] = {}
        for matrix in _named(plain(self.sections, "mitre_attack")).values():
            for key, one in _named(matrix.get("techniques")).items():
                told = technique(key.removeprefix("technique_").replace("_", ".")) or technique(one.get("id"))
                if told is None:
                    self.out.count.unreadable("techniques")
                    continue
                self.out.count.carry()
                self.out.ttps.add(told)
                for ref in _ids(one.get("ref_vti_matches")):
                    found.setdefault(ref, set()).add(told)
        return found
