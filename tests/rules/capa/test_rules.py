"""Files in capa's format: what is taken, what is passed over, what is at fault."""

import textwrap

import pytest

from fulgurite.rules.capa import NO_RULES, CapaFile, compiled
from fulgurite.rules.capa.capability import capabilities, listed
from tests import builders

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


def test_what_could_keep_its_reader_busy_or_crash_it_is_refused_before() -> None:
    doubled = "".join(f"    x{n}: &a{n} {{or: [{','.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 10))
    files = [
        CapaFile(f"rule:\n  meta:\n    x0: &a0 {{api: a}}\n{doubled}  features: [*a9]\n", "laughs.yml"),
        CapaFile("rule: " + "[" * 30_000, "deep.yml"),
        written("behind", "- string: /a(?=b)/"),
        CapaFile("rule: \x01", "control.yml"),
    ]
    rules, faults = compiled(files)
    assert rules == NO_RULES
    assert faults[:2] == ("laughs.yml:4: aliases are not allowed", "deep.yml:1: nests deeper than 60 levels")
    assert faults[2].startswith("behind.yml:1: capa: /a(?=b)/: ")
    assert faults[3].startswith("control.yml:1: no YAML: ")


@pytest.mark.parametrize(
    ("pattern", "holds"), [("/(a+)+b/", False), ("/A+$/i", True), ("/A+/", False), ("/^(x|xx|.)*a/", True)]
)
def test_regular_expressions_take_linear_time(pattern: str, *, holds: bool) -> None:
    features = f"- or:\n  - and:\n    - string: {pattern}\n    - api: connect\n  - string: {pattern}"
    rules, faults = compiled([written("a", features)])
    asked = builders.report(events=(builders.file_write("C:\\x" + "a" * 4_000),))
    assert faults == ()
    assert [one.name for one in capabilities(rules, asked)] == ["capa: a"] * holds


def test_what_is_in_force_can_be_listed() -> None:
    files = [written("a b", "- api: connect"), written("b", "- api: send", more="    lib: true\n")]
    assert [one.label for one in listed(compiled(files)[0])] == ["capa_a_b"]
    assert listed(NO_RULES) == ()


def test_no_files_give_no_rules() -> None:
    assert compiled([]) == (NO_RULES, ())
