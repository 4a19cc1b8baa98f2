"""Rule files: what a rule is made of, and all that can be wrong with one."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import InvalidRule
from fulgurite.rules.parse import KEYS, parse
from fulgurite.rules.rule import Evidence, Seen

WHOLE = """
name: Writes a file
score: 3
ttps: [T1005, T1059.001]
tags: [example]
description: It wrote.
when: {file: {verb: write}}
evidence: {ioc: name, description: 'wrote {path} as {process.pid}'}
cases:
  match:
    - [file: {verb: write, path: a}]
  miss:
    - [file: {verb: read, path: a}]
    - {events: []}
"""
REST = "\ncases: {match: [[file: {}]], miss: [[]]}"


def test_a_whole_rule() -> None:
    rule = parse(WHOLE, label="writes_file")
    assert (rule.label, rule.name, rule.score) == ("writes_file", "Writes a file", 3)
    assert (rule.ttps, rule.tags, rule.description) == (("T1005", "T1059.001"), ("example",), "It wrote.")
    assert isinstance(rule.when, Seen)
    assert rule.evidence == Evidence(ioc="name", description="wrote {path} as {process.pid}")
    assert [(case.name, case.is_match, case.line) for case in rule.cases] == [
        ("match 1", True, 11),
        ("miss 1", False, 13),
        ("miss 2", False, 14),
    ]


def test_what_may_be_left_out() -> None:
    rule = parse("name: a\nwhen: {file: {}}" + REST, label="a")
    assert (rule.score, rule.ttps, rule.tags, rule.description, rule.evidence) == (None, (), (), None, Evidence())


def _with(line: str) -> str:
    return f"name: a\nwhen: {{file: {{}}}}\n{line}{REST}"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("- a", ["1: expected the fields of a rule"]),
        ("{}", ["1: 'name' is missing", "1: 'when' is missing", "1: 'cases' is missing"]),
        (_with("odd: 1"), [f"3: no field of a rule: 'odd' (there are {', '.join(sorted(KEYS))})"]),
        (_with("score: 0"), ["3: 'score' must be a whole number from 1 to 10; leave it out to inform"]),
        (_with("score: 11"), ["3: 'score' must be a whole number from 1 to 10; leave it out to inform"]),
        (_with("score: '5'"), ["3: 'score' must be a whole number from 1 to 10; leave it out to inform"]),
        (_with("ttps: T1005"), ["3: 'ttps' must be a list of texts"]),
        (_with("ttps: []"), ["3: 'ttps' must be a list of texts"]),
        (_with("ttps: [5]"), ["3: 'ttps' must be a list of texts"]),
        (_with("ttps: [T10]"), ["3: 'ttps' must be a list of texts"]),
        (_with("tags: ['']"), ["3: 'tags' must be a list of texts"]),
        (_with("description: 5"), ["3: 'description' must be text"]),
        (_with("description: ' '"), ["3: 'description' must be text"]),
        (_with("evidence: path"), ["3: 'evidence' has 'ioc', 'description' or both"]),
        (_with("evidence: {odd: path}"), ["3: 'evidence' has 'ioc', 'description' or both"]),
        (_with("evidence: {ioc: odd}"), ["3: no field of the events that match: 'odd' (there are at_ms, count"]),
        (_with("evidence: {description: '{odd} {path}'}"), ["3: no field of the events that match: 'odd'"]),
        ("name: a\nwhen: {not: {file: {}}}" + REST, ["2: a rule needs something that must be seen"]),
        ("name: a\nwhen: {odd: {}}\nevidence: {ioc: path}" + REST, ["2: no kind of event: 'odd'"]),
        ("name: a\nwhen: {file: {}}\ncases: []", ["3: 'cases' must have 'match' and 'miss'"]),
        ("name: a\nwhen: {file: {}}\ncases: {match: [[]]}", ["3: 'cases' must have 'match' and 'miss'"]),
        (
            "name: a\nwhen: {file: {}}\ncases:\n  match: []\n  miss: 1",
            ["4: 'match' must be a list with at least one case", "5: 'miss' must be a list with at least one case"],
        ),
        (
            "name: a\nwhen: {file: {}}\ncases:\n  match:\n    - [file: {odd: 1}]\n  miss: [[]]",
            ["5: case match 1: no such field: odd"],
        ),
    ],
)
def test_faults_are_told_with_their_lines(text: str, faults: list[str]) -> None:
    with pytest.raises(InvalidRule) as caught:
        parse(text, label="a")
    lines = str(caught.value).splitlines()
    assert len(lines) == len(faults)
    for line, fault in zip(lines, faults, strict=True):
        assert line.startswith(f"a.yml:{fault}")


def test_evidence_may_name_a_field_of_any_event_that_matches() -> None:
    text = "name: a\nwhen: {any: [{all: [{file: {}}, {not: {api: {}}}]}, {dns_query: {}}]}\nevidence: {ioc: path}"
    assert parse(text + REST, label="a").evidence.ioc == "path"


@pytest.mark.parametrize("label", ["", "Upper", "a-b", "a__b", "../a"])
def test_labels_are_words(label: str) -> None:
    with pytest.raises(InvalidRule, match="name the file in lower-case words"):
        parse(WHOLE, label=label)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(WHOLE)))
    damaged = WHOLE[:at] + data.draw(st.text(max_size=3)) + WHOLE[at + data.draw(st.integers(0, 9)) :]
    with contextlib.suppress(InvalidRule):
        assert parse(damaged, label="a").label == "a"
