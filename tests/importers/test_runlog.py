"""Run logs, whole and broken: what was seen is kept, and what went wrong is told."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.exports import native
from fulgurite.importers.content import Content
from fulgurite.importers.runlog import MAX_LINE_BYTES, MAX_REASONS, RunLog, parse
from fulgurite.model.artifact import Artifact
from fulgurite.model.events import ForeignEvent
from fulgurite.model.flow import Flow
from fulgurite.model.report import OURS, Source
from fulgurite.model.runlog import ArtifactRecord, End, EventRecord, FlowRecord, Note, ProcessRecord, Progress
from tests import golden
from tests.builders import created, file_write, flow_owner, flow_start, log_header, process, run_log
from tests.strategies import EVENTS

COMPLETED = End(outcome="completed")
CUT_OFF = "The run was cut off: its log has no end."
UNREAD = "line(s) of the run's log could not be read and are left out."
DEED = EventRecord(event=file_write())


@pytest.mark.parametrize("case", golden.cases("importers/runlog"))
def test_the_cases(case: Any) -> None:
    golden.check(case / "report.json", native.body(parse(golden.input_of(case))))


def test_a_whole_log() -> None:
    records = (ProcessRecord(process=process()), EventRecord(event=created()), Progress(percent=5), DEED)
    report = parse(run_log(*records, end=COMPLETED))
    assert (report.outcome, report.reasons) == ("completed", ())
    assert report.processes == (process(),)
    assert report.events == (created(), file_write())
    assert (report.sample, report.machine) == (log_header().sample, log_header().machine)


def test_a_log_is_always_of_an_engine_of_ours() -> None:
    log = run_log(header=log_header(source=Source(name="other", engine="e")), end=COMPLETED)
    assert parse(log).source == Source(name=OURS, engine="e")


def test_a_log_without_end_is_partial() -> None:
    report = parse(run_log(DEED))
    assert (report.outcome, report.reasons) == ("partial", (CUT_OFF,))
    assert file_write() in report.events


def test_a_half_line_at_the_end_is_left_out() -> None:
    report = parse(run_log(DEED, DEED)[:-9])
    assert (report.outcome, report.reasons) == ("partial", (CUT_OFF, f"1 {UNREAD}"))
    assert report.events == (file_write(),)


def test_a_last_line_without_line_feed_is_read() -> None:
    assert parse(run_log(DEED, end=COMPLETED)[:-1]).outcome == "completed"


@pytest.mark.parametrize("records", [(), (EventRecord(event=created(9, kind="Existing")),)])
def test_a_log_that_shows_nothing_and_has_no_end_is_of_a_failed_run(records: Any) -> None:
    report = parse(run_log(*records))
    assert (report.outcome, report.reasons) == ("failed", (CUT_OFF,))


def test_the_keepers_reason_comes_first_and_instead_of_the_guess() -> None:
    report = parse(run_log(DEED, Note(text="a note")), end_reason="It ran out of memory.")
    assert (report.outcome, report.reasons) == ("partial", ("It ran out of memory.", "a note"))


def test_a_run_that_was_stopped_after_its_end_is_partial() -> None:
    report = parse(run_log(DEED, end=COMPLETED), end_reason="It was killed.")
    assert (report.outcome, report.reasons) == ("partial", ("It was killed.",))


def test_the_engines_own_word_on_its_end_holds() -> None:
    report = parse(run_log(end=End(outcome="failed", reason="The file could not be loaded.")))
    assert (report.outcome, report.reasons) == ("failed", ("The file could not be loaded.",))


@pytest.mark.parametrize(
    "line",
    [
        b"Segmentation fault",
        b"\xff\xfe",
        b'{"record":"odd"}',
        b'{"record":"event","event":{"event":"file"}}',
        b"[" * 100_000,
        b'{"record":"note","text":"' + b"x" * MAX_LINE_BYTES + b'"}',
        msgspec.json.encode(log_header()),
        b'{"record":"event","event":{"event":"foreign","bucket":"a","n":"b","d":{"c":' + b"[" * 99 + b"]" * 99 + b"}}}",
        b'{"record":"note","text":"\\ud800"}',
    ],
)
def test_garbage_between_the_lines_makes_the_run_partial(line: bytes) -> None:
    start, end = run_log(), msgspec.json.encode(COMPLETED)
    deed = msgspec.json.encode(DEED)
    report = parse(b"\n".join([start, line, b"  ", deed, end]))
    assert (report.outcome, report.reasons) == ("partial", (f"1 {UNREAD}",))
    assert report.events == (file_write(),)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "not the header"),
        (b"\n\n", "not the header"),
        (msgspec.json.encode(DEED), "not the header"),
        (run_log(header=log_header(log_version=2)), "its log_version is 2, this Fulgurite reads 1"),
    ],
)
def test_a_log_without_header_is_refused(data: bytes, fault: str) -> None:
    with pytest.raises(MalformedReport, match=fault):
        parse(data)


def test_the_last_facts_hold() -> None:
    records = (
        ProcessRecord(process=process()),
        ProcessRecord(process=process(terminated_ms=9)),
        FlowRecord(flow=Flow(flow=1, proto="tcp", src="a:1", dst="b:2")),
        FlowRecord(flow=Flow(flow=1, proto="tcp", src="a:1", dst="b:2", rx_bytes=5)),
        ArtifactRecord(artifact=Artifact(name="files/1", kind="martian")),
        ArtifactRecord(artifact=Artifact(name="files/1", kind="martian", size_bytes=5)),
    )
    report = parse(run_log(*records, end=COMPLETED))
    assert [one.terminated_ms for one in report.processes] == [9]
    assert [one.rx_bytes for one in report.flows] == [5]
    assert [one.size_bytes for one in report.artifacts] == [5]


def test_every_process_has_its_creation() -> None:
    records = (
        ProcessRecord(process=process(8, existing=True, started_ms=None)),
        ProcessRecord(process=process(1)),
        ProcessRecord(process=process(2, started_ms=70)),
        EventRecord(event=created(1)),
    )
    events = parse(run_log(*records, end=COMPLETED)).events
    assert events == (created(8, kind="Existing", at_ms=None), created(2, at_ms=70), created(1))


def test_every_flow_has_its_facts() -> None:
    records = (
        EventRecord(event=flow_start(1, at_ms=5)),
        EventRecord(event=flow_owner(1, procid=3)),
        EventRecord(event=flow_start(2, local_addr=None, local_port=None)),
        EventRecord(event=flow_start(3)),
        FlowRecord(flow=Flow(flow=3, proto="tcp", src="a:1", dst="b:2")),
    )
    flows = parse(run_log(*records, end=COMPLETED)).flows
    assert flows == (
        Flow(flow=1, proto="tcp", src="10.0.0.71:49152", dst="192.0.2.10:8080", procid=3, first_seen_ms=5),
        Flow(flow=2, proto="tcp", src=":", dst="192.0.2.10:8080"),
        Flow(flow=3, proto="tcp", src="a:1", dst="b:2"),
    )


def test_reasons_are_told_once_and_not_without_end() -> None:
    notes = [Note(text=f"note {number}") for number in range(MAX_REASONS + 5)]
    report = parse(run_log(*notes, *notes, end=COMPLETED))
    assert report.reasons[0] == "note 0"
    assert report.reasons[MAX_REASONS:] == ("5 more reason(s) are left out.",)


@pytest.mark.parametrize(
    ("data", "is_log"),
    [
        (run_log(), True),
        (b' { "record" : "header"', True),
        (b'{"record":"event"}', False),
        (b'{"a":{"record":"header"}}', False),
        (b"", False),
    ],
)
def test_a_log_is_told_by_its_first_line(data: bytes, is_log: bool) -> None:
    assert RunLog().sniff(Content(data)) is is_log


@given(st.lists(EVENTS, max_size=5), st.data())
def test_a_log_cut_anywhere_behind_its_header_is_read(events: Any, data: st.DataObject) -> None:
    log = run_log(*(EventRecord(event=event) for event in events), end=COMPLETED)
    at = data.draw(st.integers(len(run_log()), len(log) - 2))
    report = RunLog().parse(Content(log[:at]))
    assert report.outcome in {"partial", "failed"}
    assert report.events == tuple(events[: len(report.events)])


@given(st.lists(EVENTS, max_size=5))
def test_what_an_engine_writes_is_read_back(events: Any) -> None:
    report = parse(run_log(*(EventRecord(event=event) for event in events), end=COMPLETED))
    assert report.events == tuple(events)


def test_values_of_a_foreign_event_within_bounds_are_kept() -> None:
    event = ForeignEvent(bucket="misc", n="x", d={"a": [[1]]})
    assert parse(run_log(EventRecord(event=event), end=COMPLETED)).events == (event,)
