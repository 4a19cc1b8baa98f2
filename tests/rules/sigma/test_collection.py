"""Files in Sigma's format: what a rule says, faults with their lines, several in one file, hostile ones."""

import textwrap

import yaml
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.rules.sigma import compiled
from tests.rules.sigma.written import labels, read, rule

MORE = """id: 1a2b3c4d-0000-4000-8000-000000000000
status: test
level: high
description: What it is about.
references: [https://example.test/a]
falsepositives: [Administrators, Unknown]
tags: [attack.execution, attack.t1059.003, attack.t9999, cve.2021-1]
"""
SIMPLE = "a: {Image|endswith: cmd.exe}\ncondition: a"


def test_what_a_rule_says_is_carried() -> None:
    (one,) = read(rule(SIMPLE, more=MORE)).rules.rules
    assert (one.name, one.score, one.confidence, one.os) == ("A rule", 6, "medium", ("windows",))
    assert one.ttps == ("T1059.003",)
    assert (one.benign, one.description) == ("Administrators", "What it is about.")
    assert (one.tags, one.references) == (("sigma",), ("https://example.test/a",))


def test_it_is_about_its_system_only() -> None:
    assert labels(rule(SIMPLE, product="linux")) == []
    assert labels(rule(SIMPLE)) == ["one_0"]


def test_several_rules_in_one_file_have_labels_and_lines_of_their_own() -> None:
    second = rule("a: {Image: b}\ncondition: c", more="").replace("A rule", "Another")
    third = rule(SIMPLE).replace("A rule", "A third")
    found = read("---\n".join([rule(SIMPLE), second, third]))
    assert [one.label for one in found.rules.rules] == ["one_0", "one_0_3"]
    (fault,) = found.faults
    assert fault.startswith("0.yml:8: ")


def test_log_sources_that_are_nothing_here_are_named() -> None:
    for category, product, told in (
        ("ps_script", "windows", "category ps_script, product windows"),
        ("process_creation", "okta", "product okta"),
    ):
        (fault,) = read(rule(SIMPLE, category=category, product=product)).faults
        assert told in fault


def test_broken_files_leave_the_others_alone() -> None:
    bomb = "logsource: &a [x]\ndetection: [*a, *a]\n"
    deep = "logsource: " + "[" * 500 + "]" * 500
    found = read(rule(SIMPLE), bomb, deep, "logsource: {\n", "logsource: 1\ntitle: 2\n", "logsource: x\n" * 2)
    assert [one.label for one in found.rules.rules] == ["one_0"]
    files = {fault.partition(":")[0] for fault in found.faults}
    assert files == {f"{number}.yml" for number in range(1, 6)}
    assert any("aliases are not allowed" in fault for fault in found.faults)
    assert any("nests deeper" in fault for fault in found.faults)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.fixed_dictionaries({"title": _VALUES, "logsource": _VALUES, "detection": _VALUES, "level": _VALUES}))
def test_no_values_end_in_anything_but_a_rule_or_a_fault(fields: dict[str, object]) -> None:
    text = yaml.safe_dump(fields)
    found = compiled([("a", text, "a.yml")])
    assert len(found.rules) + len(found.faults) >= 1


@given(st.text(max_size=200), st.text(max_size=60))
def test_no_condition_ends_in_anything_but_a_rule_or_a_fault(condition: str, value: str) -> None:
    fields = {
        "title": "a",
        "logsource": {"category": "process_creation"},
        "detection": {"a": {"Image|re": value}, "b": {"CommandLine": value}, "condition": condition},
    }
    found = compiled([("a", yaml.safe_dump(fields), "a.yml")])
    assert len(found.rules) + len(found.faults) == 1


def test_text_that_is_no_yaml() -> None:
    text = textwrap.dedent("""
        logsource:
          category: file_event
         broken
    """)
    (fault,) = read(text).faults
    assert "no YAML" in fault
    assert fault.startswith("0.yml:4: ")
