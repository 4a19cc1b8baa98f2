"""Joe Sandbox's JSON report: XML's attributes are `@x`, its text `$`, single elements are objects."""

from datetime import UTC, datetime
from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers import machines
from fulgurite.importers.content import Content
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import FileVerb, Gathered, Plain, entries, mapping, names_in, natural, objects
from fulgurite.importers.paths import joined
from fulgurite.importers.values import digest, fraction, port, text
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_READ = names_in(
    "generalinfo fileinfo behavior domaininfo ipinfo urlinfo droppedinfo signatureinfo signaturedetections mitreattack"
)
_FILES: dict[str, tuple[FileVerb, str]] = {
    "fileOpened": ("read", "OpenRead"),
    "fileRead": ("read", "OpenRead"),
    "fileCreated": ("write", "CreateModify"),
    "fileWritten": ("write", "OpenModify"),
    "fileDeleted": ("delete", "Delete"),
}
_KEYS: dict[str, tuple[FileVerb, str]] = {
    "keyOpened": ("read", "OpenKey"),
    "keyCreated": ("write", "CreateKey"),
    "keyDeleted": ("delete", "DeleteKey"),
    "keyValueQueried": ("read", "QueryValueKey"),
    "keyValueCreated": ("write", "SetValueKeyStr"),
    "keyValueModified": ("write", "SetValueKeyStr"),
    "keyValueDeleted": ("delete", "DeleteValueKey"),
}
_TAKEN = frozenset({*_FILES, *_KEYS, "fileMoved", "mutexCreated"})
_PACKETS = ("tcp", "udp", "icmp")


class Joe:
    """irjsonfixed."""

    name = "joe"

    def sniff(self, content: Content) -> bool:
        return "signaturedetections" in content.inner("analysis") and bool(_root(content))

    def parse(self, content: Content) -> Report:
        root = _root(content)
        if not root:
            raise MalformedReport("there is no `analysis` of Joe Sandbox in it that can be read", where=self.name)
        return _Reader(self.name, root).read()


def _root(content: Content) -> Plain:
    root = mapping(mapping(content.whole).get("analysis"))
    return root if "signaturedetections" in root and {"generalinfo", "fileinfo", "behavior"} & root.keys() else {}


