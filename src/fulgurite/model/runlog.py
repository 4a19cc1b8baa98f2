"""The log that an engine of ours writes while it runs a sample: JSON lines, one record each.

The log is streamed, so that a run that dies leaves what it saw: first a Header, then records in the order of events,
last an End. A log without its End is a run that was cut off. Bytes of artifacts lie beside the log as files named
by their SHA-256; the log only names them.
"""

from fulgurite.model.artifact import Artifact
from fulgurite.model.base import Model
from fulgurite.model.events import Event
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.report import Machine, Os, Outcome, Source
from fulgurite.model.sample import Sample

LOG_VERSION = 1


class Header(Model, frozen=True, kw_only=True, tag_field="record", tag="header"):
    """The first line: what is run, where, by what."""

    log_version: int
    source: Source
    sample: Sample
    os: Os = "windows"
    machine: Machine = Machine()


class ProcessRecord(Model, frozen=True, kw_only=True, tag_field="record", tag="process"):
    """A process that came up, or newer facts of one that did; the last record of a procid holds."""

    process: Process


class EventRecord(Model, frozen=True, kw_only=True, tag_field="record", tag="event"):
    """One event."""

    event: Event


class FlowRecord(Model, frozen=True, kw_only=True, tag_field="record", tag="flow"):
    """A flow's facts; the last record of a flow holds."""

    flow: Flow


class ArtifactRecord(Model, frozen=True, kw_only=True, tag_field="record", tag="artifact"):
    """An artifact whose bytes lie beside the log under its SHA-256."""

    artifact: Artifact


class Note(Model, frozen=True, kw_only=True, tag_field="record", tag="note"):
    """Something that limits what the run can tell: one plain sentence, ends up in Report.reasons."""

    text: str


class Progress(Model, frozen=True, kw_only=True, tag_field="record", tag="progress"):
    """How far the run is, 1-99."""

    percent: int


class End(Model, frozen=True, kw_only=True, tag_field="record", tag="end"):
    """The last line."""

    outcome: Outcome
    reason: str | None = None


Record = Header | ProcessRecord | EventRecord | FlowRecord | ArtifactRecord | Note | Progress | End
