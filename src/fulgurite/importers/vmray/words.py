"""What VMRay's words mean: operations, verdicts, scores, matches of its rules."""

import math
from typing import Any

from fulgurite.importers.gathering import FileVerb, Gathered, Plain, entries, mapping, natural
from fulgurite.importers.values import fraction, text

FILE_DEEDS: dict[str, tuple[FileVerb, str]] = {
    "access": ("read", "Unknown"),
    "read": ("read", "OpenRead"),
    "write": ("write", "OpenModify"),
    "create": ("write", "CreateModify"),
    "delete": ("delete", "Delete"),
}
KEY_DEEDS: dict[str, tuple[FileVerb, str]] = {
    "access": ("read", "OpenKey"),
    "read": ("read", "QueryValueKey"),
    "write": ("write", "SetValueKeyStr"),
    "create": ("write", "CreateKey"),
    "delete": ("delete", "DeleteKey"),
}
_VERDICTS = {"clean": 1, "not_suspicious": 1, "suspicious": 6, "malicious": 9, "blacklisted": 9}


def operations(entry: Plain) -> list[str]:
    """The operations on an artifact, in the source's words; only that it was met where it tells none."""
    told = [one.lower() for one in entries(entry.get("operations")) if isinstance(one, str)]
    return list(dict.fromkeys(one for one in told if one in FILE_DEEDS)) or ["access"]


def file(gathered: Gathered, path: Any, entry: Plain, procids: list[int | None]) -> None:
    """Tells what was done with the file at `path`."""
    for procid in procids:
        for operation in operations(entry):
            verb, op = FILE_DEEDS[operation]
            gathered.file(verb, path, procid, op=op)


def key(gathered: Gathered, entry: Plain, procids: list[int | None]) -> None:
    """Tells what was done with a key."""
    path = text(entry.get("reg_key_name")) or text(entry.get("registry_key_name")) or text(entry.get("name"))
    for procid in procids:
        for operation in operations(entry):
            verb, op = KEY_DEEDS[operation]
            value = entry.get("value") if verb == "write" else None
            gathered.key(verb, path, procid, op=op, value=value)


def mutex(gathered: Gathered, entry: Plain, procids: list[int | None]) -> None:
    """Tells what was done with a mutex."""
    name = text(entry.get("mutex_name")) or text(entry.get("name"))
    op = "MutantCreate" if "create" in operations(entry) else "MutantOpen"
    for procid in procids:
        gathered.sync("mutant", name, op, procid)


def match(gathered: Gathered, entry: Plain, score: Any, ttps: tuple[str, ...], evidence: list[Any]) -> None:
    """One match of a rule. Its score is of 1 to 5."""
    points = natural(score)
    gathered.signature(
        text(entry.get("operation_desc")) or text(entry.get("technique_desc")) or text(entry.get("category_desc")),
        label=text(entry.get("technique")) or text(entry.get("operation")),
        score=None if points is None else points * 2,
        ttps=ttps,
        tags=tuple(one for one in (text(entry.get("category_desc")),) if one is not None),
        description=text(entry.get("technique_desc")),
        evidence=evidence,
    )


def score_of(verdict: Any, points: list[Any], vti_score: Any = None) -> int | None:
    """The report's score: of the rules' 0-100 where there is one, else of the verdict and of the highest match."""
    percent = fraction(vti_score)
    if percent is not None:
        return max(1, math.ceil(min(percent, 100) / 10))
    said = _VERDICTS.get((text(verdict) or "").lower())
    told = [found * 2 for point in points if (found := natural(mapping(point).get("analysis_score"))) is not None]
    known = [*([] if said is None else [said]), *told]
    return max(known) if known else None
