"""A rule that matched in a report, with its evidence."""

from typing import Literal

from fulgurite.model.base import Model


class Indicator(Model, frozen=True, kw_only=True):
    """One piece of evidence."""

    ioc: str | None = None
    description: str | None = None
    at_ms: int | None = None
    pid: int | None = None
    procid: int | None = None
    pid_target: int | None = None
    procid_target: int | None = None
    flow: int | None = None
    dump_file: str | None = None
    """Artifact.name of what the evidence was found in."""
    resource: str | None = None
    yara_rule: str | None = None
    event: int | None = None
    """Index into Report.events of the event that matched."""


class Signature(Model, frozen=True, kw_only=True):
    """A finding: of our own rules, or of the source's."""

    name: str
    """As analysts know it: `Executes dropped EXE`."""
    label: str | None = None
    """A stable word for machines: `executes_dropped_exe`."""
    score: int | None = None
    """1-10; None when informational."""
    confidence: Literal["low", "medium", "high"] | None = None
    """How sure it is, which bounds what the score counts; None for findings of others."""
    ttps: tuple[str, ...] = ()
    """ATT&CK technique ids."""
    tags: tuple[str, ...] = ()
    family: str | None = None
    """The family of malware that it tells."""
    indicators: tuple[Indicator, ...] = ()
    events: tuple[int, ...] = ()
    """Indexes into Report.events of what is behind it: the first of them, for a finding of ours."""
    event_count: int | None = None
    """How many events are behind it in all; None for findings of others."""
    description: str | None = None
    benign: str | None = None
    """What benign software does it too."""
    url: str | None = None
    yara_rule: str | None = None
    is_ours: bool = False
    """Whether a rule of ours made it; False for the source's own."""

    @property
    def all_events(self) -> tuple[int, ...]:
        """The events behind it that are kept; of a source's own, those that its indicators point at."""
        if self.events:
            return self.events
        return tuple(dict.fromkeys(one.event for one in self.indicators if one.event is not None))
