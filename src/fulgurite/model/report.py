"""The report: what one run showed, ours or another sandbox's."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from fulgurite.errors import MalformedReport
from fulgurite.model.artifact import Artifact
from fulgurite.model.base import Model
from fulgurite.model.config import MalwareConfig
from fulgurite.model.events import Event, ForeignEvent
from fulgurite.model.flow import Flow
from fulgurite.model.matched import Matched
from fulgurite.model.nesting import MAX_NESTING, nests_too_deep
from fulgurite.model.process import Process
from fulgurite.model.sample import Sample
from fulgurite.model.signature import Signature
from fulgurite.model.static import StaticFacts
from fulgurite.model.tally import Tally

SCHEMA_VERSION = 1
"""Raised with every change that an older reader would misread; see `upgrade.py` once there is a 2."""

OURS = "fulgurite"
"""Source.name of every report that an engine of ours made."""

Os = Literal["windows", "linux", "macos", "android"]
Outcome = Literal["completed", "partial", "failed"]


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

    @property
    def is_ours(self) -> bool:
        """Whether an engine of ours made the report, so that our rules set its signatures and score."""
        return self.name == OURS


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

    @property
    def is_emulated(self) -> bool:
        """Whether it was a pretence: no network was reached, answers from it are made up."""
        return (self.platform or "").endswith("(emulated)") or (self.resource or "").endswith("-emulated")


class Report(Model, frozen=True, kw_only=True):
    """What one run showed. Immutable; enriched copies are made with `msgspec.structs.replace`."""

    schema_version: int = msgspec.field(default_factory=lambda: SCHEMA_VERSION)
    """Always written, also where it is today's: what is stored now is read by later versions."""
    source: Source
    sample: Sample
    os: Os = "windows"
    """The family of systems; first word of rendered event names."""
    machine: Machine = Machine()
    outcome: Outcome = "completed"
    """`partial`: what was seen is kept though the run did not come to its end; `failed`: nothing to be told from it."""
    reasons: tuple[str, ...] = ()
    """Why the outcome is not `completed`, and what the engine could not do; each one plain sentence."""
    requested_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
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
    configs: tuple[MalwareConfig, ...] = ()
    """Settings taken out of the sample and of what it left."""
    static: StaticFacts | None = None
    """What the source tells of the sample's bytes; None where it tells nothing."""
    tags: tuple[str, ...] = ()
    score: int | None = None
    """1-10; None when no statement can be made, which is not the same as clean. Of a foreign report the source's own,
    and ours only where it has none."""
    matched: Matched | None = None
    """What our rules say, and which they were; None while it was not matched."""
    sandbox_id: str | None = None
    """24 lower-case hex digits that name this analysis; set by the source, else by the service."""
    data_id: str | None = None
    """The name of the submission in the v4 API; set by the source, else by the service."""
    sandbox_version: str | None = None
    rescan_available: bool | None = None
    """As the source says; None: whether this store has the sample decides."""
    tally: Tally | None = None
    """What an import carried over and what stands only in the original; None for what no import counted."""
    extra: dict[str, Any] = msgspec.field(default_factory=dict)
    """Parts of a foreign body that no field here holds exactly, by JSON pointer (`/summary/processes`): rendered as
    they came, in place of what the fields would give. What could be understood of them stands in the fields too."""


_decoder = msgspec.json.Decoder(Report)
_encoder = msgspec.json.Encoder()


def decode(data: bytes) -> Report:
    """The report that `encode` wrote. Raises MalformedReport for anything else."""
    try:
        report = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedReport(str(error), where="native report") from error
    return checked(report, where="native report")


def encode(report: Report) -> bytes:
    """`report` as the native JSON form; `decode(encode(report)) == report`."""
    return _encoder.encode(report)


def checked(report: Report, *, where: str) -> Report:
    """`report`, made from bytes of others. Raises MalformedReport for what its types cannot rule out."""
    fault = _fault(report)
    if fault is not None:
        raise MalformedReport(fault, where=where)
    return report


def _fault(report: Report) -> str | None:
    """What types cannot say: why `report` is not to be worked with, or None."""
    if report.schema_version != SCHEMA_VERSION:
        return f"its schema_version is {report.schema_version}, this Fulgurite reads {SCHEMA_VERSION}"
    if report.requested_at is not None and not _has_utc_form(report.requested_at):
        return "requested_at is out of the range of UTC times"
    foreign = (event.d for event in report.events if isinstance(event, ForeignEvent))
    settings = (config.values for config in report.configs)
    if nests_too_deep(report.extra) or any(nests_too_deep(d) for d in (*foreign, *settings)):
        return f"a foreign value nests deeper than {MAX_NESTING} levels"
    return None


def _has_utc_form(at: datetime) -> bool:
    """Whether `at` can be told in UTC: near the years 1 and 9999 its offset may lead out of range."""
    try:
        at.astimezone(UTC)
    except OverflowError:
        return False
    return True
