"""ATT&CK ids in all spellings."""

from typing import Any

import pytest

from fulgurite.importers.techniques import technique, techniques, techniques_in


@pytest.mark.parametrize(
    ("value", "expected"),
    [("T1055", "T1055"), (" t1059.001 ", "T1059.001"), ("T1059/003", "T1059.003"), ("T10555", None), (5, None)],
)
def test_one(value: Any, expected: str | None) -> None:
    assert technique(value) == expected


def test_lists() -> None:
    told: list[Any] = ["T1055", {"attck_id": "T1106"}, {"id": "x", "ID": "T1055"}, None, [], {"id": {}}]
    assert techniques(told) == ("T1055", "T1106")
    assert techniques(None) == ()


def test_within_text() -> None:
    assert techniques_in("Execution::T1106, T1059.001") == ("T1106", "T1059.001")
