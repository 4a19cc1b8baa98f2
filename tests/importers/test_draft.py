"""A report in the making."""

from typing import Any

from fulgurite.importers.draft import Draft
from fulgurite.model.events import DnsQuery, ProcessCreate, ProcessTerminate
from fulgurite.model.process import Process
from tests.builders import file_write, registry_read


def _process(pid: int, ppid: int | None = None, **fields: Any) -> Process:
    return Process(procid=0, pid=pid, ppid=ppid, **fields)


def test_pids_that_are_used_again_are_told_apart() -> None:
    draft = Draft()
    assert [draft.add_process(_process(pid)) for pid in (100, 200, 100)] == [1, 2, 3]
    assert draft.procid_of(100) == 3
    assert draft.procids_of(100) == [1, 3]
    assert draft.procid_of(5) is None


def test_parents_are_those_that_came_before() -> None:
    draft = Draft()
    for pid, ppid in ((1, 9), (2, 1), (1, 2), (3, 1), (4, 4), (5, 6), (6, 5)):
        draft.add_process(_process(pid, ppid))
    draft.link_parents()
    assert [one.procid_parent for one in draft.processes] == [None, 1, 2, 3, None, None, 6]


def test_the_same_event_again_is_a_count() -> None:
    draft = Draft()
    places = [draft.add(file_write(), 5), draft.add(file_write(), 6, 3), draft.add(registry_read(), 7)]
    draft.start_block()
    places.append(draft.add(registry_read(), 8))
    draft.settle_clock()
    events, order = draft.placed()
    assert places == [0, 0, 1, 3]
    assert [(event.at_ms, event.count) for event in events] == [(0, 4), (2, 1), (3, 1)]
    assert [order[place] for place in places] == [0, 0, 1, 2]


def test_events_stand_in_order_of_time() -> None:
    draft = Draft()
    late = draft.add(file_write(), 1_000_050)
    never = draft.add(registry_read())
    early = draft.add(registry_read("HKCU\\a"), 1_000_000)
    draft.add_network(DnsQuery(name="a.test", at_ms=3))
    draft.settle_clock()
    events, order = draft.placed()
    assert [event.at_ms for event in events] == [0, 50, None, 3]
    assert [order[place] for place in (early, late, never)] == [0, 1, 2]


def test_lives_are_told_once() -> None:
    draft = Draft()
    draft.add_process(_process(1, started_ms=1000, terminated_ms=1500))
    draft.add_births()
    draft.add_process(_process(2, started_ms=1100))
    draft.add_births(kind="Hidden")
    draft.end_process(2, 1200, 5)
    draft.add_deaths()
    draft.settle_clock()
    assert [one.terminated_ms for one in draft.processes] == [500, 200]
    assert draft.placed()[0] == (
        ProcessCreate(procid=1, at_ms=0),
        ProcessCreate(procid=2, at_ms=100, kind="Hidden"),
        ProcessTerminate(procid=2, at_ms=200, status=5),
        ProcessTerminate(procid=1, at_ms=500),
    )


def test_pids_that_become_known_later() -> None:
    draft = Draft()
    draft.add_process(Process(procid=0))
    draft.name_pid(1, None)
    draft.name_pid(1, 77)
    assert draft.procid_of(77) == 1
    assert draft.processes[0].pid == 77


def test_coverage_grows_with_the_events() -> None:
    draft = Draft()
    draft.add_process(Process(procid=0, cmd="a.exe /x"))
    draft.add(file_write("C:\\a"))
    draft.cover()
    assert draft.is_covered("file", "write", "C:\\a")
    assert draft.is_covered("command", "", "a.exe /x")
    assert not draft.is_covered("file", "", "C:\\b")
    draft.add(file_write("C:\\c"))
    draft.cover()
    assert draft.is_covered("file", "", "C:\\c")


def test_images_have_the_drive_in_front() -> None:
    draft = Draft()
    draft.add_process(Process(procid=0, image="\\??\\C:\\Windows\\System32\\svchost.exe"))
    draft.add_process(Process(procid=0, image="\\Device\\HarddiskVolume2\\a.exe"))
    draft.add_process(Process(procid=0))
    assert [one.image for one in draft.processes] == ["C:\\Windows\\System32\\svchost.exe", "C:\\a.exe", None]


def test_a_process_comes_up_when_it_turns_out_to() -> None:
    draft = Draft()
    draft.add_process(Process(procid=0, started_ms=900))
    draft.add_process(Process(procid=0))
    draft.add_births()
    draft.update(1, started_ms=100)
    draft.update(2, started_ms=300)
    draft.settle_clock()
    events, _ = draft.placed()
    assert [event.at_ms for event in events] == [0, 200]