def _moment(date: Any, time: Any) -> datetime | None:
    """`02/01/2024` (day first) and `03:04:05` as one time, taken as UTC."""
    try:
        return datetime.strptime(f"{text(date)} {text(time)} +0000", "%d/%m/%Y %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _ms(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)


def _calls(value: Any, name: str) -> list[Plain]:
    return objects(mapping(mapping(value).get(name)).get("call"))


class _Reader:
    def __init__(self, name: str, root: Plain) -> None:
        self.out = Gathered(name)
        self.root = root

    def read(self) -> Report:
        """The report of one analysis."""
        out = self.out
        behavior = mapping(self.root.get("behavior"))
        processes = mapping(mapping(behavior.get("system")).get("processes"))
        listed = objects(processes.get("process"))
        procids = [self._process(mapping(one.get("general"))) for one in listed]
        out.births()
        for procid, one in zip(procids, listed, strict=True):
            self._deeds(procid, one)
        self._network(mapping(behavior.get("network")))
        self._dropped()
        score = self._findings()
        out.leave_rest(self.root, _READ)
        general, file = mapping(self.root.get("generalinfo")), mapping(self.root.get("fileinfo"))
        target = mapping(general.get("target"))
        system = general.get("arch") or general.get("system")
        told = {kind: digest(file.get(kind), kind) for kind in ("sha256", "sha1", "md5", "sha512")}
        size = natural(file.get("filesize"))
        return out.report(
            sample=Sample(name=text(file.get("filename")) or text(target.get("sample")), size_bytes=size, **told),
            source=Source(name=out.name, version=text(general.get("version")), task=text(general.get("id"))),
            machine=machines.machine(platform=system),
            os=machines.os_of(system),
            at=_moment(general.get("startdate"), general.get("starttime")),
            score=score,
        )

    def _process(self, one: Plain) -> int:
        image = text(one.get("path")) or text(one.get("name"))
        return self.out.process(
            pid=one.get("pid"),
            ppid=one.get("parentpid"),
            image=image,
            cmd=one.get("cmdline"),
            started_ms=_ms(_moment(one.get("date"), one.get("time"))),
        )

    def _deeds(self, actor: int, one: Plain) -> None:
        out = self.out
        for name, (verb, op) in _FILES.items():
            for call in _calls(one.get("fileactivities"), name):
                out.file(verb, call.get("path"), actor, op=op)
        for call in _calls(one.get("fileactivities"), "fileMoved"):
            out.moved(call.get("path"), call.get("newpath"), actor)
        for name, (verb, op) in _KEYS.items():
            for call in _calls(one.get("registryactivities"), name):
                value = text(call.get("newdata")) or text(call.get("data"))
                path = joined(text(call.get("path")) or "", text(call.get("name")))
                out.key(verb, path, actor, op=op, value=value if verb == "write" else None)
        for call in _calls(one.get("mutexactivities"), "mutexCreated"):
            out.sync("mutant", call.get("name"), "MutantCreate", actor)
        self._leave_deeds(one)

    def _leave_deeds(self, one: Plain) -> None:
        """Counts the calls that are told by nothing above: of a process's threads, windows, sections, devices."""
        for activity, held in one.items():
            for name in mapping(held) if activity.endswith("activities") else ():
                if name not in _TAKEN:
                    self.out.count.leave(f"{activity[:30]} {name[:30]}", len(_calls(held, name)))

    def _network(self, network: Plain) -> None:
        out = self.out
        for proto in _PACKETS:
            for one in objects(mapping(network.get(proto)).get("packet")):
                remote, local = text(one.get("dstip")), text(one.get("srcip"))
                if remote is not None:
                    out.flow(proto, Ends(local, port(one.get("srcport")), remote, port(one.get("dstport"))))
        for name in sorted(network.keys() - set(_PACKETS)):
            out.count.leave(f"network {name[:30]}", len(objects(mapping(network[name]).get("packet"))))
        self._named()

    def _named(self) -> None:
        """Names, addresses and URLs that the report lists for itself."""
        out = self.out
        for one in objects(mapping(self.root.get("domaininfo")).get("domain")):
            out.domain(one.get("@name"), one.get("@ip"))
        for one in objects(mapping(self.root.get("ipinfo")).get("ip")):
            out.host(one.get("@ip"))
        for one in objects(mapping(self.root.get("urlinfo")).get("url")):
            out.url(one.get("@name"))

    def _dropped(self) -> None:
        for one in objects(mapping(self.root.get("droppedinfo")).get("hash")):
            values = {
                (text(each.get("@algo")) or "").lower().replace("-", ""): each.get("$")
                for each in objects(one.get("value"))
            }
            hashes = {kind: told.lower() for kind, told in values.items() if isinstance(told, str)}
            self.out.dropped(one.get("@file"), hashes=hashes, origin=text(one.get("@process")))

    def _findings(self) -> float | None:
        for one in objects(mapping(self.root.get("signatureinfo")).get("sig")):
            points = fraction(one.get("@impact"))
            evidence = [text(each.get("$")) for each in self._sources(one)]
            score = None if points is None or points <= 0 else min(points * 2, 10)
            self.out.signature(one.get("@desc"), label=text(one.get("@id")), score=score, evidence=evidence)
        for tactic in objects(mapping(self.root.get("mitreattack")).get("tactic")):
            for one in objects(tactic.get("technique")):
                self.out.ttps_of(one.get("id") or one.get("@id"), "mitreattack")
        listed = objects(mapping(self.root.get("signaturedetections")).get("strategy"))
        self.out.count.carry(len(listed))
        told = next((one for one in listed if one.get("@name") == "empiric"), listed[0] if listed else {})
        points, most = fraction(told.get("score")), fraction(told.get("maxscore") or told.get("maxScore"))
        if points is None:
            return None
        return max(1.0, min(10.0, points / (most if most is not None and most > 0 else 100) * 10))

    def _sources(self, one: Plain) -> list[Plain]:
        listed = mapping(one.get("sources")).get("source")
        return [each if isinstance(each, dict) else {"$": each} for each in entries(listed)]
