"""Signatures and their techniques, in all shapes that they come in."""

from typing import Any

import pytest

from fulgurite.importers.cuckoo.findings import MAX_INDICATORS, listed_techniques, score, techniques
from tests.importers.cuckoo.made import read


@pytest.mark.parametrize(
    ("severity", "expected"), [(1, 3), (2, 6), (3, 8), (4, 9), (8, 10), ("2", 6), (None, None), ("high", None), (-1, 1)]
)
def test_scores(severity: Any, expected: int | None) -> None:
    assert score(severity) == expected


@pytest.mark.parametrize(
    "value", [["T1055", "F0001", "T1055"], {"T1055": {"short": "a"}, "E1082": {}}, "T1055", ["T1055", 5, None]]
)
def test_techniques_are_attack_ids_only(value: Any) -> None:
    assert techniques(value) == ("T1055",)


@pytest.mark.parametrize(
    ("ttps", "matrix", "listed", "named"),
    [
        (None, None, None, {}),
        ([], None, (), {}),
        ([{"signature": "s", "ttp": "T1055"}], None, ("T1055",), {"s": ("T1055",)}),
        ([{"signature": "s", "ttps": ["T1055", "OB0001"], "mbcs": ["OC0001"]}], None, ("T1055",), {"s": ("T1055",)}),
        ({"T1116": "s"}, None, ("T1116",), {"s": ("T1116",)}),
        ({"T1116": ["s", "t"]}, None, ("T1116",), {"s": ("T1116",), "t": ("T1116",)}),
        ({"T1116": None}, None, ("T1116",), {}),
        (["T1116"], None, ("T1116",), {}),
        (None, {"Impact": [{"t_id": "T1486", "signature": ["s"]}, 5], "x": None}, ("T1486",), {"s": ("T1486",)}),
    ],
)
def test_lists_of_techniques(ttps: Any, matrix: Any, listed: Any, named: Any) -> None:
    assert listed_techniques(ttps, matrix) == (listed, named)


def test_indicators_have_any_keys() -> None:
    marks = [
        {"type": "ioc", "category": "host", "ioc": "192.0.2.1"},
        {"type": "generic", "host": "a.test", "ports": [80, {"x": 1}]},
        {"4364": "value", "unknown section": ["a", "b"]},
        {"deep": {"one": 1, "two": [[]]}},
        "plain",
        None,
    ]
    report = read(signatures=[{"name": "s", "severity": 2, "marks": marks, "ttp": {"T1071": {}}, "references": ["u"]}])
    (signature,) = report.signatures
    iocs = [(one.description, one.ioc) for one in signature.indicators]
    assert ("host", "192.0.2.1") in iocs
    assert ("unknown section", "b") in iocs
    assert ("deep", "one: 1") in iocs
    assert (None, "plain") in iocs
    assert (signature.score, signature.ttps, signature.url) == (6, ("T1071",), "u")
    assert not signature.is_ours


def test_thousands_of_indicators_are_cut_with_a_note() -> None:
    marks = [{"DynamicLoader": f"a.dll/{number}"} for number in range(MAX_INDICATORS + 7)]
    report = read(signatures=[{"name": "s", "data": marks}, {"name": "t", "severity": 3, "families": ["f"]}])
    assert [one.name for one in report.signatures] == ["t", "s"]
    assert len(report.signatures[1].indicators) == MAX_INDICATORS
    assert report.tally is not None
    assert report.tally.left == {"indicators beyond the first of a signature": 7}
    assert report.families == ("f",)
