"""Words and scores of VMRay."""

from typing import Any

import pytest

from fulgurite.importers.vmray.words import operations, score_of


@pytest.mark.parametrize(
    ("value", "expected"), [(["Read", "x", 5], ["read"]), (None, ["access"]), (["write", "write"], ["write"])]
)
def test_operations(value: Any, expected: list[str]) -> None:
    assert operations({"operations": value}) == expected


@pytest.mark.parametrize(
    ("verdict", "points", "percent", "expected"),
    [
        ("malicious", [], None, 9),
        ("clean", [{"analysis_score": 3}], None, 6),
        (None, [{"analysis_score": "x"}], None, None),
        (None, [], 81, 9),
        (None, [], 0, 1),
        ("odd", [{"analysis_score": 5}, 7], "nan", 10),
    ],
)
def test_scores(verdict: Any, points: list[Any], percent: Any, expected: int | None) -> None:
    assert score_of(verdict, points, percent) == expected
