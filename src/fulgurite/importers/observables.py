"""Cyber observables of STIX, which MAEC uses too: objects by id that refer to one another."""

from typing import Any

from fulgurite.importers.clocks import Stamps
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import FileVerb, Gathered, Plain, entries, mapping, objects
from fulgurite.importers.paths import joined
from fulgurite.importers.values import digest, port, text
from fulgurite.model.sample import Sample

KINDS = frozenset(
    {
        "file",
        "process",
        "windows-registry-key",
        "mutex",
        "domain-name",
        "ipv4-addr",
        "ipv6-addr",
        "url",
        "network-traffic",
    }
)
"""Kinds that a report has a place for."""
SUPPORT = frozenset({"directory", "artifact", "autonomous-system", "mac-addr"})
"""Kinds that only others refer to."""
_TRANSPORTS = frozenset({"tcp", "udp", "icmp"})
_BELOW = frozenset({"ipv4", "ipv6"})
_HASHES = {"md5": ("MD5", "md5"), "sha1": ("SHA-1", "SHA1", "sha1"), "sha256": ("SHA-256", "SHA256", "sha256")}


def hashes_of(one: Plain) -> Plain:
    """The digests of a file, by our names."""
    told = mapping(one.get("hashes"))
    found: Plain = {}
    for kind, names in _HASHES.items():
        found[kind] = next((known for name in names if (known := digest(told.get(name), kind)) is not None), None)
    return found


class Observables:
    """Reads the objects of one scope into a report."""

    def __init__(self, out: Gathered, listed: dict[str, Plain], sample: str | None) -> None:
        self.out = out
        self.listed = listed
        self.sample = sample
        self.procids: dict[str, int] = {}
        self._told: set[str] = set()
        self._stamps = Stamps()

    def read_processes(self) -> None:
        """Takes up the processes; to be called before deeds are told."""
        for key, one in self.listed.items():
            if one.get("type") == "process":
                image = self._path(self._get(one.get("image_ref") or one.get("binary_ref")))
                self.procids[key] = self.out.process(
                    pid=one.get("pid"),
                    image=image or text(one.get("name")),
                    cmd=one.get("command_line"),
                    started_ms=self._stamps.ms(one.get("created_time") or one.get("created")),
                )
        for key, procid in self.procids.items():
            parent = self.procids.get(text(self.listed[key].get("parent_ref")) or "")
            children = [
                self.procids.get(ref) for ref in entries(self.listed[key].get("child_refs")) if isinstance(ref, str)
            ]
            if parent is not None and parent < procid:
                self.out.draft.update(procid, procid_parent=parent)
            for child in children:
                if child is not None and child > procid:
                    self.out.draft.update(child, procid_parent=procid)

    def read_rest(self) -> None:
        """Tells of all objects that no deed told of."""
        first = sorted(self.listed.items(), key=lambda item: item[1].get("type") != "network-traffic")
        for key, one in first:
            kind = text(one.get("type")) or "unnamed"
            if kind in SUPPORT or key in self._told or kind == "process":
                continue
            if kind in KINDS:
                self.tell(key, "read")
            else:
                self.out.count.leave(f"observable {kind[:40]}")

    def tell(self, key: str, verb: FileVerb, actor: int | None = None) -> bool:
        """Tells of the object `key`, with which `verb` was done; whether there is such an object."""
        one = self.listed.get(key)
        if one is None:
            return False
        self._told.add(key)
        kind = one.get("type")
        if kind == "file":
            self._file(key, one, verb, actor)
        elif kind == "windows-registry-key":
            self._key(one, verb, actor)
        elif kind == "mutex":
            op = "MutantCreate" if verb == "write" else "MutantOpen"
            self.out.sync("mutant", one.get("name"), op, actor)
        else:
            self._network(one, actor)
        return True

    def _file(self, key: str, one: Plain, verb: FileVerb, actor: int | None) -> None:
        path = self._path(one)
        if key == self.sample:
            self.out.count.carry()
            return
        told = hashes_of(one)
        if any(value is not None for value in told.values()):
            self.out.dropped(path, hashes=told, size=one.get("size"), kind="martian" if verb == "write" else "file")
        if path is not None:
            self.out.file(verb, path, actor, op="Unknown" if verb == "read" else None)

    def _key(self, one: Plain, verb: FileVerb, actor: int | None) -> None:
        key, values = text(one.get("key")), objects(one.get("values"))
        if key is None:
            self.out.count.unreadable("registry keys")
        elif not values:
            self.out.key(verb, key, actor, op="CreateKey" if verb == "write" else None)
        else:
            for value in values:
                does: FileVerb = "write" if verb == "read" else verb
                op = "DeleteValueKey" if verb == "delete" else "SetValueKeyStr"
                self.out.key(does, joined(key, text(value.get("name"))), actor, op=op, value=text(value.get("data")))

    def _network(self, one: Plain, actor: int | None) -> None:
        kind = one.get("type")
        if kind == "domain-name":
            answers = [self._get(ref).get("value") for ref in entries(one.get("resolves_to_refs"))]
            self.out.domain(one.get("value"), answers, procid=actor)
        elif kind == "url":
            self.out.url(one.get("value"), procid=actor)
        elif kind == "network-traffic":
            self._traffic(one, actor)
        else:
            self.out.host(one.get("value"), actor)

    def _traffic(self, one: Plain, actor: int | None) -> None:
        remote = text(self._get(one.get("dst_ref")).get("value"))
        spoken = [told.lower() for told in entries(one.get("protocols")) if isinstance(told, str)]
        proto = next((told for told in spoken if told in _TRANSPORTS), "ip")
        if remote is None:
            self.out.count.leave("network traffic without a host")
            return
        local = text(self._get(one.get("src_ref")).get("value"))
        ends = Ends(local, port(one.get("src_port")), remote, port(one.get("dst_port")))
        number_of = self.out.flow(proto, ends, actor)
        for told in spoken:
            if told not in _TRANSPORTS and told not in _BELOW:
                self.out.flows.sees(number_of, told[:40])
        request = mapping(mapping(one.get("extensions")).get("http-request-ext"))
        path = text(request.get("request_value"))
        if path is not None:
            url = path if "://" in path else f"http://{remote}{path}"
            self.out.url(url, (text(request.get("request_method")) or "GET").upper(), actor, flow=number_of)

    def _get(self, ref: Any) -> Plain:
        return self.listed.get(ref, {}) if isinstance(ref, str) else {}

    def _path(self, one: Plain) -> str | None:
        name, folder = text(one.get("name")), text(self._get(one.get("parent_directory_ref")).get("path"))
        if name is None or folder is None:
            return name
        slash = "/" if "/" in folder else "\\"
        return f"{folder.rstrip(slash)}{slash}{name}"


def sample_of(one: Plain) -> Sample:
    """The sample that a file object describes."""
    told = hashes_of(one)
    size = one.get("size")
    size_bytes = size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**63 else None
    return Sample(name=text(one.get("name")), size_bytes=size_bytes, **told)
