"""How deep foreign values may nest.

Values that a report keeps as they came (`ForeignEvent.d`, `Report.extra`) are read, compared and written by recursive
code of others; a bound far below the interpreter's own keeps all of that safe. The deepest report of a real sandbox
met so far nests to 28 levels.
"""

from typing import Any

MAX_NESTING = 64
"""Levels of lists and objects inside one another."""


def nests_too_deep(value: Any) -> bool:
    """Whether `value` holds more than MAX_NESTING levels of lists and objects. Uses no recursion of its own."""
    level: list[Any] = [value]
    for _ in range(MAX_NESTING):
        level = [child for holder in level for child in _children(holder)]
        if not level:
            return False
    return any(isinstance(value, dict | list) for value in level)


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
