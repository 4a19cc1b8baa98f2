"""Named objects."""

import pytest

from fulgurite.model.events import SyncObject
from tests.engines.emulator.hooks.said import NATIVE, NOT_FOUND, OBJECTS, Run, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])
EXISTS, OTHER_KIND = 0x40000000, 0xC0000024


@BITS
def test_events(run_of: Run, bits: int) -> None:
    told = [(e.object, e.name, e.op, e.status) for e in run(run_of, OBJECTS, bits).events(SyncObject)]
    assert told == [
        ("mutant", "Global\\TestMutex", "MutantCreate", 0),
        ("mutant", "Global\\TestMutex", "MutantCreate", EXISTS),
        ("mutant", "Global\\TestMutex", "MutantOpen", 0),
        ("mutant", "Local\\Nothing", "MutantOpen", NOT_FOUND),
        ("event", "TestEvent", "EventCreate", 0),
        ("mutant", "TestEvent", "MutantCreate", OTHER_KIND),
        ("event", "HookSwitchHookEnabledEvent", "EventOpen", 0),
        ("semaphore", "TestSemaphore", "SemaphoreCreate", 0),
        ("timer", "TestTimer", "TimerCreate", 0),
    ]


@BITS
def test_answers(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, OBJECTS, bits))
    assert (facts["mutex"], facts["mutex again"]) == ("0", "183")
    assert (facts["missing"], facts["other kind"]) == ("0 2", "0 6")
    assert (facts["release"].split()[0], facts["release again"]) == ("1", "0 288")
    assert (facts["post"].split()[0], facts["too many"]) == ("1", "0 298")


@BITS
def test_system_calls(run_of: Run, bits: int) -> None:
    result = run(run_of, NATIVE, bits)
    facts = said(result)
    assert [facts[n] for n in ("mutant", "mutant again", "no mutant")] == ["0", "40000000", "c0000034"]
    names = [e.name for e in result.events(SyncObject, object="mutant")]
    assert names[0] == "\\BaseNamedObjects\\NativeMutex"
