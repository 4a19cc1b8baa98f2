"""A rule: what makes it match, and what it says then. Values only; parse.py makes them, match.py asks them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from fulgurite.model.events import Event

Kind = type[Event]


class Test(NamedTuple):
    """One test on one field of an event."""

    field: str
    holds: Callable[[Any], bool]
    """Whether a known value passes; text comes in lower case."""
    words: frozenset[str] | None = None
    """In lower case, all the texts that pass, where the test is nothing but one of a few texts."""


@dataclass(frozen=True, eq=False)
class Seen:
    """At least `count` events of `kind` passed every test; with `each`, of one and the same process."""

    kind: Kind
    tests: tuple[Test, ...]
    count: int = 1
    each: Literal["run", "process"] = "run"


@dataclass(frozen=True, eq=False)
class AllOf:
    """Every part holds; with `same`, every part by events of one and the same process."""

    parts: tuple["Condition", ...]
    same: Literal["run", "process"] = "run"


@dataclass(frozen=True, eq=False)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, eq=False)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition = Seen | AllOf | AnyOf | Not


class Evidence(NamedTuple):
    """What an indicator says of the event that matched."""

    ioc: str | None = None
    """The field whose value is the IOC; None for the field that the kind of event has for it."""
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
    ttps: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    description: str | None = None
    evidence: Evidence = field(default_factory=Evidence)
    cases: tuple[Case, ...] = ()
