"""A process under emulation, and how its end is told."""

from collections.abc import Callable

import pytest

from fulgurite.engines.emulator import session
from fulgurite.model.events import ProcessTerminate
from fulgurite.model.runlog import End, Note
from tests.engines.emulator.conftest import RunResult
from tests.engines.pe_files import minimal_pe

EXIT_CODE_7 = b"\xb8\x07\x00\x00\x00\xc3"
JUMP_TO_NOWHERE = b"\xb8\x00\x10\x00\x00\xff\xe0"


@pytest.mark.parametrize("machine", [0x8664, 0x14C])
def test_the_exit_status_is_what_the_entry_point_gave_back(emulated: Callable[..., RunResult], machine: int) -> None:
    run = emulated(minimal_pe(EXIT_CODE_7, machine=machine))
    assert run.records[-1] == End(outcome="completed")
    assert [e.status for e in run.events(ProcessTerminate)][-1] == 7


@pytest.mark.parametrize("machine", [0x8664, 0x14C])
def test_a_fault_ends_the_run_as_partial_with_its_place(emulated: Callable[..., RunResult], machine: int) -> None:
    run = emulated(minimal_pe(JUMP_TO_NOWHERE, machine=machine))
    end = run.records[-1]
    assert isinstance(end, End)
    assert end.outcome == "partial"
    assert end.reason is not None
    assert "0x" in end.reason


def test_the_time_limit_ends_a_loop(emulated: Callable[..., RunResult]) -> None:
    run = emulated(minimal_pe(b"\xeb\xfe"), seconds=1.5)
    end = run.records[-1]
    assert isinstance(end, End)
    assert end.outcome == "partial"
    assert "time limit" in str(end.reason)
    assert not [note for note in run.of(Note) if "ended early" in note.text]


def test_limits_are_sane() -> None:
    assert session.MAX_API_CALLS >= 100_000
