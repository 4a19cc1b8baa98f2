"""Many rule files -> a rule set: what is whole is taken, what is not is named, with its place and its reasons."""

import functools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fulgurite.errors import InvalidRule
from fulgurite.rules import capa, yara
from fulgurite.rules.capa import CapaFile
from fulgurite.rules.conditions import references, refs
from fulgurite.rules.document import MAX_CHARACTERS
from fulgurite.rules.match import RuleSet
from fulgurite.rules.parse import parse
from fulgurite.rules.rule import Rule
from fulgurite.rules.yara import YaraFile

_IN_SIGMA = re.compile(r"^(logsource|correlation)[ \t]*:", re.MULTILINE)
"""What stands at the outer level of files in Sigma's format only."""


_parsed = functools.lru_cache(maxsize=8_192)(parse)
"""Rules are values: a file that did not change is not read anew."""


_FOR_CAPA = re.compile(r"^rule[ \t]*:", re.MULTILINE)
"""What stands at the outer level of files in capa's format only."""


class _Others(NamedTuple):
    """Files of rules that other matchers than ours ask."""

    yara: list[YaraFile]
    capa: list[CapaFile]


class RuleFile(NamedTuple):
    """One file, read or not."""

    label: str
    """Its name without ending."""
    text: str | None
    """None: it could not be read."""
    file: str
    """What messages call it."""
    fault: str = ""
    """Why it could not be read."""


class Loaded(NamedTuple):
    """What came of rule files."""

    rules: RuleSet
    faults: tuple[str, ...]
    """`file:line: reason`, in the order of the files; a file with a fault gives no rule."""


def loaded(files: Iterable[RuleFile]) -> Loaded:
    """The rules of `files` that are whole, and all faults of the others.

    Labels and names are unique: of two files with the same the first counts. So is whatever a rule refers to there, and
    not the rule itself again.
    """
    rules: dict[str, Rule] = {}
    names: dict[str, Rule] = {}
    faults: list[str] = []
    others = _Others([], [])
    for rule in _read(files, faults, others):
        first = rules.get(rule.label) or names.get(rule.name)
        if first is None:
            rules[rule.label] = names[rule.name] = rule
        else:
            what = "label" if first.label == rule.label else "name"
            faults.append(f"{rule.file}:1: {first.file} has this {what} already")
    faults += _without_broken_refs(rules)
    over_bytes, of_yara = yara.compiled(others.yara)
    capabilities, of_capa = capa.compiled(others.capa)
    return Loaded(RuleSet(rules.values(), over_bytes, capabilities), (*faults, *of_yara, *of_capa))


def _read(files: Iterable[RuleFile], faults: list[str], others: _Others) -> Iterator[Rule]:
    """Our own rules as they come; then those in Sigma's format, which may refer to one another.

    Files for other matchers go to `others`.
    """
    in_sigma: list[tuple[str, str, str]] = []
    for file in files:
        if file.text is None:
            faults.append(f"{file.file}:1: {file.fault}")
        elif file.file.endswith(yara.ENDINGS):
            others.yara.append(YaraFile(file.text, file.file))
        elif _FOR_CAPA.search(file.text[:MAX_CHARACTERS]) is not None:
            others.capa.append(CapaFile(file.text, file.file))
        elif _IN_SIGMA.search(file.text[:MAX_CHARACTERS]) is not None:
            in_sigma.append((file.label, file.text, file.file))
        else:
            try:
                yield _parsed(file.text, label=file.label, file=file.file)
            except InvalidRule as error:
                faults += str(error).splitlines()
    if in_sigma:
        # pySigma takes longer to load than all of the command else.
        from fulgurite.rules.sigma import compiled  # noqa: PLC0415

        from_sigma = compiled(in_sigma)
        faults += from_sigma.faults
        yield from from_sigma.rules


def _without_broken_refs(rules: dict[str, Rule]) -> list[str]:
    """Takes rules out that refer to what is not there, or in a circle to themselves; says where and why."""
    faults: list[str] = []
    while True:
        broken = {label: fault for label, rule in rules.items() if (fault := _ref_fault(rule, rules)) is not None}
        if not broken:
            return faults
        faults += broken.values()
        for label in broken:
            del rules[label]


def _ref_fault(rule: Rule, rules: dict[str, Rule]) -> str | None:
    """What is wrong with the first rule that `rule` refers to wrongly; None for nothing."""
    for ref in references(rule.when):
        if ref.label not in rules:
            return f"{rule.file}:{ref.line}: refers to a rule that is not there, or has faults: {ref.label}"
        if ref.label == rule.label:
            return f"{rule.file}:{ref.line}: refers to itself"
        if rule.label in _reached(ref.label, rules):
            return f"{rule.file}:{ref.line}: refers to itself, by way of {ref.label}"
    return None


def _reached(label: str, rules: dict[str, Rule]) -> set[str]:
    """The rules that the rule `label` refers to, and those that these refer to, and so on."""
    seen = set[str]()
    ahead = [label]
    while ahead:
        for one in refs(rules[ahead.pop()].when):
            if one in rules and one not in seen:
                seen.add(one)
                ahead.append(one)
    return seen
