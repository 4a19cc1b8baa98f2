"""Files in capa's format: what is taken, what is passed over, what is at fault."""

import textwrap

import pytest

from fulgurite.rules.capa import NO_RULES, CapaFile, compiled

pytest.importorskip("capa", reason="flare-capa is not installed")


def written(name: str, features: str, scope: str = "call", more: str = "") -> CapaFile:
    """A rule of capa's."""
    head = f"rule:\n  meta:\n    name: {name}\n    scopes: {{static: function, dynamic: {scope}}}\n{more}  features:\n"
    return CapaFile(head + textwrap.indent(textwrap.dedent(features).strip(), "    ") + "\n", f"{name}.yml")


def test_rules_that_a_run_can_answer_are_taken() -> None:
    rules, faults = compiled([written("a", "- api: CreateMutex"), written("b", "- api: connect", scope="unsupported")])
    assert (rules.rule_count, faults) == (1, ())
    assert len(rules.digest) == 64


def test_without_a_rule_that_it_refers_to_a_rule_is_left_out() -> None:
    needs = written("a", "- match: b")
    assert compiled([needs])[0] == NO_RULES
    assert compiled([needs, written("b", "- api: connect")])[0].rule_count == 2


def test_faults_are_named_and_the_others_count() -> None:
    files = [
        written("a", "- api: connect"),
        written("a", "- api: send"),
        CapaFile("rule: 7", "b.yml"),
        CapaFile("rule:\n  meta: {name: c}\n  features: []", "c.yml"),
        CapaFile("rule: &x [*x]", "d.yml"),
        CapaFile("rule: [", "e.yml"),
    ]
    rules, faults = compiled(files)
    assert rules.rule_count == 1
    assert sorted({fault.partition(":")[0] for fault in faults}) == ["a.yml", "b.yml", "c.yml", "d.yml", "e.yml"]


def test_no_files_give_no_rules() -> None:
    assert compiled([]) == (NO_RULES, ())
