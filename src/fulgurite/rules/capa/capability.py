"""What capa's rules find in a run, as signatures that inform: a capability is no verdict."""

import re
from collections.abc import Iterator
from typing import Any

from fulgurite.model import attack
from fulgurite.model.report import Report
from fulgurite.model.signature import Indicator, Signature
from fulgurite.rules.capa.rules import CapaRules

_MAX_INDICATORS = 50
_ID = re.compile(r"\[(T\d{4}(?:\.\d{3})?)\]")
_WORD = re.compile(r"[^a-z0-9]+")


def capabilities(rules: CapaRules, report: Report) -> tuple[Signature, ...]:
    """One signature for each rule that holds, with the events or processes that it holds of."""
    if rules.compiled is None:
        return ()
    from capa.capabilities.dynamic import find_dynamic_capabilities  # noqa: PLC0415 - loads for seconds

    from fulgurite.rules.capa.features import extractor  # noqa: PLC0415

    found = find_dynamic_capabilities(rules.compiled, extractor(report), disable_progress=True)
    told = ((rules.compiled[name], matches) for name, matches in sorted(found.matches.items()))
    return tuple(
        _signature(rule, list(dict.fromkeys(_indicators(matches, report)))) for rule, matches in told if _is_told(rule)
    )


def listed(rules: CapaRules) -> tuple[Signature, ...]:
    """What each of the rules reports, without what it found."""
    known = {} if rules.compiled is None else rules.compiled.rules
    return tuple(_signature(rule, []) for _, rule in sorted(known.items()) if _is_told(rule))


def _is_told(rule: Any) -> bool:
    return not (rule.is_subscope_rule() or rule.meta.get("lib", False))


def _signature(rule: Any, places: list[Indicator]) -> Signature:
    rest = len(places) - _MAX_INDICATORS
    more = (Indicator(description=f"{rest} more places"),) if rest > 0 else ()
    events = tuple(one.event for one in places if one.event is not None)
    return Signature(
        name=f"capa: {rule.name}",
        label="capa_" + _WORD.sub("_", rule.name.lower()).strip("_"),
        confidence="medium",
        ttps=_techniques(rule),
        tags=("capa",),
        description=str(rule.meta.get("description") or rule.meta.get("namespace") or "") or None,
        indicators=(*places[:_MAX_INDICATORS], *more),
        events=events[:_MAX_INDICATORS],
        event_count=len(events),
        is_ours=True,
    )


def _indicators(matches: list[Any], report: Report) -> Iterator[Indicator]:
    for address, result in matches:
        numbers = sorted({one.id for one in _calls(address, result)})
        for number in numbers:
            event = report.events[number]
            yield Indicator(event=number, procid=event.procid, at_ms=event.at_ms)
        if not numbers:
            yield Indicator(procid=getattr(address, "process", address).pid if hasattr(address, "pid") else None)


def _calls(address: Any, result: Any) -> Iterator[Any]:
    """The calls that a match is about: where it stands, and what its features were found at."""
    if hasattr(address, "id"):
        yield address
    for one in result.locations:
        if hasattr(one, "id"):
            yield one
    for child in result.children:
        if child.success:
            yield from _calls(None, child)


def _techniques(rule: Any) -> tuple[str, ...]:
    told = rule.meta.get("att&ck", [])
    ids = [one for text in told if isinstance(text, str) for one in _ID.findall(text)]
    return tuple(dict.fromkeys(one for one in ids if attack.fault(one) is None))
