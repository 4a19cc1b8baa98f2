"""The report: what one run showed, ours or another sandbox's."""

from datetime import datetime
from typing import Literal

import msgspec

from fulgurite.errors import MalformedReport
from fulgurite.model.artifact import Artifact
from fulgurite.model.base import Model
from fulgurite.model.events import Event
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.sample import Sample
from fulgurite.model.signature import Signature

SCHEMA_VERSION = 1
"""Raised with every change that an older reader would misread; see `upgrade.py` once there is a 2."""


class Source(Model, frozen=True, kw_only=True):
    """Who made the report."""

    name: str
    """`fulgurite` for our own engines, else the format's name, such as `metadefender`, `triage`, `cape`."""
    version: str | None = None
    """Version of the engine or of the format."""
    engine: str | None = None
    """The engine that ran the sample, such as `speakeasy 2.0.0b9`."""
    backend: str | None = None
    task: str | None = None
    """The source's own name for the run."""
    sample: str | None = None
    """The source's own name for the sample."""


class Machine(Model, frozen=True, kw_only=True):
    """The guest that ran the sample."""

    system: str | None = None
    """The name asked for and shown: `windows7`, `windows10`, `linux`."""
    platform: str | None = None
    """The true platform: `windows10_x64`, `windows10_x64 (emulated)`."""
    resource: str | None = None
    browser: str | None = None
    timeout: str | None = None
    """The time profile: `short`, `medium`, `long`."""


class Report(Model, frozen=True, kw_only=True):
    """What one run showed. Immutable; enriched copies are made with `msgspec.structs.replace`."""

    schema_version: int = msgspec.field(default=SCHEMA_VERSION)
    source: Source
    sample: Sample
    os: Literal["windows", "linux", "macos", "android"] = "windows"
    """The family of systems; first word of rendered event names."""
    machine: Machine = Machine()
    outcome: Literal["completed", "partial", "failed"] = "completed"
    """`partial`: what was seen is kept though the run did not come to its end; `failed`: nothing to be told from it."""
    reasons: tuple[str, ...] = ()
    """Why the outcome is not `completed`, and what the engine could not do; each one plain sentence."""
    requested_at: datetime | None = None
    """When the run was asked for (aware, UTC); orders the analyses of one sample. None: the source does not say."""
    processes: tuple[Process, ...] = ()
    events: tuple[Event, ...] = ()
    flows: tuple[Flow, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    signatures: tuple[Signature, ...] = ()
    """Highest score first, informational ones last."""
    ttps: tuple[str, ...] | None = None
    """ATT&CK ids of the whole report; None when the source has no such list."""
    families: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    score: int | None = None
    """1-10; None when no statement can be made, which is not the same as clean."""
    sandbox_id: str | None = None
    """24 lower-case hex digits that name this analysis; set by the source, else by the service."""
    data_id: str | None = None
    """The name of the submission in the v4 API; set by the source, else by the service."""
    sandbox_version: str | None = None
    rescan_available: bool | None = None
    """As the source says; None: whether this store has the sample decides."""


_decoder = msgspec.json.Decoder(Report)
_encoder = msgspec.json.Encoder()


def decode(data: bytes) -> Report:
    """The report that `encode` wrote. Raises MalformedReport for anything else."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedReport(str(error), where="native report") from error


def encode(report: Report) -> bytes:
    """`report` as the native JSON form; `decode(encode(report)) == report`."""
    return _encoder.encode(report)
