"""WildFire's report, as the XML of its API or as JSON: attributes are `@x`, single elements objects, several lists."""

import re
from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers import machines, markup
from fulgurite.importers.content import Content
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, Plain, mapping, names_in, natural, objects
from fulgurite.importers.markup import Element
from fulgurite.importers.values import digest, fraction, port, text
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_READ = names_in("version platform software sha256 md5 size malware summary network process_list process_tree")
_NETWORK = names_in("TCP UDP dns url")
_VERDICTS = {"yes": 9, "no": 1, "malware": 9, "benign": 1, "grayware": 5, "phishing": 9}
_ROOT = "wildfire"
_XML = re.compile(rb"(?:<\?xml\b[^>]*>\s*)?(?>(?:<!--.*?-->\s*)*)<wildfire[\s>]", re.DOTALL)
"""How its XML begins. What comments were passed over stays so: each of them is looked at once."""
_SCALE = 3.0
"""Scores of behaviours go from 0 to about 3; what counts as much as that counts as 10."""


class WildFire:
    """The report of one file, of all machines that ran it."""

    name = "wildfire"

    def sniff(self, content: Content) -> bool:
        if _is_xml(content):
            return b"<task_info" in content.data
        return "task_info" in content.inner(_ROOT) and _root(content.whole) is not None

    def parse(self, content: Content) -> Report:
        root = _root(_from_xml(content.text, self.name) if _is_xml(content) else content.whole)
        if root is None:
            raise MalformedReport("there is no `wildfire.task_info` in it", where=self.name)
        return _Reader(self.name, root).read()


def _is_xml(content: Content) -> bool:
    return _XML.match(content.start) is not None


def _root(whole: Any) -> Plain | None:
    root = mapping(mapping(whole).get(_ROOT))
    return root if isinstance(root.get("task_info"), dict) else None


def _from_xml(data: bytes, where: str) -> Plain:
    """The XML as the JSON has it. Raises MalformedReport for what is no XML, or nests too deep."""
    found: Plain = {}

    def take(one: Element) -> None:
        found[one.name] = _plain(one)

    markup.read(data, frozenset({_ROOT}), take, where)
    return found


def _plain(element: Element) -> Any:
    """An element's attributes and children, its text under `#text`; text alone where it has nothing else, or None."""
    said = element.text.strip() or None
    told: Plain = {f"@{name}": value for name, value in element.attributes.items()}
    grouped: dict[str, list[Any]] = {}
    for child in element.children:
        grouped.setdefault(child.name, []).append(_plain(child))
    told.update({name: ones[0] if len(ones) == 1 else ones for name, ones in grouped.items()})
    if not told:
        return said
    return told if said is None else {**told, "#text": said}


class _Reader:
    def __init__(self, name: str, root: Plain) -> None:
        self.out = Gathered(name)
        self.root = root
        self.known: dict[tuple[str, str, str], int] = {}

    def read(self) -> Report:
        """The report of all machines."""
        info = mapping(self.root.get("file_info"))
        runs = objects(mapping(self.root.get("task_info")).get("report"))
        for run in runs:
            self._processes(run)
        self.out.births()
        for place, run in enumerate(runs):
            self._run(place, run)
            self.out.leave_rest(run, _READ)
        system = next((found for run in runs if (found := text(run.get("software"))) is not None), None)
        said = _VERDICTS.get((text(info.get("malware")) or text(info.get("verdict")) or "").lower())
        told = {kind: digest(info.get(kind), kind) for kind in ("sha256", "sha1", "md5")}
        size = natural(info.get("size"))
        return self.out.report(
            sample=Sample(size_bytes=size, **told),
            source=Source(name=self.out.name, version=text(self.root.get("version"))),
            machine=machines.machine(platform=system),
            os=machines.os_of(system),
            score=said,
        )

    def _processes(self, run: Plain) -> None:
        listed = mapping(run.get("process_list"))
        for one in objects(listed.get("process")):
            self._process(run, one)
        waiting = list(objects(mapping(run.get("process_tree")).get("process")))
        while waiting:
            one = waiting.pop()
            self._process(run, {**one, "@command": one.get("@text")})
            waiting += objects(mapping(one.get("child")).get("process"))

    def _process(self, run: Plain, one: Plain) -> None:
        """Told in the list and in the tree, of each machine once."""
        key = (text(run.get("platform")) or "", text(one.get("@pid")) or "", text(one.get("@name")) or "")
        if key in self.known:
            self.out.count.carry()
            return
        self.known[key] = self.out.process(pid=one.get("@pid"), image=one.get("@name"), cmd=one.get("@command"))

    def _run(self, place: int, run: Plain) -> None:
        out = self.out
        for one in objects(mapping(run.get("process_list")).get("process")):
            key = (text(run.get("platform")) or "", text(one.get("@pid")) or "", text(one.get("@name")) or "")
            self._deeds(one, self.known.get(key))
        network = mapping(run.get("network"))
        for proto in ("TCP", "UDP"):
            for one in objects(network.get(proto)):
                address = text(one.get("@ip"))
                if address is not None:
                    out.flow(proto.lower(), Ends(None, None, address, port(one.get("@port"))))
        for one in objects(network.get("dns")):
            out.domain(one.get("@query"), one.get("@response"), one.get("@type"))
        for one in objects(network.get("url")):
            host, path = text(one.get("@host")) or "", text(one.get("@uri")) or "/"
            out.url(path if "://" in path else f"http://{host}{path}", one.get("@method"))
        out.leave_rest(network, _NETWORK, "network ")
        for one in objects(mapping(run.get("summary")).get("entry")):
            points = fraction(one.get("@score"))
            out.signature(
                one.get("#text") or one.get("@details"),
                label=text(one.get("@id")),
                score=None if points is None or points <= 0 else max(1.0, points / _SCALE * 10),
                description=text(one.get("@details")),
                tags=(f"machine {place + 1}",),
            )

    def _deeds(self, one: Plain, actor: int | None) -> None:
        out = self.out
        for word, each in _listed(one.get("file")):
            out.file("delete" if "delete" in word else "write", each.get("@name"), actor)
        for word, each in _listed(one.get("registry")):
            key, name = text(each.get("@key")) or "", text(each.get("@subkey"))
            path = key if name is None else f"{key}\\{name}"
            out.key("delete" if "delete" in word else "write", path, actor, value=text(each.get("@data")))
        for _, each in _listed(one.get("mutex")):
            out.sync("mutant", each.get("@name"), "MutantCreate", actor)
        for _, each in _listed(one.get("service")):
            out.service("Create", each.get("@name"), actor, each.get("@path"))
        for kind in ("process_activity", "java_api"):
            out.count.leave(kind, len(mapping(one.get(kind))))


def _listed(value: Any) -> list[tuple[str, Plain]]:
    """What stands under `Create`, `Write`, `Delete` and the like, each with that word in lower case."""
    return [(word.lower(), each) for word, rows in mapping(value).items() for each in objects(rows)]
