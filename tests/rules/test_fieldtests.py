"""The fields of a condition as checks on one record."""

from typing import Any

import pytest

from fulgurite.model.events import Event, FileAccess, HttpRequest, ProcessCreate
from fulgurite.rules.document import Faults, read
from fulgurite.rules.facts import Facts
from fulgurite.rules.fieldtests import checks
from fulgurite.rules.index import KindIndex
from fulgurite.rules.rule import Check, FieldTest, Seen
from tests.builders import process, report

PROCESSES = (
    process(9, image="C:\\Windows\\explorer.exe", existing=True),
    process(1, image="C:\\Office\\winword.exe", procid_parent=9),
    process(2, image="C:\\Windows\\cmd.exe", procid_parent=1, cmd="cmd /c Run Now"),
    process(3, image="C:\\Windows\\a.exe", procid_parent=2),
)
FILE = FileAccess(procid=1, verb="write", op="x", path="C:\\Dir\\File.TXT", status=0)


def _checks(kind: type[Event], text: str) -> tuple[tuple[Check, ...], list[str]]:
    faults = Faults("a.yml")
    node = read(text, faults)
    assert node is not None
    return checks(kind, node, faults), faults.lines


def _passes(event: Event, text: str) -> bool:
    found, faults = _checks(type(event), text)
    assert faults == []
    seen = Seen(type(event), found)
    facts = Facts(report(processes=PROCESSES))
    passed = KindIndex(type(event), [seen]).remembered(event, facts)
    return any(all(passes(event, {}, facts) for passes in moving) for _, moving in passed)


@pytest.mark.parametrize(
    ("event", "text", "holds"),
    [
        (FILE, "{path: {starts: 'c:\\dir', ends: .txt}}", True),
        (FILE, "{path: {contains: {not: x}}}", None),
        (FILE, "{path: {all: [{contains: dir}, {contains: file}]}}", True),
        (FILE, "{path: {all: [{contains: dir}, {contains: none}]}}", False),
        (FILE, "{dst: {exists: false}}", True),
        (FILE, "{dst: {exists: true}}", False),
        (FILE, "{path: {exists: true, ends: .txt}}", True),
        (FILE, "{path: {exists: true, ends: .exe}}", False),
        (FILE, "{dst: {not: x}}", False),
        (FILE, "{not: {dst: x}}", True),
        (FILE, "{not: {path: {contains: dir}}}", False),
        (FILE, "{any: [{path: x}, {ext: txt}]}", True),
        (FILE, "{any: [{path: x}, {ext: exe}]}", False),
        (FILE, "{all: [{verb: write}, {any: [{ext: txt}, {dst: x}]}]}", True),
        (FILE, "{status: {bits: 0, below: 1}}", True),
        (FILE, "{process.name: winword.exe, process.injected: false}", True),
        (ProcessCreate(procid=3), "{ancestor.name: winword.exe, parent.name: cmd.exe}", True),
        (ProcessCreate(procid=3), "{ancestor.cmd: {contains: run now}}", True),
        (ProcessCreate(procid=2), "{ancestor.name: cmd.exe}", False),
        (HttpRequest(method="GET", url="http://10.1.2.3/"), "{host: {cidr: [192.168.0.0/16, 10.0.0.0/8]}}", True),
        (HttpRequest(method="GET", url="http://a.test/"), "{host: {cidr: 10.0.0.0/8}}", False),
    ],
)
def test_records(event: Event, text: str, holds: bool | None) -> None:
    if holds is None:
        assert _checks(type(event), text)[1] != []
    else:
        assert _passes(event, text) is holds


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{any: []}", "'any' must be a list of fields with their tests"),
        ("{all: {path: x}}", "'all' must be a list of fields with their tests"),
        ("{not: [x]}", "expected the fields of the event"),
        ("{path: {exists: maybe}}", "'exists' is true or false"),
        ("{path: {exists: false, ends: x}}", "what is not there passes no further test"),
        ("{path: {all: []}}", "no test: 'all'"),
        ("{path: {cidr: x}}", "pattern not allowed: no network: x"),
        ("{any: [{odd: 1}, {path: 1}]}", "no field of this kind of event: 'odd'"),
    ],
)
def test_faults(text: str, fault: str) -> None:
    _, faults = _checks(FileAccess, text)
    assert fault in faults[0]


@pytest.mark.parametrize(
    ("text", "words", "atoms"),
    [
        ("{path: abc}", {"abc"}, {"abc"}),
        ("{path: [abc, DEF]}", {"abc", "def"}, {"abc", "def"}),
        ("{path: {contains: [abcd, xy]}}", None, None),
        ("{path: {contains: abc, ends: longer}}", None, {"longer"}),
        ("{path: {not: abc}}", None, None),
        ("{status: [1, 2]}", {1, 2}, None),
        ("{path: {regex: '.*(abc|def)'}}", None, {"abc", "def"}),
    ],
)
def test_what_the_index_is_told(text: str, words: Any, atoms: Any) -> None:
    ((check,), _) = _checks(FileAccess, text)
    assert isinstance(check, FieldTest)
    assert (check.words, check.atoms) == (words, atoms)
