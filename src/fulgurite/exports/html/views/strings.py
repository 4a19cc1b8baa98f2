"""Texts that were found in the memory of processes."""

from fulgurite.exports.html.views.artifacts import STRINGS
from fulgurite.exports.html.views.who import Cast
from fulgurite.model.artifact import Artifact
from fulgurite.model.base import Model
from fulgurite.model.report import Report

MAX_LISTS = 3
"""Artifacts that a page takes texts from."""
MAX_BYTES = 512 * 1024
"""Of one such artifact; larger ones are only to be downloaded."""
MAX_STRINGS = 400
MAX_CHARACTERS = 300


class Strings(Model, frozen=True, kw_only=True):
    """Texts of one process."""

    title: str
    """Whose memory; hostile text."""
    shown: tuple[str, ...] = ()
    total: int = 0

    @property
    def left(self) -> int:
        """How many the page does not show."""
        return self.total - len(self.shown)


def wanted(report: Report) -> tuple[Artifact, ...]:
    """The artifacts of `report` that a page takes texts from."""
    fit = [
        one
        for one in report.artifacts
        if one.kind == STRINGS and one.is_kept and one.size_bytes is not None and one.size_bytes <= MAX_BYTES
    ]
    return tuple(fit[:MAX_LISTS])


def strings(report: Report, artifact: Artifact, data: bytes) -> Strings:
    """The texts in `data`, the bytes of `artifact`: one a line; each once, in their order."""
    who = Cast(report, ()).who(artifact.procid, artifact.pid)
    lines = list(dict.fromkeys(line for line in data.decode("utf-8", "replace").split("\n") if line))
    return Strings(
        title=artifact.name if who is None else who.name,
        shown=tuple(line[:MAX_CHARACTERS] for line in lines[:MAX_STRINGS]),
        total=len(lines),
    )
