"""Extracted configurations, ransom notes, credentials; and what the sample's bytes tell."""

from collections.abc import Iterator
from typing import Any

from fulgurite.model.base import Model
from fulgurite.model.config import MalwareConfig
from fulgurite.model.report import Report

MAX_CONFIGS = 30
MAX_SETTINGS = 150
"""Values shown of one configuration."""
MAX_FACTS = 120
"""Imports, exports, sections or resources that are shown."""


class Config(Model, frozen=True, kw_only=True):
    """One of them, flat."""

    said: MalwareConfig
    settings: tuple[tuple[str, str], ...] = ()
    """Path of a value (`c2[0].host`) and the value; hostile text, both."""
    left: int = 0
    """Values that the page does not show."""


class Configs(Model, frozen=True, kw_only=True):
    """All of them."""

    shown: tuple[Config, ...] = ()
    total: int = 0

    @property
    def left(self) -> int:
        return self.total - len(self.shown)


class Facts(Model, frozen=True, kw_only=True):
    """A list of names in the sample's bytes."""

    title: str
    shown: tuple[str, ...]
    total: int

    @property
    def left(self) -> int:
        return self.total - len(self.shown)


def configs(report: Report, total: int | None = None) -> Configs:
    """What was taken out of the sample of `report`; `total`: how much, where it does not hold all of it."""
    shown = tuple(_config(one) for one in report.configs[:MAX_CONFIGS])
    return Configs(shown=shown, total=len(report.configs) if total is None else total)


def _config(said: MalwareConfig) -> Config:
    settings = tuple(_flat("", said.values))
    return Config(said=said, settings=settings[:MAX_SETTINGS], left=max(0, len(settings) - MAX_SETTINGS))


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Each value in `value` with its path. No report nests deeper than MAX_NESTING."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _flat(f"{path}.{key}" if path else str(key), inner)
        case list() | tuple():
            for number, inner in enumerate(value):
                yield from _flat(f"{path}[{number}]" if len(value) > 1 else path, inner)
        case None:
            yield path, ""
        case bool():
            yield path, "yes" if value else "no"
        case _:
            yield path, str(value)


def properties(report: Report) -> tuple[tuple[str, str], ...]:
    """What the sample's bytes say of it: a name of ours and the value, hostile text; without what is not said."""
    static = report.static
    if static is None:
        return ()
    named = (
        ("Type", static.type),
        ("Machine", static.machine),
        ("Subsystem", static.subsystem),
        ("Compiled", static.compiled),
        ("Company", static.company),
        ("Product", static.product),
        ("Description", static.description),
        ("Original name", static.original_name),
    )
    return tuple((name, value) for name, value in named if value is not None)


def facts(report: Report) -> tuple[Facts, ...]:
    """Names in the sample's bytes, without empty lists."""
    static = report.static
    if static is None:
        return ()
    named = (
        ("Sections", static.sections),
        ("Resources", static.resources),
        ("Exports", static.exports),
        ("Imports", static.imports),
    )
    return tuple(Facts(title=title, shown=names[:MAX_FACTS], total=len(names)) for title, names in named if names)
