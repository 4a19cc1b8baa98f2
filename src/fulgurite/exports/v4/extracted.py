"""`summary.extracted`: settings, ransom notes, droppers and credentials, in the shape of the field's report types."""

from typing import Any

from fulgurite.model.config import MalwareConfig
from fulgurite.model.report import Report

Fields = dict[str, Any]


def extracted(report: Report) -> list[Fields] | None:
    """What was taken out of the sample and of what it left; None for nothing."""
    return [_extract(config) for config in report.configs] or None


def _extract(config: MalwareConfig) -> Fields:
    places = {"dumped_file": config.found_in, "resource": config.resource, "path": config.path}
    known = {"family": config.family, "rule": config.rule}
    held = {name: value for name, value in known.items() if value is not None}
    shown: Fields = {name: place for name, place in places.items() if place is not None}
    return {**shown, config.kind: {**held, **config.values}}


def imported(report: Report) -> Fields | None:
    """What an import carried over and what stands only in the original, by kind; None for what was not counted."""
    tally = report.tally
    if tally is None:
        return None
    return {"items": tally.items, "carried": tally.carried, "left": tally.left, "told": tally.told()}
