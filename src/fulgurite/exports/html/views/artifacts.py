"""Files and memory that the run left."""

from fulgurite.exports.html.views.who import Cast, Who
from fulgurite.model.artifact import Artifact
from fulgurite.model.base import Model
from fulgurite.model.report import Report

MAX_ARTIFACTS = 150
STRINGS = "strings"
"""Artifact.kind of texts found in memory, which are shown by themselves."""


class Left(Model, frozen=True, kw_only=True):
    """One of them."""

    number: int
    """From 1: `#artifact-<number>`."""
    said: Artifact
    who: Who | None = None

    @property
    def is_memory(self) -> bool:
        return self.said.address is not None


class Artifacts(Model, frozen=True, kw_only=True):
    """All of them."""

    shown: tuple[Left, ...] = ()
    total: int = 0
    kept: int = 0
    """Of how many the bytes are in the store."""

    @property
    def left(self) -> int:
        """How many the page does not show."""
        return self.total - len(self.shown)


def artifacts(report: Report, cast: Cast, total: int | None = None) -> Artifacts:
    """What the run of `report` left; what has its bytes in the store comes first, files before memory.

    `total`: how many there are where the report does not hold all of them.
    """
    ranked = sorted(report.artifacts, key=lambda one: (not one.is_kept, one.address is not None))
    shown = tuple(
        Left(number=number, said=one, who=cast.who(one.procid, one.pid))
        for number, one in enumerate(ranked[:MAX_ARTIFACTS], 1)
    )
    return Artifacts(
        shown=shown, total=len(ranked) if total is None else total, kept=sum(one.is_kept for one in ranked)
    )
