"""Importers: bytes of a report, ours or another sandbox's -> Report. Pure; a module or folder and a row a format."""

from collections.abc import Iterator
from typing import NamedTuple

from fulgurite.errors import InputError, MalformedReport, UnknownFormat
from fulgurite.importers import several
from fulgurite.importers.anyrun import AnyRun
from fulgurite.importers.assemblyline import Assemblyline
from fulgurite.importers.base import Importer
from fulgurite.importers.content import Content
from fulgurite.importers.cuckoo import Cape, Cuckoo
from fulgurite.importers.cuckoo3 import Cuckoo3
from fulgurite.importers.drakvuf import DrakvufLog, DrakvufReport
from fulgurite.importers.etw import Etw
from fulgurite.importers.eventlog import EventLog
from fulgurite.importers.filescan import Filescan
from fulgurite.importers.hybrid_analysis import HybridAnalysis
from fulgurite.importers.joe import Joe
from fulgurite.importers.joined import JOINED
from fulgurite.importers.kernel import KernelLog, Threemon
from fulgurite.importers.lastline import Lastline
from fulgurite.importers.maec import Maec
from fulgurite.importers.metadefender import MetaDefender
from fulgurite.importers.native import Native
from fulgurite.importers.packed import Caps, Document, walk
from fulgurite.importers.packed.looks import looks_like
from fulgurite.importers.procmon import Procmon
from fulgurite.importers.runlog import RunLog
from fulgurite.importers.speakeasy import Speakeasy
from fulgurite.importers.stix import Stix
from fulgurite.importers.triage import Triage
from fulgurite.importers.virustotal import VirusTotal
from fulgurite.importers.vmray import VmrayLog, VmraySummary
from fulgurite.importers.wildfire import WildFire
from fulgurite.model.report import Report

IMPORTERS: tuple[Importer, ...] = (
    RunLog(),
    Native(),
    MetaDefender(),
    Triage(),
    KernelLog(),
    Cape(),
    Cuckoo(),
    Cuckoo3(),
    Threemon(),
    Speakeasy(),
    VmraySummary(),
    VmrayLog(),
    DrakvufLog(),
    DrakvufReport(),
    VirusTotal(),
    EventLog(),
    Etw(),
    HybridAnalysis(),
    Assemblyline(),
    Filescan(),
    WildFire(),
    Lastline(),
    Stix(),
    Maec(),
    Procmon(),
    AnyRun(),
    Joe(),
    *JOINED,
)
"""Asked in this order; the first whose sniff says yes reads the file."""


def importer_of(content: Content) -> Importer:
    """The importer of the format of `content`. Raises UnknownFormat when there is none."""
    for importer in IMPORTERS:
        if importer.sniff(content):
            return importer
    known = ", ".join(importer.name for importer in IMPORTERS)
    raise UnknownFormat(
        f"the bytes look like {looks_like(content.data)}: they are of no format that can be imported ({known})"
    )


def read(data: bytes) -> Report:
    """The report in `data`, whatever its format; a byte order mark before it is passed over.

    Raises UnknownFormat when no importer knows the bytes, MalformedReport when the one that does cannot read them.
    """
    return _read(data).report


def read_all(data: bytes) -> tuple[Report, ...]:
    """All reports in the document `data`, in its order: the place of each among them stays the same.

    Raises UnknownFormat and MalformedReport, as `read` does; also where one of several cannot be read.
    """
    return tuple(one.report for one in read_named(data))


class Named(NamedTuple):
    """A report that was read."""

    format: str
    """The word of its importer."""
    report: Report


def read_named(data: bytes) -> tuple[Named, ...]:
    """As `read_all`, with the format of each report."""
    content = Content(data)
    try:
        importer = importer_of(content)
    except UnknownFormat:
        listed = several.elements(content)
        if not any(format_of(part) for part in listed):
            raise
        return tuple(_one_of_several(part, place, len(listed)) for place, part in enumerate(listed))
    parts = several.parts(content, importer.name)
    if not parts:
        return (Named(importer.name, importer.parse(content)),)
    return tuple(_one_of_several(part, place, len(parts)) for place, part in enumerate(parts))


def _read(data: bytes) -> Named:
    content = Content(data)
    importer = importer_of(content)
    return Named(importer.name, importer.parse(content))


def _one_of_several(data: bytes, place: int, all_of_them: int) -> Named:
    try:
        return _read(data)
    except InputError as error:
        raise MalformedReport(str(error), where=f"report {place + 1} of {all_of_them}") from error


def documents(
    data: bytes, *, name: str | None = None, passwords: tuple[str, ...] = (), caps: Caps = walk.USUAL
) -> Iterator[Document]:
    """The documents in `data`, each for `read_all`; what is not packed is one document itself.

    `name` is what the input is called, `passwords` are tried on what is encrypted, before those that are usual for
    samples. Raises InputError: TooLarge over a cap, MalformedReport for a damaged archive, UnknownFormat for one
    without a report; what is wrong with one of several is told in that one's `fault`.
    """
    return walk.documents(data, format_of, name=name, passwords=passwords, caps=caps)


def format_of(data: bytes) -> str | None:
    """The word of the format of `data`; None when no importer knows it."""
    try:
        return importer_of(Content(data)).name
    except UnknownFormat:
        return None


__all__ = [
    "IMPORTERS",
    "Caps",
    "Content",
    "Document",
    "Importer",
    "documents",
    "format_of",
    "importer_of",
    "read",
    "read_all",
    "read_named",
]
