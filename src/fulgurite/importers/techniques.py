"""ATT&CK technique ids, in whatever way a source lists them."""

import re
from typing import Any

_ID = re.compile(r"T\d{4}(?:[./]\d{3})?", re.ASCII)
_NAMES = ("id", "attck_id", "attack_id", "technique_id", "ID", "external_id", "t_id", "ttp")


def technique(value: Any) -> str | None:
    """`value` as an id, `T1059.001`; None where it is none."""
    if not isinstance(value, str):
        return None
    found = value.strip().upper()
    return found.replace("/", ".") if _ID.fullmatch(found) is not None else None


def techniques(value: Any) -> tuple[str, ...]:
    """The ids in `value`, each once: a text, or a list of texts and of objects that name one."""
    found: dict[str, None] = {}
    for one in value if isinstance(value, list | tuple) else [value]:
        listed = [one.get(name) for name in _NAMES] if isinstance(one, dict) else [one]
        for told in listed:
            plain = technique(told)
            if plain is not None:
                found[plain] = None
    return tuple(found)


def techniques_in(value: str) -> tuple[str, ...]:
    """The ids that stand anywhere in a text: `Execution::T1106`."""
    return techniques(_ID.findall(value))
