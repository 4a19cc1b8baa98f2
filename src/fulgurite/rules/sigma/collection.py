"""Files of Sigma rules -> rules of ours, correlations among them; what has no meaning here is named with its reason."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import yaml
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.rule import SigmaLevel, SigmaRule, SigmaRuleTag, SigmaStatus
from sigma.rule.base import SigmaRuleBase

from fulgurite.model import attack
from fulgurite.model.hashes import sha256_of
from fulgurite.rules.document import MAX_CHARACTERS, Faults, document_lines, loader
from fulgurite.rules.patterns import BadPattern
from fulgurite.rules.rule import AnyTests, Condition, Confidence, Rule, Seen
from fulgurite.rules.sigma.correlation import Base, condition
from fulgurite.rules.sigma.detection import Detection, joined
from fulgurite.rules.sigma.logsources import LOG_SOURCES, SYSTEMS, LogSource
from fulgurite.rules.sigma.values import Unsupported

_WORD = re.compile(r"[^a-z0-9]+")
_SCORES = {SigmaLevel.LOW: 2, SigmaLevel.MEDIUM: 4, SigmaLevel.HIGH: 6, SigmaLevel.CRITICAL: 8}
"""Sigma's level -> score; `informational` and none inform."""
_CONFIDENCES: dict[SigmaStatus, Confidence] = {SigmaStatus.STABLE: "high", SigmaStatus.TEST: "medium"}
"""Sigma's status -> confidence; every other is low."""


class Compiled(NamedTuple):
    """What came of files of Sigma rules."""

    rules: tuple[Rule, ...]
    faults: tuple[str, ...]
    """`file:line: reason`; a rule with a fault is left out."""


class _Document(NamedTuple):
    """One rule of a file."""

    label: str
    file: str
    line: int
    fields: dict[str, Any]
    digest: str

    def fault(self, reason: object) -> str:
        return f"{self.file}:{self.line}: {reason}"


def compiled(files: Iterable[tuple[str, str, str]]) -> Compiled:
    """The rules of `files` (label, text, what messages call the file). Correlations may refer to rules of any of them.

    Rules that a correlation refers to are not reported for themselves, unless it says `generate: true`.
    """
    faults: list[str] = []
    bases: dict[str, Base] = {}
    plain: dict[str, Rule] = {}
    pending: list[tuple[_Document, SigmaCorrelationRule]] = []
    for document in _documents(files, faults):
        try:
            read = _read(document)
            if isinstance(read, SigmaCorrelationRule):
                pending.append((document, read))
                continue
            base = _base(read)
        except (SigmaError, Unsupported, BadPattern, RecursionError) as error:
            faults.append(document.fault(error))
            continue
        plain[document.label] = _rule(document, read, base.seen, base.os)
        for name in (read.name, None if read.id is None else str(read.id), document.label):
            if name is not None:
                bases.setdefault(name, base._replace(label=document.label))
    hidden: set[str] = set()
    found: list[Rule] = []
    for document, correlation in pending:
        try:
            when, used = condition(correlation, bases)
        except (SigmaError, Unsupported) as error:
            faults.append(document.fault(error))
            continue
        hidden |= set() if correlation.generate else {one.label for one in used}
        systems = tuple(sorted({system for one in used for system in one.os}))
        found.append(_rule(document, correlation, when, systems))
    return Compiled((*(rule for label, rule in plain.items() if label not in hidden), *found), tuple(faults))


def _documents(files: Iterable[tuple[str, str, str]], faults: list[str]) -> Iterator[_Document]:
    for label, text, file in files:
        found = Faults(file)
        documents = _read_yaml(text, found)
        faults += found.lines
        word = _WORD.sub("_", label.lower()).strip("_")
        digest = sha256_of(text.encode("utf-8", "replace"))
        for number, (line, fields) in enumerate(documents, start=1):
            own = word if number == 1 else f"{word}_{number}"
            yield _Document(own, file, line, fields, digest)


