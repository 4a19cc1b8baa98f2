"""Rule files as trees of nodes that know their lines. YAML, without aliases and tags, of bounded size and depth."""

import re
from dataclasses import dataclass
from typing import Any

import yaml

MAX_CHARACTERS = 65_536
MAX_NESTING = 20
_MAX_DOCUMENTS = 100
"""Of one file."""
_TAG = "tag:yaml.org,2002:"
_LEAD = re.compile(r"^[ \t?:-]+", re.MULTILINE)
"""What stands before the first word of a line: as many levels begin there at most."""
_FEW = 200
"""Brackets of a file, or characters before the first word of a line; the depth is not above their sum."""

Value = str | int | bool | None | list["Node"] | dict[str, "Node"]


@dataclass(frozen=True)
class Node:
    """One value of a file."""

    value: Value
    line: int
    """From 1."""

    def plain(self) -> object:
        """The value without lines."""
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return self.value


class Faults:
    """The faults of one file, collected."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: list[str] = []

    def add(self, line: int, fault: str) -> None:
        self.lines.append(f"{self.file}:{line}: {fault}")


def read(text: str, faults: Faults) -> Node | None:
    """The tree of `text`; None, with the reason in `faults`, where there is none."""
    if len(text) > MAX_CHARACTERS:
        faults.add(1, f"longer than {MAX_CHARACTERS} characters")
        return None
    try:
        root = yaml.compose(text, Loader=loader(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.add(1 if mark is None else mark.line + 1, f"no YAML: {error.problem or error.context}")
        return None
    except (yaml.YAMLError, RecursionError) as error:
        faults.add(1, f"no YAML: {error}")
        return None
    if root is None:
        faults.add(1, "the file is empty")
        return None
    return _node(root, faults, set(), 0)


def loader(text: str) -> Any:
    """Libyaml's loader, ten times as fast, where `text` can hardly nest; else the one in Python.

    That one ends in an error on any depth, where libyaml's could end in a crash.
    """
    brackets = max(text.count("["), text.count("{"))
    indent = max((len(lead.group()) for lead in _LEAD.finditer(text)), default=0)
    return yaml.SafeLoader if brackets > _FEW or indent > _FEW else getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def document_lines(text: str, faults: Faults, most: int = MAX_NESTING) -> list[int]:
    """The lines that the YAML documents of `text` begin at, read without building anything of them.

    Aliases, more than `most` levels and too many documents are faults: what has none can be given to readers that
    know no bounds. Raises yaml.YAMLError, ValueError and RecursionError.
    """
    lines: list[int] = []
    depth = 0
    for event in yaml.parse(text, Loader=loader(text)):
        if isinstance(event, yaml.DocumentStartEvent):
            lines.append(_line(event))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        fault = None
        if isinstance(event, yaml.AliasEvent):
            fault = "aliases are not allowed"
        elif depth > most:
            fault = f"nests deeper than {most} levels"
        elif len(lines) > _MAX_DOCUMENTS:
            fault = f"more than {_MAX_DOCUMENTS} rules in one file"
        if fault is not None:
            faults.add(_line(event), fault)
            break
    return lines


def _line(event: yaml.Event) -> int:
    return 1 if event.end_mark is None else event.end_mark.line + 1


def _node(raw: yaml.Node, faults: Faults, seen: set[int], depth: int) -> Node:
    line = raw.start_mark.line + 1
    if id(raw) in seen or depth > MAX_NESTING:
        faults.add(line, "aliases are not allowed" if id(raw) in seen else f"nests deeper than {MAX_NESTING} levels")
        return Node(None, line)
    seen.add(id(raw))
    if isinstance(raw, yaml.MappingNode):
        return Node(_mapping(raw, faults, seen, depth), line)
    if isinstance(raw, yaml.SequenceNode):
        return Node([_node(item, faults, seen, depth + 1) for item in raw.value], line)
    return Node(_scalar(raw, faults), line)


def _mapping(raw: yaml.MappingNode, faults: Faults, seen: set[int], depth: int) -> dict[str, Node]:
    members: dict[str, Node] = {}
    for key, value in raw.value:
        if not isinstance(key, yaml.ScalarNode):
            faults.add(key.start_mark.line + 1, "a name must be plain text")
            continue
        if key.value in members:
            faults.add(key.start_mark.line + 1, f"{key.value!r} stands twice")
        members[key.value] = _node(value, faults, seen, depth + 1)
    return members


def _scalar(raw: yaml.Node, faults: Faults) -> str | int | bool | None:
    text: str = raw.value
    kind = raw.tag.removeprefix(_TAG)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in {"true", "yes", "on"}
    if kind == "int":
        try:
            return int(text, 0)
        except ValueError:
            faults.add(raw.start_mark.line + 1, f"write the number plainly, or quote it as text: {text}")
            return None
    return text
