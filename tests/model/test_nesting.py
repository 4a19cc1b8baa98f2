"""The bound on nesting holds for lists and objects, however deep they are."""

from typing import Any

import pytest

from fulgurite.model.nesting import MAX_NESTING, nests_too_deep


def _lists(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


def _objects(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "value", [None, 1, "text", [], {}, [1, {"a": "b"}], _lists(MAX_NESTING), _objects(MAX_NESTING)]
)
def test_values_within_the_bound(value: Any) -> None:
    assert not nests_too_deep(value)


@pytest.mark.parametrize("value", [_lists(MAX_NESTING + 1), _objects(MAX_NESTING + 1), _lists(100_000)])
def test_values_beyond_the_bound(value: Any) -> None:
    assert nests_too_deep(value)
