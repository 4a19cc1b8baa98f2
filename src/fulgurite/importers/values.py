"""Foreign values as what they mean: text, numbers and digests that sources write in several ways."""

import math
import re
from typing import Any

_MIN = -(2**63)
_MAX = 2**64 - 1
"""Bounds of the integers that every reader of a report can hold."""
_LONGEST_NUMBER = 24
_DIGESTS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)


def text(value: Any) -> str | None:
    """`value` as text: numbers as their digits, of a list its first text; None for nothing, "" included."""
    if isinstance(value, list):
        return next((item for item in map(_plain, value) if item is not None), None)
    return _plain(value)


def _plain(value: Any) -> str | None:
    if isinstance(value, str):
        return value if value != "" else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value)


def texts(value: Any) -> tuple[str, ...]:
    """Every text in `value`: a list's elements, else itself; in order, each once."""
    listed = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(found for found in map(text, listed) if found is not None))


def number(value: Any) -> int | None:
    """`value` as an integer: also `"12"`, `"0x1f"` and 12.0; None for anything else and beyond 64 bits."""
    if isinstance(value, str):
        found = _spelt(value)
    elif isinstance(value, bool):
        found = None
    elif isinstance(value, int):
        found = value
    elif isinstance(value, float) and value.is_integer():
        found = int(value)
    else:
        found = None
    return found if found is None or _MIN <= found <= _MAX else None


def _spelt(digits: str) -> int | None:
    if digits == "" or len(digits) > _LONGEST_NUMBER or "_" in digits:
        return None
    try:
        return int(digits, 16) if digits[:2] in {"0x", "0X"} or digits[:3] == "-0x" else int(digits)
    except ValueError:
        return None


def fraction(value: Any) -> float | None:
    """`value` as a finite number, also out of text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER:
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def digest(value: Any, kind: str) -> str | None:
    """`value` as a lower-case digest of `kind` (md5, sha1, sha256, sha512), or None where it is none."""
    if not isinstance(value, str) or len(value) != _DIGESTS[kind] or _HEX.fullmatch(value) is None:
        return None
    return value.lower()


def port(value: Any) -> int | None:
    """`value` as a port, 0-65535, or None."""
    found = number(value)
    return found if found is not None and 0 <= found <= 0xFFFF else None  # noqa: PLR2004 - ports have 16 bits


def count(value: Any) -> int:
    """`value` as how often, at least 1; 1 for what is no number."""
    found = number(value)
    return 1 if found is None or found < 1 else min(found, 2**31)


def cut(value: str, longest: int) -> str:
    """`value`, cut to `longest` characters with a note of its true length."""
    return value if len(value) <= longest else f"{value[:longest]}... ({len(value):,} characters)"
