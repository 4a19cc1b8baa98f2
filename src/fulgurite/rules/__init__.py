"""Rules: (rules, report) -> signatures. Pure; a rule is a YAML file with the cases that show that it works."""

import functools
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from fulgurite.errors import InvalidRule
from fulgurite.rules.match import RuleSet, matched
from fulgurite.rules.parse import parse
from fulgurite.rules.rule import Rule
from fulgurite.rules.score import enriched

_ENDING = ".yml"


def load(files: Iterable[tuple[str, str]]) -> RuleSet:
    """The rules of `files`, each a label (the file's name without ending) and its text.

    Raises InvalidRule with every fault of every file.
    """
    rules: list[Rule] = []
    faults: list[str] = []
    for label, text in files:
        try:
            rules.append(parse(text, label=label))
        except InvalidRule as error:
            faults.append(str(error))
    if faults:
        raise InvalidRule("\n".join(faults))
    return RuleSet(rules)


@functools.cache
def load_builtin() -> RuleSet:
    """The rules that come with Fulgurite; read once in a process."""
    files = sorted(_files(resources.files("fulgurite.rules") / "builtin"), key=lambda file: file.name)
    return load((file.name.removesuffix(_ENDING), file.read_text(encoding="utf-8")) for file in files)


def _files(folder: Traversable) -> Iterator[Traversable]:
    """The rule files of `folder` and of the folders in it, one for each tactic."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith(_ENDING):
            yield entry


__all__ = ["Rule", "RuleSet", "enriched", "load", "load_builtin", "matched", "parse"]
