"""Signatures and their indicators."""

from typing import Any

import pytest

from fulgurite.model.artifact import Artifact
from fulgurite.model.events import Injection
from fulgurite.rules.evidence import MAX_SHOWN, signature
from fulgurite.rules.facts import Facts
from fulgurite.rules.rule import AllOf, Evidence, Rule
from tests.builders import file_write, process, report

WHOLE: dict[str, Any] = {
    "score": 9,
    "confidence": "medium",
    "family": "examplebot",
    "references": ("https://a.test/1", "https://a.test/2"),
    "benign": "Installers.",
}


def _rule(**fields: Any) -> Rule:
    return Rule("label", "name", AllOf(()), **fields)


def test_what_a_rule_says() -> None:
    found = signature(_rule(**WHOLE), [], (), 0, Facts(report()))
    assert (found.score, found.confidence, found.family) == (7, "medium", "examplebot")
    assert (found.url, found.benign, found.is_ours, found.event_count) == ("https://a.test/1", "Installers.", True, 0)


def test_events_and_what_is_none() -> None:
    facts = Facts(report(processes=(process(1), process(2))))
    records = (Injection(procid=1, op="x", procid_target=2), Artifact(name="files/1", kind="martian", procid=2))
    found = signature(_rule(), [0, 1], records, 1, facts)
    assert (found.events, found.event_count) == ((0,), 1)
    assert [(one.event, one.pid, one.pid_target, one.dump_file) for one in found.indicators] == [
        (0, 1004, 1008, None),
        (None, 1008, None, "files/1"),
    ]


@pytest.mark.parametrize(("size", "shown"), [(MAX_SHOWN, MAX_SHOWN), (MAX_SHOWN + 1, MAX_SHOWN + 1)])
def test_long_values_end_in_an_ellipsis(size: int, shown: int) -> None:
    rule = _rule(evidence=Evidence(description="{path}"))
    found = signature(rule, [0], (file_write("a" * size),), 1, Facts(report()))
    (indicator,) = found.indicators
    assert len(indicator.ioc or "") == len(indicator.description or "") == shown
    assert (indicator.ioc or "").endswith("…") is (size > MAX_SHOWN)
