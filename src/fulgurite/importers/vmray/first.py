"""summary.json of the versions before 4: lists, references by `ref_id`."""

from typing import Any

from fulgurite.importers import lenient, machines
from fulgurite.importers.clocks import moment
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, Plain, entries, mapping, names_in, natural, objects, plain
from fulgurite.importers.techniques import techniques
from fulgurite.importers.values import digest, number, port, text, texts
from fulgurite.importers.vmray import words
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_READ = names_in(
    """
    type version analysis_details artifacts sample_details processes network vti mitre_attack extracted_files
    memory_dumps process_dumps threat_names classifications vm_and_analyzer_details
    """
)
_FURTHEST = 14
"""Hours that a zone is from UTC, at most."""
_ARTIFACTS = names_in("type version domains filenames files ips mutexes processes registry urls")
_NETWORK = names_in("type version dns_requests http_requests https_requests tcp_sessions udp_sessions")


def read(sections: lenient.Members, name: str) -> Report:
    """The report in `sections`. Raises MalformedReport for what no report may hold."""
    return _Summary(sections, name).read()


def _ref(value: Any) -> str | None:
    return text(mapping(value).get("ref_id"))


def _hashes(entry: Plain) -> Plain:
    inner = next(iter(objects(entry.get("hashes"))), entry)
    return {kind: inner.get(f"{kind}_hash") for kind in ("md5", "sha1", "sha256")}


