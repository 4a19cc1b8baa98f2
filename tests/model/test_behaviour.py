"""What counts as something that the sample did."""

import pytest

from fulgurite.model.behaviour import deeds, saw_behaviour
from fulgurite.model.events import Event, ForeignEvent, ModuleLoad, ProcessCreate, ProcessTerminate
from tests.builders import created, file_write, process

SYSTEM = process(9, existing=True)
SAMPLE = process(1, procid_parent=9)
CHILD = process(2, procid_parent=1)
ORPHAN = process(3)


@pytest.mark.parametrize(
    "event",
    [
        created(9, kind="Existing"),
        created(1),
        created(3),
        created(77),
        ProcessCreate(),
        ProcessTerminate(procid=1),
        ModuleLoad(procid=1, path="C:\\Windows\\System32\\kernel32.dll"),
        ForeignEvent(bucket="misc", n="analog.header", d={}),
    ],
)
def test_coming_up_and_ending_is_no_deed(event: Event) -> None:
    assert not saw_behaviour((SYSTEM, SAMPLE, CHILD, ORPHAN), (event,))


@pytest.mark.parametrize("event", [file_write(), created(2), ForeignEvent(bucket="misc", n="windows.something", d={})])
def test_deeds(event: Event) -> None:
    assert saw_behaviour((SYSTEM, SAMPLE, CHILD, ORPHAN), (created(9), event))


def test_a_parent_that_is_not_known_is_none_of_the_samples() -> None:
    assert not saw_behaviour((CHILD,), (created(2),))


def test_deeds_are_counted_up_to_a_number() -> None:
    assert deeds((SAMPLE,), (file_write(),) * 5, most=9) == 5
    assert deeds((SAMPLE,), (created(1), *(file_write(),) * 5), most=3) == 3
