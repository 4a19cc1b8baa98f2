"""Settings in a v4 body: whole where the types hold them, else as far as they go."""

from typing import Any

import pytest

from fulgurite.importers.metadefender.extracted import configs
from fulgurite.model.config import MalwareConfig

CONFIG = MalwareConfig(family="F", found_in="a", values={"c2": ["b"]})


@pytest.mark.parametrize(
    ("raw", "expected", "is_exact"),
    [
        ([{"dumped_file": "a", "config": {"family": "F", "c2": ["b"]}}], (CONFIG,), True),
        ([{"config": {"family": 5}}], (MalwareConfig(values={"family": 5}),), True),
        ([{"config": {}, "odd": 1}], (MalwareConfig(),), False),
        ([{"path": 5, "config": {}}], (MalwareConfig(),), False),
        (
            [{"credentials": {"a": 1}, "dropper": {"b": 2}}],
            (MalwareConfig(kind="dropper", values={"b": 2}), MalwareConfig(kind="credentials", values={"a": 1})),
            False,
        ),
        ([{"odd": {}}, 5], (), False),
        ([], (), False),
        (None, (), False),
    ],
)
def test_configurations(raw: Any, expected: tuple[MalwareConfig, ...], is_exact: bool) -> None:
    assert configs(raw) == (expected, is_exact)


def test_what_nests_too_deep_is_kept_as_it_came() -> None:
    deep: Any = {}
    for _ in range(100):
        deep = {"x": deep}
    assert configs([{"config": deep}]) == ((), False)
