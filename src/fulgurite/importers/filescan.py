"""OPSWAT Filescan, now MetaDefender Sandbox: one report of a flow, with its signals and indicators."""

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient
from fulgurite.importers.clocks import moment
from fulgurite.importers.content import Content
from fulgurite.importers.gathering import Gathered, Plain, entries, mapping, names_in, natural, objects, plain
from fulgurite.importers.values import digest, fraction, text
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_READ = names_in(
    """
    finalVerdict allTags overallState file created_date allSignalGroups iocs taskReference subtaskReferences
    """
)
_FLOW = names_in(
    """
    flowId allFinished allFilesDownloadFinished allAdditionalStepsDone reportsAmount priority pollPause fileSize
    fileReadProgressBytes reports
    """
)
_VERDICTS = {"malicious": 9, "likely_malicious": 8, "suspicious": 6, "no_threat": 1, "benign": 1, "informational": 1}
_DOMAINS = frozenset({"domain", "domains", "fqdn"})
_ADDRESSES = frozenset({"ip", "ips", "ipv4", "ipv6"})


class Filescan:
    """The answer of `/scan/<flow>/report`."""

    name = "filescan"

    def sniff(self, content: Content) -> bool:
        return "reports" in content.members and _first(content.members) is not None

    def parse(self, content: Content) -> Report:
        sections = content.sections(self.name)
        found = _first(sections)
        if found is None:
            raise MalformedReport("there is no report in its `reports`", where=self.name)
        return _Reader(self.name, sections, *found).read()


def _first(sections: lenient.Members) -> tuple[str, lenient.Members, int] | None:
    """The first report, its name, and how many others stand beside it."""
    listed = lenient.tried(sections.get("reports", lenient.EMPTY), lenient.Members) or {}
    for key, raw in listed.items():
        inner = lenient.tried(raw, lenient.Members)
        if inner is not None and "finalVerdict" in inner:
            return key, inner, len(listed) - 1
    return None


class _Reader:
    def __init__(self, name: str, flow: lenient.Members, key: str, sections: lenient.Members, others: int) -> None:
        self.out = Gathered(name)
        self.flow = flow
        self.key = key
        self.sections = sections
        self.others = others

    def read(self) -> Report:
        """The report of the flow's first file."""
        out = self.out
        verdict = mapping(plain(self.sections, "finalVerdict"))
        for one in objects(plain(self.sections, "allSignalGroups")):
            self._group(one)
        for one in objects(plain(self.sections, "allTags")):
            out.tag(mapping(one.get("tag")).get("name"))
        self._iocs()
        out.count.leave("other reports", self.others)
        out.leave_rest(self.sections, _READ)
        out.leave_rest(self.flow, _FLOW)
        entry = mapping(plain(self.sections, "file"))
        task = mapping(mapping(plain(self.sections, "taskReference")).get("additionalInfo"))
        sha256 = entry.get("hash") or entry.get("sha256") or mapping(task.get("digests")).get("SHA-256")
        submitted = natural(task.get("submitTime"))
        created = moment(_date(text(plain(self.sections, "created_date")) or ""))
        return out.report(
            sample=Sample(
                sha256=digest(sha256, "sha256"),
                name=text(entry.get("name")) or text(task.get("submitName")),
                size_bytes=natural(plain(self.flow, "fileSize")),
            ),
            source=Source(name=out.name, task=self.key, sample=text(plain(self.flow, "flowId"))),
            at=created or (None if submitted is None else moment(submitted / 1000)),
            score=self._score(verdict),
        )

    def _score(self, verdict: Plain) -> int | None:
        return _VERDICTS.get((text(verdict.get("verdict")) or "").lower())

    def _group(self, one: Plain) -> None:
        strength = fraction(one.get("finalSignalStrength"))
        tags = [text(mapping(tag.get("tag")).get("name")) for tag in objects(one.get("allTags"))]
        ids = [
            value
            for technique in objects(one.get("allMitreTechniques"))
            for value in (technique.get("ID"), technique.get("id"))
        ]
        self.out.signature(
            text(one.get("description")) or one.get("identifier"),
            label=text(one.get("identifier")),
            score=None if strength is None or strength <= 0 else max(1.0, strength * 10),
            ttps=ids,
            tags=tuple(tag for tag in tags if tag is not None),
            evidence=[signal.get("signalReadable") for signal in objects(one.get("signals"))],
        )

    def _iocs(self) -> None:
        for kind, listed in mapping(plain(self.sections, "iocs")).items():
            for one in entries(listed):
                value = one.get("data") if isinstance(one, dict) else one
                if kind in _ADDRESSES:
                    self.out.host(value)
                elif kind in _DOMAINS:
                    self.out.domain(value)
                elif kind in {"url", "urls"}:
                    self.out.url(value)
                else:
                    self.out.count.leave(f"iocs {kind[:40]}")


def _date(told: str) -> str:
    """`08/23/2023, 10:31:55`, month first, as ISO 8601 spells it."""
    day, mark, time = told.partition(", ")
    parts = day.split("/")
    return f"{parts[2]}-{parts[0]}-{parts[1]} {time}" if mark != "" and len(parts) == 3 else told  # noqa: PLR2004 - month, day, year
