"""Counting what was seen: how often, how many values, within a time, at what intervals, in what order."""

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

_MIN_GAP_MS = 500
"""Shorter intervals are bursts, not a beat."""
_SHARE = 0.8
"""Of the intervals that have to be alike."""


class Sighting(NamedTuple):
    """One record that was seen."""

    place: int
    at_ms: int | None
    times: int = 1
    value: Hashable = None
    """What is counted, where values are; None where it is not known."""


def amount(seen: Sequence[Sighting], *, is_distinct: bool) -> int:
    """How many: of records, each as often as it was seen, or of values, each once."""
    if is_distinct:
        return len({one.value for one in seen if one.value is not None})
    return sum(one.times for one in seen)


def most_within(seen: Sequence[Sighting], within_ms: int, *, is_distinct: bool) -> int:
    """The largest amount within any span of `within_ms`; what has no time does not count."""
    timed = sorted((one for one in seen if one.at_ms is not None), key=lambda one: one.at_ms or 0)
    values: Counter[Hashable] = Counter()
    first, most, times = 0, 0, 0
    for one in timed:
        times += one.times
        values[one.value] += 1
        while (one.at_ms or 0) - (timed[first].at_ms or 0) > within_ms:
            out = timed[first]
            times -= out.times
            values[out.value] -= 1
            if values[out.value] == 0:
                del values[out.value]
            first += 1
        most = max(most, len(values) - (None in values) if is_distinct else times)
    return most


def is_regular(seen: Sequence[Sighting], percent: int) -> bool:
    """Whether most intervals differ from the middle one by no more than so many percent of it."""
    times = sorted({one.at_ms for one in seen if one.at_ms is not None})
    gaps = [after - before for before, after in pairwise(times)]
    gaps = [gap for gap in gaps if gap >= _MIN_GAP_MS]
    if len(gaps) < 2:  # noqa: PLR2004 - one interval is as regular as any
        return False
    middle = median(gaps)
    alike = sum(abs(gap - middle) <= middle * percent / 100 for gap in gaps)
    return alike >= _SHARE * len(gaps)


class _Chain(NamedTuple):
    """A beginning of a sequence."""

    started_ms: int | None
    indexes: tuple[int, ...]


def chains(steps: Sequence[Sequence[Sighting]], within_ms: int | None) -> list[int]:
    """The records of runs through all `steps`, one after the other, each within `within_ms`; empty for none.

    Takes time linear in the number of records.
    """
    marks = sorted((one.place, number, one.at_ms) for number, step in enumerate(steps) for one in step)
    begun: list[_Chain | None] = [None] * len(steps)
    found: list[int] = []
    at = 0
    while at < len(marks):
        index = marks[at][0]
        numbers = []
        at_ms = marks[at][2]
        while at < len(marks) and marks[at][0] == index:
            numbers.append(marks[at][1])
            at += 1
        if within_ms is not None and at_ms is None:
            continue
        # Later steps first: one record is one step of a chain only.
        for number in reversed(numbers):
            before = begun[number - 1] if number > 0 else _Chain(at_ms, ())
            if before is not None and _is_in_time(before, at_ms, within_ms):
                begun[number] = _Chain(before.started_ms, (*before.indexes, index))
        last = begun[-1]
        if last is not None:
            found += last.indexes
            begun = [None] * len(steps)
    return found


def _is_in_time(chain: _Chain, at_ms: int | None, within_ms: int | None) -> bool:
    if within_ms is None or at_ms is None or chain.started_ms is None:
        return True
    return abs(at_ms - chain.started_ms) <= within_ms
