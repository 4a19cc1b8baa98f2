"""The evidence of a rule that matched: its signature, with indicators that point at what was seen."""

from collections.abc import Iterator, Sequence
from typing import Any

from fulgurite.model.artifact import Artifact
from fulgurite.model.process import Process
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.verdict import CAPS
from fulgurite.rules.facts import Facts
from fulgurite.rules.fields import DISCRIMINATOR, FIELDS, IOC
from fulgurite.rules.rule import Record, Rule

MAX_INDICATORS = 50
"""Indicators of one signature; how many more there were is told in one more."""
MAX_EVENTS = 1_000
"""Numbers of events that a signature keeps; how many there were is told beside them."""
MAX_SHOWN = 2_048
"""Characters of a value in an indicator; what follows is cut off, and an ellipsis says so."""


def signature(rule: Rule, indexes: list[int], records: Sequence[Record], event_count: int, facts: Facts) -> Signature:
    """What `rule` says, with the records at `indexes` as evidence; the first `event_count` records are events."""
    events = [index for index in indexes if index < event_count]
    return Signature(
        name=rule.name,
        label=rule.label,
        score=None if rule.score is None else min(rule.score, CAPS[rule.confidence]),
        confidence=rule.confidence,
        ttps=rule.ttps,
        tags=rule.tags,
        family=rule.family,
        indicators=tuple(_indicators(rule, indexes, records, event_count, facts)),
        events=tuple(events[:MAX_EVENTS]),
        event_count=len(events),
        description=rule.description,
        benign=rule.benign,
        url=rule.references[0] if rule.references else None,
        is_ours=True,
    )


def _indicators(
    rule: Rule, indexes: list[int], records: Sequence[Record], event_count: int, facts: Facts
) -> Iterator[Indicator]:
    """The evidence at `indexes`, what says the same once, until there are MAX_INDICATORS."""
    told: set[tuple[object, ...]] = set()
    for number, index in enumerate(indexes):
        if len(told) == MAX_INDICATORS:
            yield Indicator(description=f"and up to {len(indexes) - number} more")
            return
        record = records[index]
        one = _indicator(rule, index if index < event_count else None, record, facts)
        key = (*_told_by(record, facts), one.ioc, one.description, one.procid, one.procid_target, one.flow)
        if key not in told:
            told.add(key)
            yield one


def _told_by(record: Record, facts: Facts) -> tuple[type[Record], Any]:
    """The kind of `record` and its telling field."""
    kind = type(record)
    return kind, FIELDS[kind][DISCRIMINATOR[kind]].get(record, facts) if kind in DISCRIMINATOR else None


def _indicator(rule: Rule, event: int | None, record: Record, facts: Facts) -> Indicator:
    procid = facts.actor(record)
    process = record if isinstance(record, Process) else facts.process(procid)
    target = facts.process(getattr(record, "procid_target", None))
    return Indicator(
        ioc=_ioc(rule, record, facts),
        description=_description(rule, record, facts),
        at_ms=getattr(record, "at_ms", None),
        pid=None if process is None else process.pid,
        procid=procid,
        pid_target=None if target is None else target.pid,
        procid_target=getattr(record, "procid_target", None),
        flow=getattr(record, "flow", None),
        dump_file=record.name if isinstance(record, Artifact) else None,
        event=event,
    )


def _ioc(rule: Rule, record: Record, facts: Facts) -> str | None:
    fields = FIELDS[type(record)]
    name = rule.evidence.ioc if rule.evidence.ioc in fields else IOC.get(type(record))
    return None if name is None else _shown(fields[name].get(record, facts))


def _description(rule: Rule, record: Record, facts: Facts) -> str | None:
    """The rule's text with the record's values put in; None where one of them is not known."""
    if rule.evidence.description is None:
        return None
    fields = FIELDS[type(record)]
    shown = ""
    for number, part in enumerate(rule.evidence.description.replace("}", "{").split("{")):
        value = part if number % 2 == 0 else _shown(fields[part].get(record, facts) if part in fields else None)
        if value is None:
            return None
        shown += value
    return shown


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
