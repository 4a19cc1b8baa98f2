"""The index: it leaves out what cannot hold, and nothing else."""

import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import rules
from fulgurite.model.events import ApiCall, Event, FileAccess
from fulgurite.rules.conditions import leaves
from fulgurite.rules.document import Faults, read
from fulgurite.rules.facts import Facts
from fulgurite.rules.fields import FIELDS
from fulgurite.rules.fieldtests import checks
from fulgurite.rules.index import MAX_VALUE, KindIndex, folded
from fulgurite.rules.rule import AllTests, Check, FieldTest, Kind, NotTest, Record, Seen
from tests.builders import report
from tests.strategies import reports

BUILTIN = rules.load_builtin()


def _holds(check: Check, record: Record, facts: Facts) -> bool:
    """Without any index."""
    if isinstance(check, FieldTest):
        value = folded(FIELDS[type(record)][check.field].get(record, facts))
        return (value is not None or check.takes_unknown) and check.holds(value)
    if isinstance(check, NotTest):
        return not _holds(check.check, record, facts)
    held = sum(_holds(one, record, facts) for one in check.checks)
    return held == len(check.checks) if isinstance(check, AllTests) else held >= check.least


def _of_kind(kind: Kind) -> list[Seen]:
    return [seen for rule in BUILTIN.rules for seen in leaves(rule.when) if seen.kind is kind]


CONDITIONS = {kind: _of_kind(kind) for kind in BUILTIN.kinds}


def _passed(index: KindIndex, record: Record, facts: Facts) -> set[Seen]:
    found = index.remembered(record, facts)
    return {seen for seen, moving in found if all(passes(record, {}, facts) for passes in moving)}


@given(reports())
def test_it_changes_nothing_for_any_report(seen: Any) -> None:
    facts = Facts(seen)
    for record in (*seen.events, *seen.processes, *seen.artifacts, *seen.flows, seen.sample):
        conditions = CONDITIONS.get(type(record), [])
        if conditions:
            wanted = {one for one in conditions if _holds(AllTests(one.tests), record, facts)}
            assert _passed(BUILTIN.kinds[type(record)], record, facts) == wanted


WORDS = [
    "Run",
    "cmd.exe",
    "powershell",
    "\\System32\\",
    "temp",
    ".exe",
    "delete",
    "shadows",
    "x",
    "\u0130\u212a",
    "\udc80",
]


@given(st.lists(st.sampled_from(WORDS), max_size=6), st.sampled_from(["read", "write", "delete", "rename"]))
def test_it_changes_nothing_for_likely_words(words: list[str], verb: Any) -> None:
    record = FileAccess(verb=verb, path="".join(words), op="x")
    facts = Facts(report())
    wanted = {one for one in CONDITIONS[FileAccess] if _holds(AllTests(one.tests), record, facts)}
    assert _passed(BUILTIN.kinds[FileAccess], record, facts) == wanted


def _index(*texts: str, kind: type[Event] = FileAccess) -> tuple[KindIndex, list[Seen]]:
    seen = []
    for text in texts:
        node = read(text, Faults("a.yml"))
        assert node is not None
        seen.append(Seen(kind, checks(kind, node, Faults("a.yml"))))
    return KindIndex(kind, seen), seen


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("{path: {contains: needle}}", 0),
        ("{verb: delete}", 0),
        ("{path: {regex: '.*(needle|thread).*'}}", 0),
        ("{any: [{path: needle}, {dst: needle}]}", 0),
        ("{any: [{path: needle}, {succeeded: true}]}", 1),
        ("{path: {contains: x}}", 1),
        ("{written: true}", 1),
        ("{dst: {exists: false}}", 1),
        ("{not: {path: needle}}", 1),
        ("{}", 1),
    ],
)
def test_what_has_an_anchor_is_not_asked_of_other_records(text: str, asked: int) -> None:
    index, _ = _index(text)
    record = FileAccess(verb="read", path="C:\\hay", op="x")
    assert index.asked_always == asked
    assert len(index.candidates(record, {}, Facts(report()))) == asked


def test_texts_of_several_are_looked_for_each() -> None:
    index, (seen,) = _index("{args: {contains: needle}}", kind=ApiCall)
    facts = Facts(report())
    assert _passed(index, ApiCall(api="a", args=("hay", "a NEEDLE")), facts) == {seen}
    assert _passed(index, ApiCall(api="a", args=("hay",)), facts) == set()


def test_records_are_alike_in_what_is_asked_for() -> None:
    index, _ = _index("{verb: write}")
    one, other = (FileAccess(verb="write", path=path, op="x") for path in "ab")
    assert index.key(one) == index.key(other)
    assert index.key(one) != index.key(FileAccess(verb="read", path="a", op="x"))


def test_many_texts_are_several_automata() -> None:
    texts = [f"needle{number}x" for number in range(5_000)]
    index, seen = _index(*(f"{{path: {{contains: {text}}}}}" for text in texts))
    record = FileAccess(verb="write", path=f"C:\\{texts[7]}\\{texts[4_900]}", op="x")
    assert _passed(index, record, Facts(report())) == {seen[7], seen[4_900]}


@pytest.mark.parametrize(("value", "found"), [("Ab", "ab"), (("A", "b"), ("a", "b")), (7, 7), (None, None)])
def test_values_compare_without_case(value: Any, found: Any) -> None:
    assert folded(value) == found


def test_values_are_cut() -> None:
    cut = typing.cast("str", folded("A" * (MAX_VALUE + 5)))
    assert cut == "a" * MAX_VALUE
