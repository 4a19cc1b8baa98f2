"""Many files at once: what is whole is taken, what is not is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.rules.loading import RuleFile, loaded

REST = "\ncases: {match: [[]], miss: [[]]}"


def _file(label: str, when: str = "{file: {}}", name: str | None = None) -> RuleFile:
    return RuleFile(label, f"name: {name or label}\nwhen: {when}{REST}", f"/r/{label}.yml")


def test_whole_ones_work_and_others_are_named() -> None:
    found = loaded(
        [
            _file("good"),
            RuleFile("unread", None, "/r/unread.yml", "cannot be read: Permission denied"),
            RuleFile("broken", "name: [", "/r/broken.yml"),
            _file("good", name="other"),
            _file("twin", name="good"),
            RuleFile("bomb", "a: &a [x]\nb: [*a, *a]", "/r/bomb.yml"),
            RuleFile("deep", "[" * 50_000, "/r/deep.yml"),
            RuleFile("huge", "a" * 10_000_000, "/r/huge.yml"),
            _file("last"),
        ]
    )
    assert [rule.label for rule in found.rules.rules] == ["good", "last"]
    assert found.faults[0] == "/r/unread.yml:1: cannot be read: Permission denied"
    assert found.faults[1].startswith("/r/broken.yml:")
    assert found.faults[2:4] == (
        "/r/good.yml:1: /r/good.yml has this label already",
        "/r/twin.yml:1: /r/good.yml has this name already",
    )
    assert "/r/bomb.yml:1: aliases are not allowed" in found.faults
    assert any(fault.startswith("/r/deep.yml:1: no YAML") for fault in found.faults)
    assert found.faults[-1] == "/r/huge.yml:1: longer than 65536 characters"


@pytest.mark.parametrize(
    ("files", "whole", "reason"),
    [
        ([_file("a", "{rule: b}"), _file("b")], ["a", "b"], None),
        ([_file("a", "{rule: a}")], [], "/r/a.yml:2: refers to itself"),
        (
            [_file("a", "{rule: b}"), _file("b", "{rule: a}"), _file("c")],
            ["c"],
            "/r/a.yml:2: refers to itself, by way of b",
        ),
        ([_file("a", "{rule: none}"), _file("c", "{all: [{rule: a}, {file: {}}]}")], [], "is not there"),
        ([_file("a", "{all: [{rule: b}]}"), _file("b", "{any: [{not: {rule: a}}, {file: {}}]}")], [], "itself"),
    ],
)
def test_rules_that_refer_to_rules(files: list[RuleFile], whole: list[str], reason: str | None) -> None:
    found = loaded(files)
    assert [rule.label for rule in found.rules.rules] == whole
    assert (found.faults == ()) is (reason is None)
    assert reason is None or reason in found.faults[0]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=40)), max_size=4))
def test_any_text_is_taken_or_named(texts: list[tuple[str, str]]) -> None:
    found = loaded(RuleFile(label, text, label) for label, text in texts)
    assert len(found.rules.rules) + len(found.faults) >= len(texts)
