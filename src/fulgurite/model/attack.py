"""ATT&CK techniques by id: which there are, what they are called, what tactics they serve.

The table, attack.json, is made by `tests/attack_table.py`; a test holds it equal to what that gives, `make refresh`
writes it anew.
"""

import functools
import re
from importlib import resources
from typing import NamedTuple

import msgspec

FORM = re.compile(r"T[0-9]{4}(\.[0-9]{3})?")


class Technique(NamedTuple):
    """One technique or sub-technique."""

    id: str
    name: str
    tactics: tuple[str, ...]
    """`persistence`, `privilege-escalation`, ..."""


class _Table(msgspec.Struct):
    version: str
    techniques: dict[str, tuple[str, ...]]
    gone: dict[str, str | None]


@functools.cache
def _table() -> _Table:
    return msgspec.json.decode((resources.files("fulgurite.model") / "attack.json").read_bytes(), type=_Table)


def version() -> str:
    """Which release of the data the table is from."""
    return _table().version


def technique(id_: str) -> Technique | None:
    """The technique of this id; None where there is none, or none any more."""
    known = _table().techniques.get(id_)
    return None if known is None else Technique(id_, known[0], known[1:])


def techniques() -> tuple[Technique, ...]:
    """All of them, by id."""
    return tuple(Technique(id_, name, tuple(tactics)) for id_, (name, *tactics) in _table().techniques.items())


def is_gone(id_: str) -> bool:
    """Whether ATT&CK had this id once and gave it up."""
    return id_ in _table().gone


def fault(id_: str) -> str | None:
    """What is wrong with an id of the right form; None for nothing."""
    table = _table()
    if id_ in table.techniques:
        return None
    if id_ in table.gone:
        follower = table.gone[id_]
        return f"ATT&CK gave up {id_}" + ("" if follower is None else f"; it is {follower} now")
    return f"no technique of ATT&CK: {id_} ({table.version})"
