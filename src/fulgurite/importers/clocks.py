"""Times as sources write them: text in five forms, seconds since 1970, with one clock for a report."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.?(\d*)", re.ASCII)
_PREFIX = 19
"""Characters of `2023-10-14 14:29:49`."""
_SECONDS = re.compile(r"\d{10}\.\d{1,9}", re.ASCII)
_POINT = 10
"""Where the seconds since 1970 end in `1655881234.000123`."""
_MOST_PREFIXES = 100_000
_SECONDS_FROM = 10**8
_SECONDS_TO = 10**11
"""Numbers between are seconds since 1970: from 1973 until the year 5138."""


class Stamps:
    """Reads the guest's times as milliseconds since 1970. Remembers the seconds it met, as calls come in thousands."""

    def __init__(self) -> None:
        self._known: dict[str, int | None] = {}

    def ms(self, value: Any) -> int | None:
        """Milliseconds since 1970 of `value`; None where it is no time."""
        if isinstance(value, str):
            return self._spelt(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return round(value * 1000) if _SECONDS_FROM <= value < _SECONDS_TO else None

    def _spelt(self, value: str) -> int | None:
        if _SECONDS.fullmatch(value) is not None:
            return int(value[:_POINT]) * 1000 + int(value[_POINT + 1 : _POINT + 4].ljust(3, "0"))
        prefix = value[:_PREFIX]
        if prefix in self._known:
            base = self._known[prefix]
        else:
            base = _plain_ms(prefix) if len(value) > _PREFIX else _any_ms(value)
            if len(self._known) < _MOST_PREFIXES:
                self._known[prefix] = base
        if base is None:
            return _any_ms(value) if len(value) > _PREFIX else None
        rest = value[_PREFIX + 1 : _PREFIX + 4]
        return base + int(rest.ljust(3, "0")) if rest.isdecimal() and rest.isascii() else base


def _plain_ms(prefix: str) -> int | None:
    if len(prefix) != _PREFIX or prefix[4] != "-":
        return None
    try:
        at = datetime.fromisoformat(prefix)
    except ValueError:
        return None
    return int((at.replace(tzinfo=UTC) - _EPOCH).total_seconds()) * 1000


def _any_ms(value: str) -> int | None:
    at = moment(value)
    return None if at is None else (at - _EPOCH) // timedelta(milliseconds=1)


def moment(value: Any) -> datetime | None:
    """The UTC time that `value` says; times without a zone are taken as UTC. None where it is no time."""
    if isinstance(value, str):
        return _read(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _SECONDS_TO:
        return None
    return _EPOCH + timedelta(seconds=value)


def _read(value: str) -> datetime | None:
    compact = _COMPACT.fullmatch(value)
    try:
        if compact is not None:
            year, month, day, hour, minute, second = (int(part) for part in compact.groups()[:6])
            part = int(compact[7][:3].ljust(3, "0")) * 1000
            return datetime(year, month, day, hour, minute, second, part, tzinfo=UTC)
        if re.fullmatch(r"\d{9,11}(\.\d{1,9})?", value, re.ASCII) is not None:
            return moment(float(value))
        at = datetime.fromisoformat(value.replace(",", "."))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def span_ms(seconds: Any) -> int | None:
    """`seconds` from a source's own zero as milliseconds, never negative; None where it is no number."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    found = seconds * 1000
    return round(found) if 0 <= found < 2**53 else None
