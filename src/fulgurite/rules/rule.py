"""A rule: what makes it match, and what it says then. Values only; parse.py makes them, match.py asks them.

Other languages of rules compile to the same values: tests on the fields of one record, conditions over many records.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from fulgurite.model.artifact import Artifact
from fulgurite.model.config import MalwareConfig
from fulgurite.model.events import Event
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.sample import Sample
from fulgurite.model.static import StaticFacts

Record = Event | Process | Artifact | Flow | Sample | StaticFacts | MalwareConfig
"""What a condition is asked of: an event, or something else that a report tells."""
Kind = type[Record]
Group = tuple[str, ...]
"""What records must have in common: `process`, `tree`, names of fields; empty for nothing."""
Confidence = Literal["low", "medium", "high"]

RUN: Group = ()
"""Any records of the run."""


class FieldTest(NamedTuple):
    """One test on one field of a record. A field that is not known passes only a test that `takes_unknown`."""

    field: str
    holds: Callable[[Any], bool]
    """Whether a value passes; text comes in lower case, unless `is_cased`."""
    words: frozenset[str | int] | None = None
    """Values (text in lower case) of which one that passes must be one; for the index."""
    atoms: frozenset[str] | None = None
    """Texts in lower case of which a value that passes contains one; for the index."""
    is_cased: bool = False
    takes_unknown: bool = False


class AllTests(NamedTuple):
    """Every check passes, on one and the same record."""

    checks: tuple["Check", ...]


class AnyTests(NamedTuple):
    """At least `least` of the checks pass, on one and the same record."""

    checks: tuple["Check", ...]
    least: int = 1


class NotTest(NamedTuple):
    """The check does not pass; that it asks for what is not known counts as not passing."""

    check: "Check"


Check = FieldTest | AllTests | AnyTests | NotTest


@dataclass(frozen=True, eq=False)
class Seen:
    """Enough records of `kind` passed every check, of those that have `same` in common."""

    kind: Kind
    tests: tuple[Check, ...]
    count: int = 1
    """How many: of records, each as often as it was seen, or with `distinct`, of values."""
    same: Group = RUN
    distinct: str | None = None
    """The field whose values are counted, each once."""
    within_ms: int | None = None
    """They lie within this time; records without time do not count then."""
    regular: int | None = None
    """They come at regular intervals: most differ from the middle one by no more than so many percent."""

    @property
    def is_plain(self) -> bool:
        """Whether one record is enough."""
        return self.count == 1 and self.regular is None


@dataclass(frozen=True, eq=False)
class AllOf:
    """Every part holds; with `same`, by records that have that in common."""

    parts: tuple["Condition", ...]
    same: Group = RUN


@dataclass(frozen=True, eq=False)
class AnyOf:
    """At least `least` parts hold."""

    parts: tuple["Condition", ...]
    least: int = 1


@dataclass(frozen=True, eq=False)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, eq=False)
class Sequence:
    """The parts were seen one after the other, by records that have `same` in common, within a time."""

    parts: tuple["Step", ...]
    same: Group = RUN
    within_ms: int | None = None


@dataclass(frozen=True, eq=False)
class Ref:
    """The rule with this label matches."""

    label: str
    line: int = 1
    """Where the file says so, for messages."""


Condition = Seen | AllOf | AnyOf | Not | Sequence | Ref
Step = Seen | AnyOf
"""A part of a sequence: one record, or one of several kinds."""


class Evidence(NamedTuple):
    """What an indicator says of the record that matched."""

    ioc: str | None = None
    """The field whose value is the IOC; None for the field that the kind of record has for it."""
    description: str | None = None
    """Text with `{field}` in it; left out where one of the fields is not known."""


class Case(NamedTuple):
    """A small run that the rule shall match, or shall not: as written in the rule's file."""

    name: str
    is_match: bool
    content: Any
    line: int


@dataclass(frozen=True)
class Rule:
    """One rule of one file."""

    label: str
    """The file's name without ending: stable, for machines."""
    name: str
    when: Condition
    score: int | None = None
    confidence: Confidence = "high"
    os: tuple[str, ...] = ()
    """The systems it is about; empty for any."""
    ttps: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    family: str | None = None
    """The family of malware that it tells."""
    references: tuple[str, ...] = ()
    """URLs."""
    benign: str | None = None
    """What benign software does it too."""
    description: str | None = None
    evidence: Evidence = field(default_factory=Evidence)
    cases: tuple[Case, ...] = ()
    file: str = ""
    """Where it stands, for messages; empty where that is not known."""
    digest: str = ""
    """SHA-256 of its text."""