def _read_yaml(text: str, faults: Faults) -> list[tuple[int, dict[str, Any]]]:
    """The documents of a file with the lines that they begin at. Aliases, depth and length are bounded before."""
    if len(text) > MAX_CHARACTERS:
        faults.add(1, f"longer than {MAX_CHARACTERS} characters")
        return []
    try:
        lines = document_lines(text, faults)
        if faults.lines:
            return []
        values = list(yaml.load_all(text, Loader=loader(text)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.add(1 if mark is None else mark.line + 1, f"no YAML: {error.problem or error.context}")
        return []
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        faults.add(1, f"no YAML: {error}")
        return []
    told = list(zip(lines, values, strict=False))
    for line, value in told:
        if not isinstance(value, dict | None):
            faults.add(line, "expected the fields of a rule")
    return [(line, value) for line, value in told if isinstance(value, dict)]


def _read(document: _Document) -> SigmaRule | SigmaCorrelationRule:
    """Raises SigmaError, with all that pySigma finds at fault."""
    kind = SigmaCorrelationRule if "correlation" in document.fields else SigmaRule
    try:
        rule: SigmaRule | SigmaCorrelationRule = kind.from_dict(document.fields, collect_errors=True)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        # What pySigma does not expect in a file.
        raise Unsupported(f"pySigma cannot read it: {type(error).__name__}: {error}") from error
    if rule.errors:
        raise Unsupported("; ".join(str(error) for error in rule.errors))
    return rule


def _base(rule: SigmaRule) -> Base:
    source, systems = _source(rule)
    detection = Detection(source)
    conditions = [detection.outcome(one.parsed) for one in rule.detection.parsed_condition]
    outcome = joined(conditions, AnyTests, neutral=False)
    if isinstance(outcome, bool):
        unknown = ", ".join(sorted(detection.unknown))
        why = f"reports do not tell {unknown}" if unknown else "it asks for nothing"
        raise Unsupported(f"it could {'only always' if outcome else 'never'} match: {why}")
    return Base("", Seen(source.kind, (*source.only, outcome)), source.fields, systems)


def _source(rule: SigmaRule) -> tuple[LogSource, tuple[str, ...]]:
    category, product = rule.logsource.category, rule.logsource.product
    source = LOG_SOURCES.get(category or "")
    if source is None:
        told = ", ".join(f"{name} {word}" for name, word in _told(rule) if word)
        raise Unsupported(f"its log source is none of what reports hold: {told or 'none'}")
    if product is None:
        return source, ()
    if product not in SYSTEMS:
        raise Unsupported(f"its log source is of no system that runs programs: product {product}")
    return source, (SYSTEMS[product],)


def _told(rule: SigmaRule) -> tuple[tuple[str, str | None], ...]:
    source = rule.logsource
    return (("category", source.category), ("product", source.product), ("service", source.service))


def _rule(document: _Document, rule: SigmaRuleBase, when: Condition, systems: tuple[str, ...]) -> Rule:
    false_positives = [one for one in rule.falsepositives or [] if str(one).lower() not in {"unknown", "none"}]
    return Rule(
        label=document.label,
        name=str(rule.title or document.label),
        when=when,
        score=None if rule.level is None else _SCORES.get(rule.level),
        confidence="low" if rule.status is None else _CONFIDENCES.get(rule.status, "low"),
        os=systems,
        ttps=_techniques(rule.tags),
        tags=("sigma",),
        references=tuple(str(one) for one in rule.references or ()),
        benign="; ".join(map(str, false_positives)) or None,
        description=rule.description,
        file=document.file,
        digest=document.digest,
    )


def _techniques(tags: Iterable[SigmaRuleTag]) -> tuple[str, ...]:
    """The ATT&CK techniques among Sigma's tags; those that ATT&CK gave up since are left out."""
    ids = [tag.name.upper() for tag in tags if tag.namespace == "attack"]
    return tuple(dict.fromkeys(one for one in ids if attack.FORM.fullmatch(one) and attack.fault(one) is None))
