"""ANY.RUN: the report of its API, and the task as its pages get it."""

from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers import machines
from fulgurite.importers.clocks import moment
from fulgurite.importers.content import Content
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, Plain, entries, mapping, names_in, natural, objects
from fulgurite.importers.paths import joined
from fulgurite.importers.values import digest, fraction, port, text
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_READ = names_in("analysis environments incidents mitre network modified processes status counters")
_LEVELS = {0: 1, 1: 6, 2: 9}
_KEYS: dict[str, tuple[Any, str]] = {
    "write": ("write", "SetValueKeyStr"),
    "create key": ("write", "CreateKey"),
    "delete value": ("delete", "DeleteValueKey"),
    "delete key": ("delete", "DeleteKey"),
}
_TOP = frozenset({"data", "analysis", "public"})


class AnyRun:
    """Both forms."""

    name = "anyrun"

    def sniff(self, content: Content) -> bool:
        return bool(_TOP & content.members.keys()) and bool(_body(content.whole))

    def parse(self, content: Content) -> Report:
        body = _body(content.whole)
        if not body:
            raise MalformedReport("there is no task of ANY.RUN in it that can be read", where=self.name)
        return _Reader(self.name, body).read()


def _body(whole: Any) -> Plain:
    """The report's sections; a task of the pages is put into the API's form."""
    told = mapping(whole)
    data = mapping(told.get("data")) or told
    if mapping(mapping(mapping(data.get("analysis")).get("content")).get("mainObject")):
        return data
    public = mapping(data.get("public"))
    main = mapping(mapping(public.get("objects")).get("mainObject"))
    if not main:
        return {}
    started = mapping(mapping(data.get("times")).get("taskStart")).get("$date")
    scores = mapping(data.get("scores")) or mapping(public.get("scores"))
    analysis = {
        "uuid": data.get("uuid"),
        "creation": started,
        "tags": public.get("tags") or data.get("tags"),
        "scores": scores,
        "content": {"mainObject": main},
    }
    system = mapping(mapping(public.get("environment")).get("OS"))
    rest = {key: value for key, value in data.items() if key not in {"public", "times", "scores", "uuid", "tags"}}
    return {**rest, "analysis": analysis, "environments": {"os": {"title": system.get("full")}}}


class _Reader:
    def __init__(self, name: str, body: Plain) -> None:
        self.out = Gathered(name)
        self.body = body
        self.procids: dict[str, int] = {}

    def read(self) -> Report:
        """The report of one task."""
        out = self.out
        self._processes()
        out.births()
        self._deeds()
        self._network()
        self._findings()
        out.leave_rest(self.body, _READ)
        analysis = mapping(self.body.get("analysis"))
        main = mapping(mapping(analysis.get("content")).get("mainObject"))
        hashes = mapping(main.get("hashes"))
        system = mapping(mapping(self.body.get("environments")).get("os")).get("title")
        created = analysis.get("creation")
        stamp = natural(created)
        names = mapping(main.get("names"))
        return out.report(
            sample=Sample(
                sha256=digest(hashes.get("sha256"), "sha256"),
                sha1=digest(hashes.get("sha1"), "sha1"),
                md5=digest(hashes.get("md5"), "md5"),
                size_bytes=natural(main.get("size") or mapping(main.get("content")).get("size")),
                name=text(main.get("filename")) or text(names.get("real")) or text(names.get("basename")),
            ),
            source=Source(name=out.name, task=text(analysis.get("uuid"))),
            machine=machines.machine(platform=system),
            os=machines.os_of(system),
            at=moment(created) if stamp is None else moment(stamp / 1000),
            score=self._score(mapping(mapping(analysis.get("scores")).get("verdict"))),
        )

    def _score(self, verdict: Plain) -> float | None:
        told = fraction(verdict.get("score"))
        if told is not None:
            return max(1.0, told / 10)
        level = natural(verdict.get("threatLevel", verdict.get("threat_level")))
        return None if level is None else _LEVELS.get(level)

    def _processes(self) -> None:
        listed = objects(self.body.get("processes"))
        for one in listed:
            procid = self.out.process(
                pid=one.get("pid"), ppid=one.get("ppid"), image=one.get("image"), cmd=one.get("commandLine")
            )
            key = text(one.get("uuid"))
            if key is not None:
                self.procids.setdefault(key, procid)

    def _actor(self, one: Plain) -> int | None:
        return self.procids.get(text(one.get("process")) or "")

    def _deeds(self) -> None:
        out = self.out
        for one in objects(self.body.get("processes")):
            actor = self.procids.get(text(one.get("uuid")) or "")
            for module in objects(one.get("modules")):
                out.module(module.get("image"), actor)
            for each in objects(one.get("synchronization")):
                self._object(each, actor)
        modified = mapping(self.body.get("modified"))
        for one in objects(modified.get("files")):
            actor = self._actor(one)
            out.file("write", one.get("filename"), actor)
            info = text(mapping(one.get("info")).get("mime"))
            hashes = mapping(one.get("hashes"))
            out.dropped(one.get("filename"), hashes=hashes, size=one.get("size"), procid=actor, origin=info)
        for one in objects(modified.get("registry")):
            verb, op = _KEYS.get((text(one.get("operation")) or "").lower(), ("write", "SetValueKeyStr"))
            path = joined(text(one.get("key")) or "", text(one.get("name")) if "Value" in op else None)
            out.key(verb, path, self._actor(one), op=op, value=text(one.get("value")))

    def _object(self, one: Plain, actor: int | None) -> None:
        create = (text(one.get("operation")) or "create").lower() == "create"
        if text(one.get("type")) == "event":
            self.out.sync("event", one.get("name"), "EventCreate" if create else "EventOpen", actor)
        else:
            self.out.sync("mutant", one.get("name"), "MutantCreate" if create else "MutantOpen", actor)

    def _network(self) -> None:
        out, network = self.out, mapping(self.body.get("network"))
        for one in objects(network.get("connections")):
            address = text(one.get("ip"))
            if address is None:
                out.count.unreadable("connections")
                continue
            proto = (text(one.get("protocol")) or "ip").lower()
            number_of = out.flow(proto, Ends(None, None, address, port(one.get("port"))), self._actor(one))
            if text(one.get("domain")) is not None:
                out.flows.update(number_of, domain=text(one.get("domain")))
        for one in objects(network.get("dnsRequests")):
            out.domain(one.get("domain"), one.get("ips"), procid=self._actor(one))
        for one in objects(network.get("httpRequests")):
            out.url(one.get("url"), one.get("method"), self._actor(one))
        for one in objects(network.get("threats")):
            out.signature(one.get("msg"), description=text(one.get("class")), tags=("ids",))

    def _findings(self) -> None:
        out = self.out
        for one in objects(self.body.get("incidents")):
            out.signature(
                one.get("title"),
                score=_LEVELS.get(natural(one.get("threatLevel")) or 0),
                description=text(one.get("desc")),
                ttps=entries(one.get("mitre")),
            )
            out.count.leave("events of incidents", len(entries(one.get("events"))))
        for one in entries(self.body.get("mitre")):
            out.ttps_of(one.get("id") if isinstance(one, dict) else one, "mitre")
        for one in entries(mapping(self.body.get("analysis")).get("tags")):
            out.tag(one.get("tag") if isinstance(one, dict) else one)
