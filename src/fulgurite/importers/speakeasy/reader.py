"""One report of Speakeasy, whole or as the bare list of its entry points."""

from collections.abc import Sequence

import msgspec

from fulgurite.importers import lenient, paths
from fulgurite.importers.clocks import moment
from fulgurite.importers.draft import Draft
from fulgurite.importers.flows import Flows
from fulgurite.importers.speakeasy.points import Points
from fulgurite.importers.speakeasy.shapes import Dropped, EntryPoint, Segment, Whole, entry_point
from fulgurite.importers.speakeasy.web import Web
from fulgurite.importers.values import cut, digest, number, text
from fulgurite.model.artifact import Artifact
from fulgurite.model.process import Process
from fulgurite.model.report import Machine, Report, Source, checked
from fulgurite.model.sample import Sample

_READ = frozenset(Whole.__struct_fields__) | {"emulation_total_runtime", "image_base"}
_SYSTEMS = {"windows.5_1": "windowsxp", "windows.6_1": "windows7", "windows.10_0": "windows10"}
MAX_REASON = 300


def read(sections: lenient.Members, points: Sequence[EntryPoint | lenient.Members | None], name: str) -> Report:
    """The report whose facts are `sections` (none for a bare list) and whose entry points are `points`.

    An entry point that cannot be read is None.
    """
    draft, flows = Draft(), Flows()
    count = draft.count
    plain = msgspec.Raw(msgspec.json.encode({key: raw for key, raw in sections.items() if key in _READ}))
    whole = lenient.one(plain, Whole, "report", count) or Whole()
    image = text(whole.path) or text(whole.filepath)
    web = Web(draft)
    reader = Points(draft, web, Process(procid=0, image=image))
    listed = [one if isinstance(one, EntryPoint) else entry_point(one, count) for one in points if one is not None]
    count.unreadable("entry_points", len(points) - len(listed))
    draft.add_births()
    count.carry(len(listed))
    for point in listed:
        reader.read(point)
    artifacts = _artifacts(listed, draft)
    for key, raw in sections.items():
        if key not in _READ:
            count.leave(key[:60], lenient.size(raw))
    for error in lenient.elements(whole.errors) if not lenient.is_null(whole.errors) else []:
        count.reasons.append(f"the emulator says: {cut(bytes(error).decode('utf-8', 'replace'), MAX_REASON)}")
    draft.settle_clock()
    flows.own(draft)
    flows.tell(draft)
    events, _ = draft.placed()
    faults = count.faults()
    version = text(whole.report_version)
    report = Report(
        source=Source(name=name, version=version, engine=_engine(whole)),
        sample=_sample(whole, image),
        machine=Machine(system=_SYSTEMS.get(text(whole.os_run) or ""), platform=text(whole.os_run)),
        requested_at=moment(whole.timestamp),
        outcome="partial" if faults else "completed",
        reasons=faults,
        processes=tuple(draft.processes),
        events=events,
        flows=tuple(flows.flows),
        artifacts=artifacts,
        tally=count.tally(),
    )
    return checked(report, where=name)


def _engine(whole: Whole) -> str | None:
    version = text(whole.emu_version)
    return None if version is None else f"speakeasy {version}"


def _sample(whole: Whole, image: str | None) -> Sample:
    size = number(whole.size)
    name = None if image is None else paths.base_name(image)
    return Sample(
        sha256=digest(whole.sha256, "sha256"),
        size_bytes=size if size is None or size >= 0 else None,
        name=name or None,
    )


def _artifacts(points: list[EntryPoint], draft: Draft) -> tuple[Artifact, ...]:
    """Dropped files and pieces of code that were made while the sample ran."""
    found: list[Artifact] = []
    for point in points:
        for file in lenient.many(point.dropped_files, Dropped, "dropped_files", draft.count):
            sha256 = digest(file.sha256, "sha256")
            found.append(
                Artifact(
                    name=f"files/{len(found)}-{sha256 or 'file'}",
                    kind="martian",
                    path=text(file.path),
                    procid=1,
                    origin="dropped",
                    size_bytes=_unsigned(file.size),
                    sha256=sha256,
                )
            )
        for piece in lenient.many(point.dynamic_code_segments, Segment, "dynamic_code_segments", draft.count):
            base = _unsigned(piece.base)
            found.append(
                Artifact(
                    name=f"memory/{len(found)}-{text(piece.base) or 'unknown'}",
                    kind="region",
                    procid=1,
                    origin=text(piece.tag),
                    address=base,
                    size_bytes=_unsigned(piece.size),
                )
            )
    draft.count.carry(len(found))
    return tuple(found)


def _unsigned(value: object) -> int | None:
    found = number(value)
    return found if found is None or found >= 0 else None
