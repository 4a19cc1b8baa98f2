"""Files of rules in the format of capa -> its rule set: those that a run can answer, and what they refer to."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import yaml

from fulgurite.model.hashes import sha256_of
from fulgurite.rules.document import MAX_CHARACTERS, Faults, document_lines
from fulgurite.rules.patterns import BadPattern, Pattern, searched

_MAX_NESTING = 60
"""Levels of a file: a condition within a condition takes two."""


class CapaFile(NamedTuple):
    """One file in capa's format."""

    text: str
    file: str
    """What messages call it."""


class CapaRules(NamedTuple):
    """Rules of capa's, made ready."""

    compiled: Any
    """capa.rules.RuleSet; None where there are none."""
    rule_count: int
    digest: str
    """Of the texts of all files; empty where there are none."""


NO_RULES = CapaRules(None, 0, "")


def compiled(files: Sequence[CapaFile]) -> tuple[CapaRules, tuple[str, ...]]:
    """The rules of `files` that can be asked of a run, and `file:line: reason` for what is no rule.

    Rules about code alone are passed over: they are whole, but a run cannot answer them.
    """
    if not files:
        return NO_RULES, ()
    try:
        # flare-capa takes seconds to load, and need not be installed.
        import capa.rules  # noqa: PLC0415
    except ModuleNotFoundError:
        needs = "needs flare-capa: install Fulgurite with its extra, fulgurite[capa]"
        return NO_RULES, (f"{files[0].file}:1: {needs} ({len(files)} files in capa's format are left out)",)
    found: dict[str, Any] = {}
    faults: list[str] = []
    for file in files:
        told = Faults(file.file)
        rule = _read(file, told)
        faults += told.lines
        if rule is None:
            continue
        if rule.name in found:
            faults.append(f"{file.file}:1: there is a rule of capa's of this name already: {rule.name}")
        elif rule.scopes.dynamic is not None:
            found[rule.name] = rule
    kept = _with_what_they_need(found)
    if not kept:
        return NO_RULES, tuple(faults)
    digest = sha256_of("\n".join(sorted(sha256_of(rule.definition.encode()) for rule in kept)).encode())
    return CapaRules(capa.rules.RuleSet(kept), len(kept), digest), tuple(faults)


class _Linear:
    """A regular expression in the place of Python's, which some text could keep busy for ever."""

    def __init__(self, pattern: Pattern) -> None:
        self.search = pattern.holds


def _read(file: CapaFile, faults: Faults) -> Any:
    """The rule; None, with the reasons in `faults`, where there is none."""
    import capa.rules  # noqa: PLC0415
    from capa.features.common import Regex  # noqa: PLC0415

    _bound(file.text, faults)
    if faults.lines:
        return None
    try:
        rule = capa.rules.Rule.from_yaml(file.text)
    except (capa.rules.InvalidRule, ValueError, KeyError, TypeError, AttributeError) as error:
        faults.add(1, f"capa: {type(error).__name__}: {' '.join(str(error).split())}")
        return None
    for feature in _leaves(rule.statement):
        if isinstance(feature, Regex):
            try:
                feature.re = _Linear(_pattern(str(feature.value)))
            except BadPattern as error:
                faults.add(1, f"capa: {feature.value}: {error}")
    return None if faults.lines else rule


def _bound(text: str, faults: Faults) -> None:
    """Tells `faults` why capa's own reader, which knows no bounds, is not to be given `text`."""
    if len(text) > MAX_CHARACTERS:
        faults.add(1, f"longer than {MAX_CHARACTERS} characters")
        return
    try:
        document_lines(text, faults, _MAX_NESTING)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.add(1 if mark is None else mark.line + 1, f"no YAML: {error.problem or error.context}")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        faults.add(1, f"no YAML: {error}")


def _leaves(statement: Any) -> Iterator[Any]:
    """Every feature that is asked for, each as often as it stands there."""
    children = list(statement.get_children()) if hasattr(statement, "get_children") else []
    for child in children:
        yield from _leaves(child)
    if not children:
        yield statement


def _pattern(value: str) -> Pattern:
    """Of `/pattern/`, or `/pattern/i`, which is about either case."""
    return searched(value.removesuffix("i")[1:-1], is_cased=not value.endswith("/i"))


def _with_what_they_need(rules: dict[str, Any]) -> list[Any]:
    """The rules all of whose dependencies are there; without one, a rule could only be half asked."""
    import capa.rules  # noqa: PLC0415

    while True:
        namespaces = capa.rules.index_rules_by_namespace(list(rules.values()))
        lacking = [name for name, rule in rules.items() if not rule.get_dependencies(namespaces) <= rules.keys()]
        if not lacking:
            return list(rules.values())
        for name in lacking:
            del rules[name]
