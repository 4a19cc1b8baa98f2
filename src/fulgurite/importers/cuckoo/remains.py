"""What a run left: dropped files, dumps, payloads, and the settings taken out of them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from fulgurite.importers import lenient, paths
from fulgurite.importers.counting import Count
from fulgurite.importers.cuckoo.shapes import FoundFile
from fulgurite.importers.draft import Draft
from fulgurite.importers.values import digest, number, text, texts
from fulgurite.model.artifact import Artifact
from fulgurite.model.config import MalwareConfig
from fulgurite.model.nesting import nests_too_deep

_JOINT = ";?"
"""Between the guest's paths of one dump, as CAPE joins them; the first part is a number."""

_NOT_FAMILY = ("_", "associated_")
"""What stands beside a family's settings: digests of what they were found in."""


class Folder(NamedTuple):
    """One list of files: where its artifacts stand and what they are."""

    section: str
    name: str
    kind: str
    origin: str


FOLDERS = (
    Folder("dropped", "files", "martian", "dropped"),
    Folder("procdump", "procdump", "procdump", "procdump"),
    Folder("procmemory", "memory", "procmemory", "procmemory"),
    Folder("payloads", "payloads", "payload", "payload"),
    Folder("extracted", "extracted", "extracted", "extracted"),
    Folder("buffer", "buffer", "buffer", "buffer"),
)


def artifacts(lists: lenient.Members, draft: Draft) -> tuple[Artifact, ...]:
    """The files of all lists in FOLDERS that `lists` has."""
    found: dict[str, Artifact] = {}
    for folder in FOLDERS:
        for entry in lenient.many(lists.get(folder.section), FoundFile, folder.section, draft.count):
            if entry.cape_config is not None and entry.sha256 is None and entry.name is None:
                continue  # settings alone, which `beside` reads
            draft.count.carry()
            one = _artifact(entry, folder, draft, len(found))
            found[one.name] = one
    return tuple(found.values())


def _artifact(entry: FoundFile, folder: Folder, draft: Draft, place: int) -> Artifact:
    sha256 = digest(entry.sha256, "sha256")
    pid = number(entry.pid)
    pid = pid if pid is not None else next((one for one in map(number, _list(entry.pids)) if one is not None), None)
    path = next(_paths(entry), None)
    address = number(entry.virtual_address)
    size = number(entry.size)
    return Artifact(
        name=f"{folder.name}/{place}-{sha256 or 'file'}",
        kind=folder.kind,
        path=path,
        procid=None if pid is None else draft.procid_of(pid),
        pid=pid,
        origin=text(entry.cape_type) or folder.origin,
        address=address if address is None or address >= 0 else None,
        size_bytes=size if size is None or size >= 0 else None,
        md5=digest(entry.md5, "md5"),
        sha1=digest(entry.sha1, "sha1"),
        sha256=sha256,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _paths(entry: FoundFile) -> Iterator[str]:
    """Where the guest had the file, the surest first."""
    for held in (entry.guest_paths, entry.filepath, entry.process_path, entry.name):
        for told in texts(held):
            for part in told.split(_JOINT):
                if "\\" in part or "/" in part or held is entry.name:
                    yield paths.file(part)


def configs(raw: lenient.Raw | None, draft: Draft) -> tuple[MalwareConfig, ...]:
    """The configurations, each {family: {setting: value}}; a bare object of settings has no family."""
    return tuple(one for entry in lenient.many(raw, Any, "configs", draft.count) for one in _configs(entry, draft))


def _configs(entry: Any, draft: Draft) -> Iterator[MalwareConfig]:
    if not isinstance(entry, dict) or nests_too_deep(entry):
        draft.count.unreadable("configs")
        return
    draft.count.carry()
    named = {
        family: values
        for family, values in entry.items()
        if isinstance(values, dict) and not family.startswith(_NOT_FAMILY)
    }
    for family, values in named.items():
        yield MalwareConfig(family=family, found_in=_found_in(entry), values=values)
    if not named:
        values = {name: value for name, value in entry.items() if name != "family"}
        yield MalwareConfig(family=text(entry.get("family")), found_in=_found_in(entry), values=values)


def _found_in(entry: dict[str, Any]) -> str | None:
    """The digest of the file that the settings were in."""
    hashes = entry.get("associated_analysis_hashes")
    return digest(hashes.get("sha256"), "sha256") if isinstance(hashes, dict) else None


def beside(raw: lenient.Raw | None, draft: Draft) -> Iterator[MalwareConfig]:
    """The configurations that stand beside their payload, as older versions have them."""
    for entry in lenient.many(raw, FoundFile, "payloads", Count()):
        if isinstance(entry.cape_config, dict) and entry.cape_config and not nests_too_deep(entry.cape_config):
            draft.count.carry()
            found_in = digest(entry.sha256, "sha256")
            yield MalwareConfig(family=text(entry.cape_name), found_in=found_in, values=entry.cape_config)
