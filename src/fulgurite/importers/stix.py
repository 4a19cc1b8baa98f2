"""STIX 2.0 and 2.1 bundles that tell of a file: its analysis, what was observed, what is known of the malware."""

import re
from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers.clocks import moment
from fulgurite.importers.content import Content
from fulgurite.importers.gathering import Gathered, Plain, entries, mapping, objects
from fulgurite.importers.observables import KINDS, SUPPORT, Observables, hashes_of, sample_of
from fulgurite.importers.values import text
from fulgurite.model.report import Machine, Report, Source
from fulgurite.model.sample import Sample

_TELLING = KINDS | {"malware-analysis", "malware", "observed-data"}
_RESULTS = {"malicious": 9, "suspicious": 6, "benign": 1}
_PASSED = frozenset({"relationship", "identity", "marking-definition", "observed-data"})


_SHA256 = re.compile(r"file:hashes\.'?SHA-?256'? *= *'([0-9a-fA-F]{64})'", re.ASCII)


class Stix:
    """A bundle."""

    name = "stix"

    def sniff(self, content: Content) -> bool:
        return "objects" in content.members and _bundle(content) is not None

    def parse(self, content: Content) -> Report:
        bundle = _bundle(content)
        if bundle is None:
            raise MalformedReport("there is no bundle in it that can be read", where=self.name)
        listed = objects(bundle.get("objects"))
        if not any(text(one.get("type")) in _TELLING for one in listed):
            reason = "the bundle tells of no file: there is no malware, no analysis and nothing observed in it"
            raise MalformedReport(reason, where=self.name)
        return _Reader(self.name, listed).read()


def _bundle(content: Content) -> Plain | None:
    whole = mapping(content.whole)
    return whole if whole.get("type") == "bundle" and isinstance(whole.get("objects"), list) else None


class _Reader:
    def __init__(self, name: str, listed: list[Plain]) -> None:
        self.out = Gathered(name)
        self.listed = listed
        self.by_id = {key: one for one in listed if (key := text(one.get("id"))) is not None}

    def read(self) -> Report:
        """The report of all objects."""
        analysis = next((one for one in self.listed if one.get("type") == "malware-analysis"), {})
        scopes = [self.by_id, *self._observed()]
        sample = self._sample(analysis, scopes)
        readers = [Observables(self.out, _observable(scope), sample) for scope in scopes]
        for reader in readers:
            reader.read_processes()
        self.out.births()
        for reader in readers:
            reader.read_rest()
        for one in self.listed:
            self._object(one)
        found = next((scope[sample] for scope in scopes if sample in scope), None) if sample is not None else None
        return self.out.report(
            sample=self._hunted() if found is None else sample_of(found),
            source=Source(
                name=self.out.name,
                version=text(analysis.get("version")),
                engine=text(analysis.get("product")),
                task=text(analysis.get("id")),
            ),
            machine=Machine(platform=text(self.by_id.get(_id(analysis.get("operating_system_ref")), {}).get("name"))),
            at=moment(analysis.get("analysis_started") or analysis.get("submitted") or analysis.get("created")),
            score=_RESULTS.get(text(analysis.get("result")) or ""),
        )

    def _observed(self) -> list[dict[str, Plain]]:
        """The scopes of observed data of 2.0, whose references are local."""
        inner = [mapping(one.get("objects")) for one in self.listed if one.get("type") == "observed-data"]
        return [{key: one for key, one in scope.items() if isinstance(one, dict)} for scope in inner if scope]

    def _sample(self, analysis: Plain, scopes: list[dict[str, Plain]]) -> str | None:
        """Which file is the sample: as the analysis or the malware says, else the only file with a digest."""
        refs = [analysis.get("sample_ref")]
        for one in self.listed:
            if one.get("type") == "malware":
                refs += entries(one.get("sample_refs"))
        named = [ref for ref in refs if isinstance(ref, str) and self.by_id.get(ref, {}).get("type") == "file"]
        if named:
            return named[0]
        files = [
            key
            for scope in scopes
            for key, one in scope.items()
            if one.get("type") == "file" and any(hashes_of(one).values())
        ]
        return files[0] if len(files) == 1 else None

    def _hunted(self) -> Sample:
        """The one file that the indicators look for by digest, where no object describes it."""
        patterns = [told for one in self.listed if (told := text(one.get("pattern"))) is not None]
        found = {digest.lower() for pattern in patterns for digest in _SHA256.findall(pattern)}
        return Sample(sha256=found.pop()) if len(found) == 1 else Sample()

    def _object(self, one: Plain) -> None:
        kind = text(one.get("type")) or "unnamed"
        if kind == "malware":
            self.out.family(one.get("name"))
            for word in (*entries(one.get("labels")), *entries(one.get("malware_types"))):
                self.out.tag(word)
        elif kind == "malware-analysis":
            self.out.count.carry()
            self.out.tag(one.get("result_name"))
        elif kind == "attack-pattern":
            self._pattern(one)
        elif kind == "indicator":
            self.out.signature(one.get("name"), description=text(one.get("description")), evidence=[one.get("pattern")])
        elif kind in _PASSED or kind in KINDS or kind in SUPPORT:
            self.out.count.carry(1 if kind == "observed-data" else 0)
            self.out.count.leave(kind, 1 if kind in _PASSED and kind != "observed-data" else 0)
        elif text(one.get("id")) is None:
            self.out.count.leave(f"object {kind[:40]}")

    def _pattern(self, one: Plain) -> None:
        ids = [ref.get("external_id") for ref in objects(one.get("external_references"))]
        before = len(self.out.ttps)
        self.out.ttps_of([told for told in ids if isinstance(told, str) and told.startswith("T")], "attack-pattern")
        self.out.count.leave("attack patterns without an id", 1 if before == len(self.out.ttps) and not ids else 0)


def _observable(scope: dict[str, Plain]) -> dict[str, Plain]:
    """The observables of a scope; of a bundle's own the other objects are read by kind."""
    known = KINDS | SUPPORT
    others = {"malware", "malware-analysis", "attack-pattern", "indicator", *_PASSED}
    return {
        key: one for key, one in scope.items() if text(one.get("type")) in known or text(one.get("type")) not in others
    }


def _id(value: Any) -> str:
    return text(value) or ""