class _Summary:
    def __init__(self, sections: lenient.Members, name: str) -> None:
        self.sections = sections
        self.out = Gathered(name)
        self.procids: dict[str, int] = {}

    def read(self) -> Report:
        self._processes()
        self.out.births()
        self._deeds()
        self._network()
        self._remains()
        self._findings()
        self.out.leave_rest(self.sections, _READ)
        details = mapping(plain(self.sections, "analysis_details"))
        sample = mapping(plain(self.sections, "sample_details"))
        guest = mapping(plain(self.sections, "vm_and_analyzer_details"))
        system = guest.get("vm_os") or guest.get("vm_description") or guest.get("vm_name")
        vti = mapping(plain(self.sections, "vti"))
        created = text(details.get("creation_time")) or ""
        return self.out.report(
            sample=Sample(
                sha256=digest(sample.get("sha256_hash"), "sha256"),
                sha1=digest(sample.get("sha1_hash"), "sha1"),
                md5=digest(sample.get("md5_hash"), "md5"),
                size_bytes=natural(sample.get("size")),
                name=text(sample.get("filename")),
            ),
            source=Source(
                name=self.out.name,
                version=text(plain(self.sections, "version")),
                engine=text(guest.get("analyzer_version")),
                task=text(details.get("job_id")),
                sample=text(sample.get("id")),
            ),
            machine=machines.machine(platform=system, name=guest.get("vm_name")),
            os=machines.os_of(system),
            at=moment(_zoned(created)),
            score=words.score_of(None, [], vti.get("vti_score")),
        )

    def _processes(self) -> None:
        listed = objects(plain(self.sections, "processes"))
        by_monitor: dict[int, int] = {}
        for one in listed:
            procid = self.out.process(
                pid=one.get("os_pid"),
                ppid=one.get("os_parent_pid"),
                image=text(one.get("filename")) or text(one.get("image_name")),
                cmd=one.get("cmd_line"),
                exit_status=one.get("exit_code"),
                injected="inject" in (text(one.get("monitor_reason")) or ""),
            )
            key, monitor = text(one.get("id")), number(one.get("monitored_id"))
            if key is not None:
                self.procids[key] = procid
            if monitor is not None:
                by_monitor[monitor] = procid
            self.out.count.leave("regions", len(entries(one.get("regions"))))
        for procid, one in enumerate(listed, 1):
            parent = self.procids.get(_ref(one.get("ref_parent_process")) or "")
            if parent is None:
                parent = by_monitor.get(number(one.get("origin_monitor_id")) or 0)
            if parent is not None and parent < procid:
                self.out.draft.update(procid, procid_parent=parent)

    def _deeds(self) -> None:
        out = self.out
        artifacts = mapping(plain(self.sections, "artifacts"))
        told: set[str] = set()
        for one in objects(artifacts.get("filenames")):
            told.update(texts(one.get("filename")))
            words.file(out, one.get("filename"), one, [None])
        for one in objects(artifacts.get("files")):
            for path in texts(entries(one.get("filenames")) or one.get("filename")):
                if path not in told:
                    told.add(path)
                    words.file(out, path, one, [None])
        for one in objects(artifacts.get("registry")):
            words.key(out, one, [None])
        for one in objects(artifacts.get("mutexes")):
            words.mutex(out, one, [None])
        self._artifact_processes(artifacts)
        out.leave_rest(artifacts, _ARTIFACTS, "artifacts ")

    def _artifact_processes(self, artifacts: Plain) -> None:
        """Processes that stand among the artifacts only."""
        known = {process.cmd for process in self.out.draft.processes}
        for one in objects(artifacts.get("processes")):
            cmd = text(one.get("cmd_line"))
            if cmd in known:
                self.out.count.carry()
            else:
                known.add(cmd)
                self.out.process(image=text(one.get("image_name")) or text(one.get("process_name")), cmd=cmd)
        self.out.births()

    def _names(self, artifacts: Plain) -> None:
        for one in objects(artifacts.get("domains")):
            listed = entries(one.get("ip_addresses"))
            answers = [ip.get("ip_address") if isinstance(ip, dict) else ip for ip in listed]
            self.out.domain(one.get("domain"), answers)
        for one in objects(artifacts.get("ips")):
            self.out.host(one.get("ip_address") or one.get("ip"))
        for one in objects(artifacts.get("urls")):
            method = next(iter(texts(one.get("operations"))), None)
            self.out.url(one.get("url"), method if method in {"GET", "POST"} else None)

    def _network(self) -> None:
        network = mapping(plain(self.sections, "network"))
        for proto in ("tcp", "udp"):
            for one in objects(network.get(f"{proto}_sessions")):
                ends = mapping(one.get("connection"))
                remote = text(ends.get("remote_ip_address"))
                if remote is None:
                    self.out.count.leave(f"{proto}_sessions without a host")
                    continue
                local = text(ends.get("local_ip_address"))
                self.out.flow(proto, Ends(local, port(ends.get("local_port")), remote, port(ends.get("remote_port"))))
        for one in objects(network.get("dns_requests")):
            for name in texts(one.get("hostnames")):
                self.out.domain(name, one.get("ip_addresses"))
        for one in [*objects(network.get("http_requests")), *objects(network.get("https_requests"))]:
            self.out.url(one.get("url") or one.get("norm_url"), one.get("method") or one.get("http_method"))
        self.out.leave_rest(network, _NETWORK, "network ")
        self._names(mapping(plain(self.sections, "artifacts")))

    def _remains(self) -> None:
        for one in objects(plain(self.sections, "extracted_files")):
            if text(one.get("file_type")) == "sample_file":
                self.out.count.carry()
                continue
            path = text(one.get("norm_filename")) or next(iter(texts(one.get("filenames"))), None)
            origin = text(one.get("file_type"))
            self.out.dropped(path, hashes=_hashes(one), size=one.get("size"), origin=origin)
        for section in ("memory_dumps", "process_dumps"):
            for one in objects(plain(self.sections, section)):
                address, procid = one.get("start_va"), self.procids.get(_ref(one.get("ref_process")) or "")
                self.out.dropped(
                    one.get("filename"),
                    kind="region",
                    hashes=_hashes(one),
                    size=one.get("size"),
                    address=address,
                    procid=procid,
                    origin=text(one.get("dump_reason")),
                )

    def _findings(self) -> None:
        listed = objects(mapping(plain(self.sections, "mitre_attack")).get("techniques"))
        self.out.ttps.update(techniques(listed))
        self.out.count.carry(len(listed))
        for one in objects(mapping(plain(self.sections, "vti")).get("vti_rule_matches")):
            ids = [_ref(ref) for ref in objects(one.get("ref_mitre_attack_techniques"))]
            evidence = [told for kind in mapping(one.get("artifacts")).values() for told in _evidence(kind)]
            words.match(self.out, one, one.get("rule_score"), techniques(ids), evidence)
        for one in entries(plain(self.sections, "threat_names")):
            self.out.family(one)
        for one in entries(plain(self.sections, "classifications")):
            self.out.tag(one)


def _evidence(listed: Any) -> list[str]:
    names = ("domain", "url", "ip_address", "filename", "reg_key_name", "mutex_name")
    found = [
        next((told for name in names if (told := text(one.get(name))) is not None), None) for one in objects(listed)
    ]
    return [one for one in found if one is not None]


def _zoned(created: str) -> str:
    """`2020-05-09 02:10 (UTC+2)` as ISO 8601 spells it."""
    plain_time, mark, zone = created.partition(" (UTC")
    if mark == "":
        return created
    hours = number(zone.rstrip(")").lstrip("+"))
    return plain_time + (
        "" if hours is None or abs(hours) > _FURTHEST else f"{'-' if hours < 0 else '+'}{abs(hours):02}:00"
    )
