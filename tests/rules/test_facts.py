"""What is known beside the event: processes, paths written so far, what success means."""

import pytest

from fulgurite.model.artifact import Artifact
from fulgurite.model.events import FileAccess, Injection
from fulgurite.model.flow import Flow
from fulgurite.rules.facts import Facts
from tests.builders import file_write, flow_owner, flow_start, process, registry_read, report

SHELL = process(9, image="C:\\Windows\\explorer.exe", orig=True, existing=True)
SAMPLE = process(1, image="C:\\a\\Sample.exe", procid_parent=9)
CMD = process(2, image="C:\\Windows\\System32\\cmd.exe", orig=True, procid_parent=1)


def _facts(**fields: object) -> Facts:
    return Facts(report(**{"processes": (SHELL, SAMPLE, CMD), **fields}))


@pytest.mark.parametrize(
    ("event", "path"),
    [
        (file_write("C:\\x.exe"), "c:/X.EXE"),
        (file_write("\\??\\C:\\x.exe"), "C:\\x.exe"),
        (file_write("C:\\x.exe"), '"C:\\x.exe"'),
        (FileAccess(verb="rename", op="Rename", path="C:\\y", dst="C:\\x.exe"), "C:\\x.exe"),
        (FileAccess(verb="read", op="OpenRead", path="C:\\y", dst="C:\\x.exe"), "C:\\x.exe"),
    ],
)
def test_what_was_written_is_known_from_then_on(event: FileAccess, path: str) -> None:
    facts = _facts()
    assert facts.was_written(path) is False
    facts.note(event)
    assert facts.was_written(path) is True


@pytest.mark.parametrize(
    "event",
    [
        file_write("C:\\x.exe", status=0xC0000022),
        FileAccess(verb="read", op="OpenRead", path="C:\\x.exe"),
        FileAccess(verb="rename", op="Rename", path="C:\\x.exe", dst="C:\\z"),
        registry_read("C:\\x.exe"),
    ],
)
def test_other_events_write_nothing(event: FileAccess) -> None:
    facts = _facts()
    facts.note(event)
    assert facts.was_written("C:\\x.exe") is False


def test_dropped_files_that_were_left_are_known_from_the_start() -> None:
    artifacts = (
        Artifact(name="a", kind="martian", path="C:\\x.exe"),
        Artifact(name="b", kind="martian"),
        Artifact(name="c", kind="region", path="C:\\y.exe"),
    )
    facts = _facts(artifacts=artifacts)
    assert facts.was_written("C:\\X.exe") is True
    assert facts.was_written("C:\\y.exe") is False
    assert facts.was_written(None) is None


def test_case_counts_where_the_system_is_not_windows() -> None:
    facts = _facts(os="linux")
    facts.note(file_write("/srv/x", status=0))
    assert (facts.was_written("/srv/x"), facts.was_written("/srv/X")) == (True, False)


def test_processes_and_their_parents() -> None:
    facts = _facts()
    assert (facts.process(None), facts.process(77), facts.parent(77), facts.parent(9)) == (None, None, None, None)
    assert facts.parent(2) == SAMPLE
    assert (facts.name(None), facts.name("C:\\a\\b.exe")) == (None, "b.exe")


def test_who_is_the_sample() -> None:
    facts = _facts()
    assert [facts.is_sample(one) for one in (SAMPLE, CMD, SHELL, process(5), None)] == [True, False, False, True, None]


@pytest.mark.parametrize(
    ("path", "procid", "is_own"),
    [
        ("c:\\A\\sample.EXE", 1, True),
        ("c:\\A\\sample.EXE", 2, True),
        ("C:\\Windows\\System32\\cmd.exe", 2, False),
        ("C:\\Windows\\explorer.exe", 1, False),
        ("c:\\A\\sample.EXE", 9, False),
        ("c:\\A\\sample.EXE", None, False),
    ],
)
def test_a_program_knows_its_own_file(path: str, procid: int | None, is_own: bool) -> None:
    assert _facts().is_own(path, procid) is is_own


def test_processes_that_are_one_anothers_parents_end_the_search() -> None:
    loop = (process(1, procid_parent=2, image=None), process(2, procid_parent=1, image="C:\\b.exe"))
    facts = _facts(processes=loop)
    assert facts.is_own("C:\\b.exe", 1) is True
    assert facts.is_own("C:\\c.exe", 1) is False


@pytest.mark.parametrize(
    ("os", "status", "has_succeeded"),
    [
        ("windows", None, True),
        ("windows", 0, True),
        ("windows", 0x40000000, True),
        ("windows", 0xC0000034, False),
        ("linux", 0, True),
        ("linux", 2, False),
        ("linux", None, True),
    ],
)
def test_success(os: str, status: int | None, has_succeeded: bool) -> None:
    assert _facts(os=os).has_succeeded(status) is has_succeeded


def test_who_acted_in_a_flow() -> None:
    flows = (Flow(flow=1, proto="tcp", src="a:1", dst="b:2", procid=1), Flow(flow=2, proto="tcp", src="a:1", dst="b:2"))
    facts = _facts(flows=flows, events=(flow_owner(2, procid=2), flow_owner(1, procid=2), flow_owner(3, procid=2)))
    events = [
        flow_start(1),
        flow_start(2),
        flow_start(3),
        flow_start(4),
        flow_start(1, procid=9),
        file_write(procid=None),
    ]
    assert [facts.actor(event) for event in events] == [1, 2, 2, None, 9, None]


def test_ancestors_and_trees() -> None:
    facts = _facts()
    assert [one.procid for one in facts.ancestors(2)] == [1, 9]
    assert [facts.root(procid) for procid in (2, 1, 9, 77, None)] == [1, 1, 9, 77, None]
    circle = _facts(processes=(process(1, procid_parent=2), process(2, procid_parent=1)))
    assert [one.procid for one in circle.ancestors(1)] == [2]


def test_who_was_injected() -> None:
    facts = _facts()
    assert not facts.was_injected(CMD)
    facts.note(Injection(procid=1, op="x", procid_target=2))
    facts.note(Injection(procid=1, op="x", procid_target=1))
    assert [facts.was_injected(one) for one in (CMD, SAMPLE, process(5, injected=True))] == [True, False, True]
