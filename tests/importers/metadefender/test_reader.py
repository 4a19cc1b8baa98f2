"""Bodies of the v4 lookup as reports: typed where that is exact, kept as they came where it is not."""

import json
from typing import Any

import pytest

from fulgurite.errors import MalformedReport
from fulgurite.exports import native
from fulgurite.importers.content import Content
from fulgurite.importers.metadefender import MetaDefender
from fulgurite.importers.metadefender.reader import parse
from fulgurite.model.events import FileAccess, FlowOwner, FlowStart, ForeignEvent, ProcessCreate
from fulgurite.model.report import Report
from tests import golden

PLAIN = golden.DATA / "importers/metadefender/plain"
DONE = {"scan_results": {"progress_percentage": 100}}


def _read(**top: Any) -> Report:
    return parse(json.dumps({**DONE, **top}).encode())


def _plain() -> Any:
    return json.loads(golden.input_of(PLAIN))


@pytest.mark.parametrize("case", golden.cases("importers/metadefender"))
def test_the_cases(case: Any) -> None:
    golden.check(case / "report.json", native.body(parse(golden.input_of(case))))


def test_the_documented_example_is_typed() -> None:
    report = parse(json.dumps(golden.documented_body()).encode())
    foreign = [event.n for event in report.events if isinstance(event, ForeignEvent)]
    assert foreign == ["analog.header"]
    assert report.extra == {}
    assert (report.score, report.source.task) == (8, "210407-jjjlm1rz7x-behavioral1")
    assert [(one.procid, one.existing) for one in report.processes] == [
        (66, False),
        (70, False),
        (1, True),
        (2, True),
        (3, True),
    ]
    assert [one.name for one in report.artifacts][1] == "files/0x0005000000014927-1.dat"
    assert [one.score for one in report.signatures] == [8, None]


def test_who_made_it_on_what() -> None:
    report = parse(golden.input_of(PLAIN))
    assert (report.source.name, report.source.version, report.source.backend) == (
        "metadefender",
        "0.2",
        "sandbox-example",
    )
    assert (report.machine.system, report.machine.platform) == ("windows10", "windows10_x64")
    assert report.sample.sha256 == _plain()["sha256"].lower()
    assert report.requested_at is not None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"{", "metadefender: "),
        (b"[]", "expected an object"),
        (b"{}", "not finished"),
        (b'{"scan_results":1}', "not finished"),
        (b'{"scan_results":{"progress_percentage":99}}', "not finished"),
        (b'{"scan_results":{"progress_percentage":100},"details":[]}', "/details: expected an object"),
        (b'{"scan_results":{"progress_percentage":100},"details":{"data":[]}}', "/details/data: expected an object"),
        (b'{"scan_results":{"progress_percentage":100},"summary":1}', "/summary: expected an object"),
        (b'{"scan_results":{"progress_percentage":100},"md5":"x"}', "/md5: expected 32 hex digits"),
        (b'{"scan_results":{"progress_percentage":100},"sha1":7}', "/sha1: expected 40 hex digits"),
        (
            b'{"scan_results":{"progress_percentage":100},"sha256":"%s"}' % (b"a" * 32),
            "/sha256: expected 64 hex digits",
        ),
    ],
)
def test_what_is_no_finished_analysis_is_refused(data: bytes, fault: str) -> None:
    with pytest.raises(MalformedReport, match=fault):
        parse(data)


@pytest.mark.parametrize("empty", [None, ""])
def test_a_digest_may_be_missing(empty: str | None) -> None:
    assert _read(md5=empty).sample.md5 is None


@pytest.mark.parametrize(
    ("name", "text", "taken"),
    [
        ("sandbox_id", "0123456789abcdef01234567", "0123456789abcdef01234567"),
        ("sandbox_id", "../../etc", None),
        ("sandbox_id", 5, None),
        ("data_id", "bzIy-_=", "bzIy-_="),
        ("data_id", "a/b", None),
    ],
)
def test_names_are_taken_over_only_in_their_form(name: str, text: Any, taken: str | None) -> None:
    report = _read(**{name: text})
    assert getattr(report, name) == taken
    assert report.extra == {}


@pytest.mark.parametrize(
    ("text", "is_known", "is_exact"),
    [
        ("2022-01-02T03:04:05.006Z", True, True),
        ("2022-01-02T03:04:05Z", True, False),
        ("2022-01-02T05:04:05.006+02:00", True, False),
        ("2022-01-02T03:04:05", False, False),
        ("0001-01-01T00:00:00+09:00", False, False),
        ("yesterday", False, False),
        (7, False, False),
    ],
)
def test_the_time_of_the_request(text: Any, is_known: bool, is_exact: bool) -> None:
    report = _read(request_time=text)
    assert (report.requested_at is not None) is is_known
    assert report.extra == ({} if is_exact else {"/request_time": text})


