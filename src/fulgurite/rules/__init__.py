"""Rules: (rules, report) -> signatures. Pure; a rule is a YAML file with the cases that show that it works."""

import functools
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from fulgurite.errors import InvalidRule
from fulgurite.model.signature import Signature
from fulgurite.rules import yara
from fulgurite.rules.capa import capability
from fulgurite.rules.loading import Loaded, RuleFile, loaded
from fulgurite.rules.match import RuleSet, matched
from fulgurite.rules.parse import parse
from fulgurite.rules.rule import Rule
from fulgurite.rules.score import enriched

ENDING = ".yml"
"""Of a rule file's name, of ours."""
ENDINGS = (ENDING, ".yaml")
"""Of an operator's."""


def load(files: Iterable[tuple[str, str]]) -> RuleSet:
    """The rules of `files`, each a label (the file's name without ending) and its text.

    Raises InvalidRule with every fault of every file.
    """
    found = loaded(RuleFile(label, text, f"{label}{ENDING}") for label, text in files)
    if found.faults:
        raise InvalidRule("\n".join(found.faults))
    return found.rules


def builtin_files() -> tuple[RuleFile, ...]:
    """The files of the rules that come with Fulgurite."""
    folder = resources.files("fulgurite.rules") / "builtin"
    files = sorted(_files(folder), key=lambda file: file.name)
    return tuple(
        RuleFile(file.name.removesuffix(ENDING), file.read_text(encoding="utf-8"), f"builtin {file.name}")
        for file in files
    )


@functools.cache
def load_builtin() -> RuleSet:
    """The rules that come with Fulgurite; read once in a process. Raises InvalidRule."""
    found = loaded(builtin_files())
    if found.faults:
        raise InvalidRule("\n".join(found.faults))
    return found.rules


def of_others(rules: RuleSet) -> tuple[Signature, ...]:
    """What the rules over bytes and those of capa's report, each without what it found."""
    return (*yara.listed(rules.yara), *capability.listed(rules.capa))


def _files(folder: Traversable) -> Iterator[Traversable]:
    """The rule files of `folder` and of the folders in it, one for each tactic."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith(ENDING):
            yield entry


__all__ = [
    "ENDING",
    "ENDINGS",
    "Loaded",
    "Rule",
    "RuleFile",
    "RuleSet",
    "builtin_files",
    "enriched",
    "load",
    "load_builtin",
    "loaded",
    "matched",
    "of_others",
    "parse",
]
