"""The digest of a report: each deed once, bounded, with nothing counted twice."""

import typing

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model import digest as module
from fulgurite.model.digest import LISTS, MAX_LINES, MAX_TEXT, Digest, digest
from fulgurite.model.events import (
    DnsAnswer,
    DnsQuery,
    Event,
    FileAccess,
    FlowOwner,
    FlowStart,
    HttpRequest,
    HttpResponse,
    Injection,
    ProcessCreate,
    ProcessTerminate,
    RegistryAccess,
)
from tests.builders import report
from tests.strategies import reports


def _of(*events: Event, **fields: typing.Any) -> Digest:
    return digest(report(events=events, **fields))


def test_a_deed_done_again_is_one_line() -> None:
    path = "C:\\a.exe"
    made = _of(
        FileAccess(procid=1, at_ms=5, verb="write", path=path, op="NtCreateFile", status=0),
        FileAccess(procid=2, at_ms=9, verb="write", path=path, op="NtWriteFile", status=0, count=3),
        FileAccess(procid=2, at_ms=9, verb="delete", path=path, op="NtDeleteFile", status=0),
    )
    written, deleted = made.of("files").lines
    assert (written.what, written.verb, written.count, written.procids) == (path, "write", 4, (1, 2))
    assert (written.event, written.at_ms) == (0, 5)
    assert (deleted.verb, deleted.event) == ("delete", 2)
    assert (made.of("files").distinct, made.of("files").events) == (2, 5)
    assert made.processes == {1: {"file": 1}, 2: {"file": 2}}, "as many as a list of events has lines"


def test_what_was_only_tried_comes_last() -> None:
    made = _of(
        RegistryAccess(verb="write", path="HKLM\\a", op="x", status=0xC0000022),
        RegistryAccess(verb="write", path="HKLM\\b", op="x", status=0, value=7),
    )
    assert [(line.what, line.has_failed, line.note) for line in made.of("registry").lines] == [
        ("HKLM\\b", False, "7"),
        ("HKLM\\a", True, None),
    ]


def test_on_linux_any_status_is_a_failure() -> None:
    made = _of(FileAccess(verb="read", path="/a", op="open", status=2), os="linux")
    assert made.of("files_read").lines[0].has_failed


def test_a_name_with_its_answers() -> None:
    made = _of(
        DnsQuery(procid=3, name="a.example", flow=2),
        DnsAnswer(name="a.example", values=("192.0.2.1", "192.0.2.2")),
        DnsQuery(procid=3, name="a.example", flow=2),
    )
    (line,) = made.of("names").lines
    assert (line.what, line.verb, line.note, line.flow, line.count) == ("a.example", "A", "192.0.2.1, 192.0.2.2", 2, 2)


def test_a_request_with_its_answer() -> None:
    made = _of(
        HttpRequest(method="GET", url="http://a.example/", flow=4, index=0),
        HttpResponse(status=404, flow=4, index=0),
        HttpRequest(method="GET", url="http://b.example/"),
    )
    assert [line.note for line in made.of("requests").lines] == ["404", None]


def test_injections_are_told_apart_by_target() -> None:
    made = _of(Injection(procid=1, op="a", procid_target=2), Injection(procid=1, op="a", procid_target=3))
    assert [line.procid_target for line in made.of("injections").lines] == [2, 3]


def test_lists_are_bounded_and_say_so() -> None:
    made = _of(*(FileAccess(verb="write", path=f"C:\\{n}", op="x") for n in range(module.MAX_TOLD_APART + 50)))
    found = made.of("files")
    assert (len(found.lines), found.distinct, found.events) == (MAX_LINES, 5_050, 5_050)


def test_long_texts_are_cut() -> None:
    (line,) = _of(FileAccess(verb="write", path="x" * 5_000, op="x")).of("files").lines
    assert len(line.what) == MAX_TEXT


def test_every_kind_is_told_or_stands_in_processes_and_flows() -> None:
    untold = {ProcessCreate, ProcessTerminate, FlowStart, FlowOwner, HttpResponse}
    assert set(module._TELLERS) | untold == set(typing.get_args(Event))
    assert not set(module._TELLERS) & untold


@given(st.data())
def test_any_report_has_a_digest_that_is_read_back(data: st.DataObject) -> None:
    given_report = data.draw(reports())
    made = digest(given_report)
    assert msgspec.json.decode(msgspec.json.encode(made), type=Digest) == made
    assert set(made.lists) <= set(LISTS)