def test_a_write_stands_before_the_process_started_from_it() -> None:
    kinds = [type(event) for event in parse(golden.input_of(PLAIN)).events]
    assert kinds.index(FileAccess) < kinds.index(ProcessCreate)
    assert {FlowOwner, FlowStart} <= set(kinds)


@pytest.mark.parametrize(
    ("item", "os"),
    [
        ({"n": "linux.file.read", "d": {}}, "linux"),
        ({"n": "net.flow.proc", "d": {}}, "windows"),
        ({"n": "analog.header", "d": {"platform": "macos-12"}}, "macos"),
        ({"n": "analog.header", "d": {"platform": "odd"}}, "windows"),
    ],
)
def test_the_family_of_systems(item: Any, os: str) -> None:
    assert _read(details={"data": {"misc": [item]}}).os == os


def test_a_process_of_the_summary_that_was_there_before_keeps_the_summary_as_it_came() -> None:
    body = _plain()
    shown = {"procid": 30, "pid": 900, "cmd": "C:\\Windows\\Explorer.EXE", "image": "C:\\Windows\\explorer.exe"}
    body["summary"]["processes"].append({**shown, "orig": True})
    report = parse(json.dumps(body).encode())
    assert [one.existing for one in report.processes] == [False, True]
    assert report.extra == {"/summary/processes": body["summary"]["processes"]}


def test_a_process_that_only_events_tell_of_keeps_the_summary_as_it_came() -> None:
    body = _plain()
    body["summary"]["processes"] = []
    report = parse(json.dumps(body).encode())
    assert [(one.procid, one.started_ms) for one in report.processes] == [(30, None), (31, 110)]
    assert report.extra == {"/summary/processes": []}


def test_a_creation_with_other_facts_than_the_summary_stays_foreign() -> None:
    body = _plain()
    body["summary"]["processes"][0]["pid"] = 7
    report = parse(json.dumps(body).encode())
    assert [event.n for event in report.events if isinstance(event, ForeignEvent)] == [
        "windows.proc.create",
        "analog.header",
    ]
    assert report.processes[0].pid == 7


def test_a_creation_that_cannot_be_read_makes_no_process() -> None:
    item = {"n": "windows.proc.create", "d": {"proc": 1, "pid": "7"}}
    report = _read(details={"procLabels": [item], "data": {"processes": [item]}})
    assert report.processes == ()
    assert [event.procid for event in report.events] == [1]
    assert report.extra == {}


def test_names_of_the_lists_are_pointers() -> None:
    report = _read(**{"a/b~c": 1}, details={"data": {"x/y": 1}, "z": 2}, summary={"w": 3})
    assert report.extra == {"/a~1b~0c": 1, "/details/data/x~1y": 1, "/details/z": 2, "/summary/w": 3}


def test_what_our_export_makes_anew_is_not_kept() -> None:
    report = _read(_id="x", scan_in_progress="x", sandbox_added={})
    assert report.extra == {}


@pytest.mark.parametrize(
    ("top", "outcome", "reasons", "kept"),
    [
        ({}, "completed", (), {}),
        ({"sandbox_outcome": "partial", "sandbox_warnings": ["a"]}, "partial", ("a",), {}),
        ({"sandbox_outcome": "odd", "sandbox_warnings": []}, "completed", (), {"sandbox_outcome", "sandbox_warnings"}),
        ({"sandbox_outcome": {}, "sandbox_warnings": [1]}, "completed", (), {"sandbox_outcome", "sandbox_warnings"}),
        ({"sandbox_warnings": "a"}, "completed", (), {"sandbox_warnings"}),
    ],
)
def test_how_the_run_ended(top: Any, outcome: str, reasons: tuple[str, ...], kept: set[str]) -> None:
    report = _read(**top)
    assert (report.outcome, report.reasons) == (outcome, reasons)
    assert {place.removeprefix("/") for place in report.extra} == set(kept)


@pytest.mark.parametrize(
    ("raw", "ttps", "is_kept"), [(["T1"], ("T1",), False), ([], (), False), ([1], None, True), (None, None, True)]
)
def test_techniques(raw: Any, ttps: tuple[str, ...] | None, is_kept: bool) -> None:
    report = _read(summary={"ttp": raw})
    assert report.ttps == ttps
    assert ("/summary/ttp" in report.extra) is is_kept


@pytest.mark.parametrize("told", [True, False, None, "yes"])
def test_whether_it_can_be_run_again(told: Any) -> None:
    report = _read(rescan_available=told)
    assert report.rescan_available is (told if isinstance(told, bool) else None)


@pytest.mark.parametrize(
    ("data", "is_body"),
    [
        (golden.input_of(PLAIN), True),
        (b' {"scan_results":{},"sandbox_version":', True),
        (b'{"scan_results":{"scan_details":{}},"file_info":{}}', False),
        (b'["scan_results","procLabels"]', False),
        (b"", False),
    ],
)
def test_a_body_is_told_by_its_marks(data: bytes, is_body: bool) -> None:
    assert MetaDefender().sniff(Content(data)) is is_body
