"""The rules that come with Fulgurite: each shows in its own file that it works."""

import pytest

from fulgurite import rules
from fulgurite.errors import InvalidRule
from fulgurite.model.events import FileAccess, HttpRequest, ProcessTerminate, RegistryAccess, SyncObject
from fulgurite.rules import Rule
from fulgurite.rules.cases import failures
from fulgurite.rules.score import enriched
from tests.builders import created, file_write, process, report

BUILTIN = rules.load_builtin()
GOOD = """
name: A rule
when: {file: {verb: write}}
cases: {match: [[file: {verb: write}]], miss: [[file: {verb: read}]]}
"""


@pytest.mark.parametrize("rule", BUILTIN.rules, ids=lambda rule: rule.label)
def test_every_rule_does_what_its_cases_say(rule: Rule) -> None:
    assert failures(rule, BUILTIN.rules) == []
    assert rule.benign is not None


def test_there_are_enough_and_no_two_of_one_name() -> None:
    names = [rule.name for rule in BUILTIN.rules]
    assert len(names) >= 250
    assert len(set(names)) == len(names)


def test_a_harmless_program_is_not_suspicious() -> None:
    seen = report(
        FileAccess(procid=1, verb="read", op="OpenRead", path="C:\\Windows\\System32\\drivers\\etc\\hosts", status=0),
        file_write("C:\\Users\\Admin\\AppData\\Local\\Temp\\a.tmp"),
        FileAccess(
            procid=1, verb="delete", op="Delete", path="C:\\Users\\Admin\\AppData\\Local\\Temp\\a.tmp", status=0
        ),
        SyncObject(procid=1, object="mutant", op="MutantCreate", name="Local\\OneInstance", status=0),
        RegistryAccess(procid=1, verb="read", op="QueryValueKey", path="HKCU\\Software\\Example\\Size", status=0),
        RegistryAccess(procid=1, verb="write", op="SetValueKeyInt", path="HKCU\\Software\\Example\\Size", status=0),
        HttpRequest(procid=1, method="GET", url="https://example.test/news"),
        ProcessTerminate(procid=1),
    )
    told = enriched(BUILTIN, seen)
    assert (told.score, [one.name for one in told.signatures if one.score is not None]) == (1, [])


def test_the_documented_signatures_are_found_in_a_run_like_the_documented_one() -> None:
    image = "C:\\Users\\Admin\\AppData\\Local\\Temp\\is-LG89R.tmp\\setup.tmp"
    seen = report(
        file_write(image),
        created(2),
        processes=(process(1), process(2, image=image, procid_parent=1)),
    )
    told = enriched(BUILTIN, seen)
    assert [(one.name, one.score) for one in told.signatures if one.score is not None] == [("Executes dropped EXE", 4)]
    (indicator,) = told.signatures[0].indicators
    assert (indicator.procid, indicator.pid, indicator.event) == (2, 1008, 2)


def test_files_are_loaded_together() -> None:
    loaded = rules.load([("a", GOOD), ("b", GOOD.replace("A rule", "Another"))])
    assert [rule.label for rule in loaded.rules] == ["a", "b"]


def test_the_faults_of_all_files_are_told_at_once() -> None:
    with pytest.raises(InvalidRule) as caught:
        rules.load([("a", "name: 1"), ("good", GOOD), ("b", "[]")])
    assert str(caught.value).splitlines() == [
        "a.yml:1: 'when' is missing",
        "a.yml:1: 'cases' is missing",
        "a.yml:1: 'name' must be text",
        "b.yml:1: expected the fields of a rule",
    ]
