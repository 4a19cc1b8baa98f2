"""How much was seen, within what time, how regularly, in what order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.rules.counting import Sighting, amount, chains, is_regular, most_within


def _at(*times: int | None) -> list[Sighting]:
    return [Sighting(place, time) for place, time in enumerate(times)]


def _values(*values: tuple[int, str | None]) -> list[Sighting]:
    return [Sighting(place, time, 1, value) for place, (time, value) in enumerate(values)]


def test_amounts() -> None:
    assert amount([Sighting(0, None, 3), Sighting(1, None)], is_distinct=False) == 4
    assert amount(_values((0, "a"), (1, "b"), (2, "a"), (3, None)), is_distinct=True) == 2


@pytest.mark.parametrize(
    ("times", "within", "most"),
    [
        ((0, 5, 10), 10, 3),
        ((0, 5, 11), 10, 2),
        ((11, 5, 0), 10, 2),
        ((None, 1), 10, 1),
        ((), 10, 0),
        ((0, 0, 99), 0, 2),
    ],
)
def test_the_most_within_a_time(times: tuple[int | None, ...], within: int, most: int) -> None:
    assert most_within(_at(*times), within, is_distinct=False) == most


def test_the_most_values_within_a_time() -> None:
    seen = _values((0, "a"), (1, "b"), (2, None), (3, "b"), (9, "c"))
    assert most_within(seen, 5, is_distinct=True) == 2
    assert most_within(seen, 9, is_distinct=True) == 3


@pytest.mark.parametrize(
    ("times", "regular"),
    [
        ((0, 10_000, 20_100, 29_900), True),
        ((0, 10_000, 20_000, 95_000), False),
        ((0, 10_000), False),
        ((0, 1, 2, 3, 4), False),
        ((0, 3, 10_000, 10_002, 20_000, 30_000), True),
        ((None, None, None), False),
    ],
)
def test_beats(times: tuple[int | None, ...], regular: bool) -> None:
    assert is_regular(_at(*times), 15) is regular


def _steps(*steps: list[tuple[int, int | None]]) -> list[list[Sighting]]:
    return [[Sighting(place, at_ms) for place, at_ms in step] for step in steps]


@pytest.mark.parametrize(
    ("steps", "within", "found"),
    [
        (_steps([(0, 0)], [(1, 5)]), None, [0, 1]),
        (_steps([(1, 5)], [(0, 0)]), None, []),
        (_steps([(0, 0)], [(0, 0)]), None, []),
        (_steps([(0, 0), (3, 30)], [(5, 35)]), 10, [3, 5]),
        (_steps([(0, 0)], [(5, 35)]), 10, []),
        (_steps([(0, None)], [(5, None)]), 10, []),
        (_steps([(0, None)], [(5, None)]), None, [0, 5]),
        (_steps([(0, 0), (4, 4)], [(1, 1), (5, 5)], [(2, 2), (6, 6)]), None, [0, 1, 2, 4, 5, 6]),
        (_steps([(0, 0), (1, 1)], [(0, 0), (1, 1)]), None, [0, 1]),
        (_steps([], [(1, 1)]), None, []),
    ],
)
def test_chains(steps: list[list[Sighting]], within: int | None, found: list[int]) -> None:
    assert chains(steps, within) == found


@given(
    st.lists(st.sets(st.integers(0, 8), max_size=4), min_size=1, max_size=3),
    st.none() | st.integers(0, 4),
)
def test_chains_are_found_where_there_are_any(steps: list[set[int]], within: int | None) -> None:
    def exists(number: int, after: int, begun: int) -> bool:
        if number == len(steps):
            return True
        for one in steps[number]:
            start = one if number == 0 else begun
            is_next = one > after and (within is None or one - start <= within)
            if is_next and exists(number + 1, one, start):
                return True
        return False

    seen = [[Sighting(one, one) for one in sorted(step)] for step in steps]
    assert (chains(seen, within) != []) is exists(0, -1, 0)
