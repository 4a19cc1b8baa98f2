"""The same rules and the same run for capa: our rules in its format, our events as calls of its dynamic form."""

import msgspec
from capa.capabilities.dynamic import find_dynamic_capabilities
from capa.features.address import (
    NO_ADDRESS,
    DynamicCallAddress,
    ProcessAddress,
    ThreadAddress,
)
from capa.features.common import Feature, String
from capa.features.extractors.base_extractor import SampleHashes
from capa.features.extractors.null import (
    CallFeatures,
    NullDynamicFeatureExtractor,
    ProcessFeatures,
    ThreadFeatures,
)
from capa.features.insn import API
from capa.rules import Rule, RuleSet

from fulgurite.model.events import Event
from fulgurite.model.report import Report
from fulgurite.rules.conditions import leaves
from fulgurite.rules.fields import DISCRIMINATOR, EVENT_KINDS
from fulgurite.rules.rule import AnyTests, Check, FieldTest, NotTest, Seen
from fulgurite.rules.rule import Rule as OurRule

_WORDS = {kind: word for word, kind in EVENT_KINDS.items()}
Statement = dict[str, object]

__all__ = ["extractor", "find_dynamic_capabilities", "ruleset"]


def ruleset(ours: tuple[OurRule, ...]) -> RuleSet:
    """`ours` in capa's format, scope call: which events pass. What that format cannot say is left out."""
    found: list[Rule] = []
    for rule in ours:
        told = [one for one in map(_of_seen, leaves(rule.when)) if one is not None]
        if told:
            meta = {"name": rule.label, "scopes": {"static": "unsupported", "dynamic": "call"}}
            text = msgspec.json.encode({"rule": {"meta": meta, "features": [{"or": told}]}}).decode()
            found.append(Rule.from_yaml(text))
    return RuleSet(found)


def _of_seen(seen: Seen) -> Statement | None:
    word = _WORDS.get(seen.kind)
    if word is None:
        return None
    told = [one for one in map(_of_check, seen.tests) if one is not None]
    return {"and": [{"api": word}, *told]}


def _of_check(check: Check) -> Statement | None:
    if isinstance(check, NotTest):
        return None
    if isinstance(check, FieldTest):
        words = [{"string": word} for word in check.words or () if isinstance(word, str) and word != ""]
        pieces = [{"substring": atom} for atom in check.atoms or ()]
        told = words or pieces
        return {"or": told} if told else None
    inner = [one for one in map(_of_check, check.checks) if one is not None]
    return {("or" if isinstance(check, AnyTests) else "and"): inner} if inner else None


def extractor(report: Report) -> NullDynamicFeatureExtractor:
    """The events of `report` as calls of one thread a process."""
    processes: dict[int, ProcessFeatures] = {}
    for number, event in enumerate(report.events):
        procid = 1 + (event.procid or 0)
        process = ProcessAddress(procid)
        thread = ThreadAddress(process, 1)
        if procid not in processes:
            processes[procid] = ProcessFeatures([], {thread: ThreadFeatures([], {})}, "program")
        call = DynamicCallAddress(thread, number)
        features = [(call, feature) for feature in _features(event)]
        processes[procid].threads[thread].calls[call] = CallFeatures(_WORDS[type(event)], features)
    return NullDynamicFeatureExtractor(
        NO_ADDRESS,
        SampleHashes("", "", ""),
        [],
        [],
        {ProcessAddress(procid): process for procid, process in processes.items()},
    )


def _features(event: Event) -> list[Feature]:
    texts = [value for value in msgspec.structs.astuple(event) if isinstance(value, str) and value != ""]
    found: list[Feature] = [API(_WORDS[type(event)]), *(String(text.lower()) for text in texts)]
    name = DISCRIMINATOR.get(type(event))
    return found if name is None else [*found, *(String(text.lower()) for text in getattr(event, "args", ()))]
