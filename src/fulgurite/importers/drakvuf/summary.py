"""report.json of drakrun: processes by seqid, with what they did to files and network."""

from typing import Any

from fulgurite.importers import lenient, paths
from fulgurite.importers.clocks import Stamps, moment
from fulgurite.importers.drakvuf.log import listed_techniques
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import (
    MAX_TEXT,
    Gathered,
    Plain,
    entries,
    mapping,
    names_in,
    natural,
    objects,
    plain,
)
from fulgurite.importers.values import cut, digest, number, port, text
from fulgurite.model.events import ApiCall
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_READ = names_in(
    """
    info startup processes connections dns_queries modified_files deleted_files http_requests cracked_urls memdumps ttps
    """
)
_HTTPS = 443
_WEB_PORTS = frozenset({None, 0, 80, 443})
_SECURE = 0x00800000
"""INTERNET_FLAG_SECURE, and WINHTTP_FLAG_SECURE alike."""
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
        self._requests()
        self._dumps()
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
                existing=one.get("started_at") == 0,
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
        known = (self.procids.get(found) for each in ids if (found := number(each)) is not None)
        return next((procid for procid in known if procid is not None), None)

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

    def _requests(self) -> None:
        for one in entries(plain(self.sections, "http_requests")):
            told: Plain = one if isinstance(one, dict) else {"url": one}
            headers = (f"User-Agent: {told['user_agent']}",) if text(told.get("user_agent")) is not None else ()
            more = tuple(told for header in entries(told.get("extra_headers")) for told in _lines(header))
            method = told.get("verb") or told.get("method")
            url = told.get("url") or _url(told)
            if url is None:
                self.out.count.leave("http_requests to no server")
            else:
                self.out.url(url, method, self._actor(one), headers=(*headers, *more))
        for one in objects(plain(self.sections, "cracked_urls")):
            self.out.count.carry()
            url = cut(text(one.get("url")) or "", MAX_TEXT)
            self.out.draft.add(ApiCall(procid=self._actor(one), api="InternetCrackUrl", args=(url,)))

    def _dumps(self) -> None:
        for held in objects(plain(self.sections, "memdumps")):
            for one in objects(held.get("dumps")):
                self.out.dropped(
                    one.get("filename"),
                    kind="region",
                    size=one.get("size"),
                    address=one.get("address"),
                    origin=text(one.get("dump_reason")),
                    procid=self._actor(held),
                )


def _url(told: Plain) -> str | None:
    """The URL of a request that is told by its server, port and path."""
    server = text(told.get("server_name"))
    if server is None:
        return None
    place, path = port(told.get("server_port")), text(told.get("path")) or "/"
    is_secure = place == _HTTPS or (number(told.get("flags")) or 0) & _SECURE != 0
    at = server if place in _WEB_PORTS else paths.address(server, place)
    return f"http{'s' if is_secure else ''}://{at}{path if path.startswith('/') else '/' + path}"


def _lines(header: Any) -> list[str]:
    return [line for line in (text(header) or "").splitlines() if line != ""]
