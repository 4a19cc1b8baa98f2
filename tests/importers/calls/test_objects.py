"""Named kernel objects."""

from typing import Any

import pytest

from fulgurite.model.events import SyncObject
from tests.importers.calls.made import made


@pytest.mark.parametrize(
    ("api", "name", "kind", "op"),
    [
        ("NtCreateMutant", "MutexName", "mutant", "MutantCreate"),
        ("NtOpenMutant", "mutant_name", "mutant", "MutantOpen"),
        ("CreateMutexW", "lpName", "mutant", "MutantCreate"),
        ("NtCreateEvent", "EventName", "event", "EventCreate"),
        ("NtOpenEvent", "event_name", "event", "EventOpen"),
        ("NtCreateSemaphore", "SemaphoreName", "semaphore", "SemaphoreCreate"),
        ("NtFindAtom", "AtomName", "atom", "AtomFind"),
    ],
)
def test_rows(api: str, name: str, kind: str, op: str) -> None:
    args: dict[str, Any] = {name: "x"}
    event = made(api, **args)
    assert event == SyncObject(procid=1, object=kind, name="x", op=op, status=0)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "(null)", "0x0", None])
def test_objects_without_a_name_are_left(name: str | None) -> None:
    assert made("NtCreateMutant", MutexName=name) is None


def test_that_it_was_there_already_is_told() -> None:
    event = made("NtCreateMutant", MutexName="x", returned="0x40000000")
    assert isinstance(event, SyncObject)
    assert event.status == 0x40000000
