"""Files of rules in the format of capa -> its rule set: those that a run can answer, and what they refer to."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from fulgurite.model.hashes import sha256_of
from fulgurite.rules.document import MAX_CHARACTERS


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
        import yaml  # noqa: PLC0415
    except ModuleNotFoundError:
        told = "needs flare-capa: install Fulgurite with its extra, fulgurite[capa]"
        return NO_RULES, (f"{files[0].file}:1: {told} ({len(files)} files in capa's format are left out)",)
    found: dict[str, Any] = {}
    faults: list[str] = []
    for file in files:
        try:
            rule = _read(file)
        except (capa.rules.InvalidRule, yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError) as error:
            faults.append(f"{file.file}:1: capa: {type(error).__name__}: {' '.join(str(error).split())}")
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


def _read(file: CapaFile) -> Any:
    import capa.rules  # noqa: PLC0415

    if len(file.text) > MAX_CHARACTERS:
        raise ValueError(f"longer than {MAX_CHARACTERS} characters")
    if any(line.lstrip(" -").startswith(("*", "&")) for line in file.text.splitlines()):
        raise ValueError("aliases are not allowed")
    return capa.rules.Rule.from_yaml(file.text)


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
