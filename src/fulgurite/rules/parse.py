"""Rule files -> rules. All faults of a file are found and told at once, each with its line."""

import dataclasses
import re
import typing

from fulgurite.errors import InvalidRule
from fulgurite.model import attack
from fulgurite.model.hashes import sha256_of
from fulgurite.model.report import Os
from fulgurite.model.verdict import MAX_SCORE, MIN_SCORE
from fulgurite.rules import cases, conditions
from fulgurite.rules.document import Faults, Node, read
from fulgurite.rules.fields import FIELDS, common
from fulgurite.rules.rule import AllOf, Case, Condition, Confidence, Evidence, Kind, Ref, Rule, Seen

KEYS = frozenset(
    {
        "name",
        "score",
        "confidence",
        "os",
        "ttps",
        "tags",
        "family",
        "references",
        "benign",
        "description",
        "when",
        "evidence",
        "cases",
    }
)
CONFIDENCES: tuple[Confidence, ...] = typing.get_args(Confidence)
SYSTEMS: tuple[str, ...] = typing.get_args(Os)
LABEL = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
URL = re.compile(r"https?://[!-~]+")
_PLACE = re.compile(r"\{([^{}]*)\}")


def parse(text: str, *, label: str, file: str | None = None) -> Rule:
    """The rule that `text` tells. Raises InvalidRule with every fault and its line.

    `label` is the file's name without its ending, `file` what messages call it; None for the label with `.yml`.
    """
    faults = Faults(f"{label}.yml" if file is None else file)
    if LABEL.fullmatch(label) is None:
        faults.add(1, "name the file in lower-case words joined by _")
    root = read(text, faults)
    rule = None if root is None else _rule(root, label, faults)
    if rule is None or faults.lines:
        raise InvalidRule("\n".join(faults.lines))
    return dataclasses.replace(rule, digest=sha256_of(text.encode("utf-8", "replace")))


def _rule(root: Node, label: str, faults: Faults) -> Rule | None:
    if not isinstance(root.value, dict):
        faults.add(root.line, "expected the fields of a rule")
        return None
    members = root.value
    for key in members:
        if key not in KEYS:
            faults.add(members[key].line, f"no field of a rule: {key!r} (there are {', '.join(sorted(KEYS))})")
    for key in ("name", "when", "cases"):
        if key not in members:
            faults.add(root.line, f"{key!r} is missing")
    when = conditions.condition(members["when"], faults) if "when" in members else None
    if when is not None and not conditions.witnesses(when):
        faults.add(members["when"].line, "a rule needs something that must be seen, not only what must not")
    systems = _texts(members, "os", faults, _one_of(SYSTEMS))
    return Rule(
        label=label,
        name=_text(members, "name", faults) or "",
        when=when if when is not None else AllOf(()),
        score=_score(members, faults),
        confidence=_confidence(members, faults),
        os=systems,
        ttps=_techniques(members, faults),
        tags=_texts(members, "tags", faults),
        family=_text(members, "family", faults),
        references=_texts(members, "references", faults, URL),
        benign=_text(members, "benign", faults),
        description=_text(members, "description", faults),
        evidence=_evidence(members, when, faults),
        cases=_cases(members, systems, faults),
        file=faults.file,
    )


def _one_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(words))


def _confidence(members: dict[str, Node], faults: Faults) -> Confidence:
    node = members.get("confidence")
    if node is None:
        return "high"
    for word in CONFIDENCES:
        if node.value == word:
            return word
    faults.add(node.line, f"'confidence' is one of {', '.join(CONFIDENCES)}")
    return "high"


def _techniques(members: dict[str, Node], faults: Faults) -> tuple[str, ...]:
    ids = _texts(members, "ttps", faults, attack.FORM)
    node = members.get("ttps")
    for one in node.value if node is not None and isinstance(node.value, list) else []:
        fault = attack.fault(one.value) if isinstance(one.value, str) and attack.FORM.fullmatch(one.value) else None
        if fault is not None:
            faults.add(one.line, fault)
    return ids


def _text(members: dict[str, Node], key: str, faults: Faults) -> str | None:
    node = members.get(key)
    if node is None:
        return None
    if not isinstance(node.value, str) or node.value.strip() == "":
        faults.add(node.line, f"{key!r} must be text")
        return None
    return node.value


def _score(members: dict[str, Node], faults: Faults) -> int | None:
    node = members.get("score")
    if node is None:
        return None
    if type(node.value) is not int or not MIN_SCORE <= node.value <= MAX_SCORE:
        faults.add(node.line, f"'score' must be a whole number from {MIN_SCORE} to {MAX_SCORE}; leave it out to inform")
        return None
    return node.value


def _texts(
    members: dict[str, Node], key: str, faults: Faults, form: re.Pattern[str] = re.compile(r"\S.*")
) -> tuple[str, ...]:
    node = members.get(key)
    if node is None:
        return ()
    texts = [item.value for item in node.value if isinstance(item.value, str)] if isinstance(node.value, list) else []
    is_whole = isinstance(node.value, list) and len(texts) == len(node.value) and texts != []
    if not is_whole or not all(form.fullmatch(text) for text in texts):
        faults.add(node.line, f"{key!r} must be a list of texts of the form {form.pattern}")
    return tuple(texts)


def _evidence(members: dict[str, Node], when: Condition | None, faults: Faults) -> Evidence:
    node = members.get("evidence")
    if node is None:
        return Evidence()
    if not isinstance(node.value, dict) or not set(node.value) <= {"ioc", "description"}:
        faults.add(node.line, "'evidence' has 'ioc', 'description' or both")
        return Evidence()
    found = [] if when is None else conditions.witnesses(when)
    # The evidence of a rule that is referred to may be of any kind.
    has_any = any(isinstance(one, Ref) for one in found)
    kinds = set(FIELDS) if has_any else {one.kind for one in found if isinstance(one, Seen)}
    ioc = _text(node.value, "ioc", faults)
    description = _text(node.value, "description", faults)
    named = _PLACE.findall(description) if description is not None else []
    for field in [*named, *([ioc] if ioc is not None else [])]:
        _check_field(field, kinds, node, faults)
    return Evidence(ioc=ioc, description=description)


def _check_field(field: str, kinds: set[Kind], node: Node, faults: Faults) -> None:
    if kinds and not any(field in FIELDS[kind] for kind in kinds):
        known = ", ".join(sorted(common(kinds)))
        faults.add(node.line, f"no field of the events that match: {field!r} (there are {known})")


def _cases(members: dict[str, Node], systems: tuple[str, ...], faults: Faults) -> tuple[Case, ...]:
    node = members.get("cases")
    if node is None:
        return ()
    if not isinstance(node.value, dict) or set(node.value) != {"match", "miss"}:
        faults.add(node.line, "'cases' must have 'match' and 'miss'")
        return ()
    found: list[Case] = []
    for word in ("match", "miss"):
        listed = node.value[word]
        if not isinstance(listed.value, list) or listed.value == []:
            faults.add(listed.line, f"{word!r} must be a list with at least one case")
            continue
        for number, item in enumerate(listed.value, start=1):
            case = Case(f"{word} {number}", word == "match", item.plain(), item.line)
            try:
                cases.run_of(case, systems)
            except cases.BadCase as error:
                faults.add(item.line, f"case {case.name}: {error}")
            found.append(case)
    return tuple(found)
