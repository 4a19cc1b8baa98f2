"""What a person wants to know of a v4 body, in a few lines.

Bodies of imported reports hold what other sandboxes wrote: nothing of their shape is taken for granted here.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from fulgurite.cli.terminal import safe, verdict_text
from fulgurite.model.verdict import MAX_SCORE, MIN_SCORE, Verdict, verdict

_SHOWN = 12
_WIDTH = 100


class Finding(NamedTuple):
    """A signature as shown."""

    name: str
    score: int | None


class Summary(NamedTuple):
    """The essence of one analysis."""

    state: str
    """`running` (or waiting), `reported`, `failed`."""
    progress: int
    """1-100."""
    verdict: Verdict
    """`unknown` unless `reported`."""
    score: int | None
    sha256: str
    """Lower-case hex; empty when the body has none."""
    sandbox_id: str
    system: str
    requested_at: str
    findings: tuple[Finding, ...]
    techniques: tuple[str, ...]
    processes: tuple[str, ...]
    """Command lines of what ran, those that were there before left out."""
    counts: dict[str, int]
    """How many events of each kind; without processes that were there before, and kinds without any."""
    remarks: tuple[str, ...]
    """Why it failed, or what limits it."""
    families: tuple[str, ...] = ()
    """Families of malware that the source names."""
    imported: str = ""
    """What an import carried over, in one sentence; empty for what was run here."""


def summary(body: bytes) -> Summary:
    """The essence of a v4 `body`."""
    tree: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    results, told = _dict(tree.get("scan_results")), _dict(tree.get("summary"))
    error = _dict(tree.get("sandbox_error"))
    failed = "code" in error
    done = results.get("progress_percentage") == 100 and tree.get("scan_in_progress") != tree.get("sandbox_id")  # noqa: PLR2004 - finished
    score = _score(results.get("infection_score")) if done and not failed else None
    return Summary(
        state="failed" if failed else "reported" if done else "running",
        progress=_progress(results.get("progress_percentage")),
        verdict=verdict(score),
        score=score,
        sha256=_text(tree.get("sha256")).lower(),
        sandbox_id=_text(tree.get("sandbox_id")),
        system=_text(tree.get("system")),
        requested_at=_text(tree.get("request_time")),
        findings=tuple(_findings(told.get("signatures"), _dict(tree.get("sandbox_added")).get("signatures"))),
        techniques=tuple(_text(one) for one in _list(told.get("ttp"))),
        processes=tuple(_command(one) for one in _list(told.get("processes"))),
        counts=_counts(_dict(_dict(tree.get("details")).get("data"))),
        families=tuple(_text(one) for one in _list(tree.get("sandbox_families"))),
        imported=_text(_dict(tree.get("sandbox_import")).get("told")),
        remarks=tuple(_text(one) for one in [*_list(error.get("messages")), *_list(tree.get("sandbox_warnings"))]),
    )


def lines(title: str, told: Summary, *, coloured: bool) -> Iterator[str]:
    """`told` for a person, under `title`; everything in it is made safe."""
    yield safe(title, _WIDTH)
    if told.state == "running":
        yield f"  running       {told.progress} %"
    elif told.state == "failed":
        yield "  failed        no statement on the file"
    else:
        score = "no score" if told.score is None else f"score {told.score} of {MAX_SCORE}"
        yield f"  verdict       {verdict_text(told.verdict, coloured=coloured)} ({score})"
    for name, value in (("system", told.system), ("requested", told.requested_at), ("sha256", told.sha256)):
        if value != "":
            yield f"  {name:<13} {safe(value, _WIDTH)}"
    yield f"  sandbox_id    {safe(told.sandbox_id, _WIDTH)}"
    yield from _paragraph("families", [", ".join(told.families)])
    yield from _paragraph("techniques", [" ".join(told.techniques)] if told.techniques else [])
    yield from _paragraph("processes", _cut(list(told.processes)))
    yield from _paragraph("events", [", ".join(f"{count} {kind}" for kind, count in told.counts.items())])
    yield from _paragraph("signatures", _cut([_finding(one) for one in told.findings]))
    yield from _paragraph("remarks", list(told.remarks))
    yield from _paragraph("imported", [told.imported])


def _paragraph(name: str, texts: list[str]) -> Iterator[str]:
    for number, text in enumerate(text for text in texts if text != ""):
        yield f"  {name if number == 0 else '':<13} {safe(text, _WIDTH)}"


def _cut(texts: list[str]) -> list[str]:
    return texts if len(texts) <= _SHOWN else [*texts[:_SHOWN], f"and {len(texts) - _SHOWN} more"]


def _command(process: object) -> str:
    """The command line of a process, else its image. On Linux it is a list of arguments."""
    fields = _dict(process)
    command = fields.get("cmd") or fields.get("image")
    return " ".join(map(_text, command)) if isinstance(command, list) else _text(command)


def _finding(finding: Finding) -> str:
    return finding.name if finding.score is None else f"{finding.name} ({finding.score})"


def _findings(*groups: object) -> Iterator[Finding]:
    for group in groups:
        for one in _list(group):
            if isinstance(one, dict):
                yield Finding(_text(one.get("name")), _score(one.get("score")))


def _counts(data: dict[str, Any]) -> dict[str, int]:
    counts = {kind: sum(not _was_there(event) for event in _list(events)) for kind, events in data.items()}
    return {kind: count for kind, count in counts.items() if count > 0}


def _was_there(event: object) -> bool:
    """Whether the event only says that a process ran before the sample was started."""
    return _dict(_dict(event).get("d")).get("kind") == "Existing"


def _score(value: object) -> int | None:
    return value if isinstance(value, int) and MIN_SCORE <= value <= MAX_SCORE else None


def _progress(value: object) -> int:
    return max(1, min(100, value)) if isinstance(value, int) else 1


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
