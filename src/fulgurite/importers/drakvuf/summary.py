"""report.json of drakrun: processes by seqid, with what they did to files and network."""

from typing import Any

from fulgurite.importers import lenient, paths
from fulgurite.importers.clocks import Stamps, moment
from fulgurite.importers.drakvuf.log import listed_techniques
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, Plain, entries, mapping, names_in, natural, objects, plain
from fulgurite.importers.values import digest, number, port, text
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_READ = names_in(
    """
    info startup processes connections dns_queries modified_files deleted_files http_requests ttps
    """
)
_PATHS = ("filename", "FileName", "path", "file", "name")


def read(sections: lenient.Members, name: str) -> Report:
    """The report in `sections`. Raises MalformedReport for what no report may hold."""
    return _Report(sections, name).read()


class _Report:
    def __init__(self, sections: lenient.Members, name: str) -> None:
        self.sections = sections
        self.out = Gathered(name)
        self.procids: dict[int, int] = {}
        self._stamps = Stamps()

    def read(self) -> Report:
        self._processes()
        self.out.births()
        for verb, section in (("write", "modified_files"), ("delete", "deleted_files")):
            for one in entries(plain(self.sections, section)):
                self._file("write" if verb == "write" else "delete", one)
        self._network()
        for one in objects(plain(self.sections, "ttps")):
            ids = listed_techniques(one.get("att&ck") or one.get("attack") or one.get("techniques"))
            self.out.signature(one.get("name"), ttps=ids)
        self.out.leave_rest(self.sections, _READ)
        info = mapping(plain(self.sections, "info"))
        sample = mapping(info.get("file") or info.get("sample")) or info
        return self.out.report(
            sample=Sample(
                sha256=digest(sample.get("sha256"), "sha256"),
                sha1=digest(sample.get("sha1"), "sha1"),
                md5=digest(sample.get("md5"), "md5"),
                size_bytes=natural(sample.get("size")),
                name=text(sample.get("name")) or text(info.get("file_name")),
            ),
            source=Source(name=self.out.name, task=text(info.get("id")) or text(info.get("analysis_id"))),
            at=moment(info.get("time_started") or info.get("started_at") or info.get("time_execution_started")),
        )

    def _processes(self) -> None:
        parents: list[tuple[int, int]] = []
        for one in objects(plain(self.sections, "processes")):
            image = text(one.get("process_name")) or text(one.get("procname")) or text(one.get("name"))
            args = one.get("args") or one.get("command_line")
            cmd = " ".join(str(part) for part in args) if isinstance(args, list) else args
            procid = self.out.process(
                pid=one.get("pid"),
                ppid=one.get("ppid"),
                image=None if image is None else paths.file(image),
                cmd=cmd,
                exit_status=one.get("exit_code"),
                started_ms=self._stamps.ms(one.get("started_at") or one.get("ts_from")),
                terminated_ms=self._stamps.ms(one.get("exited_at") or one.get("ts_to")),
            )
            seqid, parent = number(one.get("seqid")), number(one.get("parent_seqid"))
            if seqid is not None:
                self.procids.setdefault(seqid, procid)
            if parent is not None:
                parents.append((procid, parent))
        for procid, parent in parents:
            ours = self.procids.get(parent)
            if ours is not None and ours < procid:
                self.out.draft.update(procid, procid_parent=ours)

    def _actor(self, one: Any) -> int | None:
        ids = entries(mapping(one).get("process_seqids") or mapping(one).get("process_seqid"))
        return next((self.procids[found] for each in ids if (found := number(each) or 0) in self.procids), None)

    def _file(self, verb: Any, one: Any) -> None:
        path = next((one[name] for name in _PATHS if name in one), None) if isinstance(one, dict) else one
        self.out.file(verb, path, self._actor(one))

    def _network(self) -> None:
        for one in objects(plain(self.sections, "connections")):
            remote = text(one.get("remote_ip"))
            if remote is None:
                self.out.count.unreadable("connections")
                continue
            local, there = port(one.get("local_port")), port(one.get("remote_port"))
            proto = (text(one.get("protocol")) or "tcp").lower()
            self.out.flow(proto, Ends(text(one.get("local_ip")), local, remote, there), self._actor(one))
        for one in entries(plain(self.sections, "dns_queries")):
            told: Plain = one if isinstance(one, dict) else {"domain": one}
            name = told.get("domain") or told.get("query") or told.get("name")
            self.out.domain(name, told.get("answers"), procid=self._actor(one))
        for one in entries(plain(self.sections, "http_requests")):
            told = one if isinstance(one, dict) else {"url": one}
            self.out.url(told.get("url"), told.get("method"), self._actor(one))
