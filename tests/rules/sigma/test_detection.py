"""Conditions of Sigma's: and, or, not, numbers of, keywords, fields that reports do not tell."""

import pytest

from tests.rules.sigma.written import labels, read, rule

SELECTIONS = """
    selection_a:
        Image|endswith: '\\cmd.exe'
    selection_b:
        CommandLine|contains: whoami
    selection_c:
        CommandLine|contains: nothing-like-it
    filter:
        User: SYSTEM
"""


@pytest.mark.parametrize(
    ("condition", "is_match"),
    [
        ("selection_a", True),
        ("selection_a and selection_c", False),
        ("selection_a or selection_c", True),
        ("selection_a and not selection_c", True),
        ("1 of selection_*", True),
        ("all of selection_*", False),
        ("all of selection_* or (selection_a and not filter)", True),
        ("selection_a and filter or selection_b", True),
    ],
)
def test_conditions(condition: str, is_match: bool) -> None:
    assert (labels(rule(f"{SELECTIONS}\n    condition: {condition}")) == ["one_0"]) is is_match


def test_a_keyword_stands_anywhere() -> None:
    assert labels(rule("keywords: [whoami, net1]\ncondition: keywords")) == ["one_0"]
    assert labels(rule("keywords: [net1]\ncondition: keywords")) == []


def test_a_rule_that_can_never_match_is_refused_with_the_field() -> None:
    assert "reports do not tell User" in read(rule("a: {User: SYSTEM}\ncondition: a")).faults[0]


def test_a_rule_that_always_matches_is_refused() -> None:
    assert "only always" in read(rule("a: {User: null}\ncondition: a")).faults[0]
