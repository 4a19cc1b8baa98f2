"""Threads that are put into other processes, and code that runs there."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import FileAccess, Injection, ProcessTerminate
from fulgurite.model.runlog import ProcessRecord
from tests.engines.emulator.conftest import RunResult

BITS = pytest.mark.parametrize("bits", [64, 32])


def _writer(run: RunResult, name: str) -> int:
    [event] = run.events(FileAccess, path=f"C:\\Users\\Public\\{name}.txt", verb="write")
    return int(event.procid)


def _name(run: RunResult, procid: int) -> str:
    image = next(r.process.image for r in run.of(ProcessRecord) if r.process.procid == procid)
    return str(image).rpartition("\\")[2].lower()


@BITS
def test_a_remote_thread_runs_where_it_was_put(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("inject.c", bits)
    target = _writer(run, "remote_thread")
    assert _name(run, target) == "notepad.exe"
    assert run.events(Injection, op="CreateRemoteThread", procid_target=target)
    assert any(r.process.injected for r in run.of(ProcessRecord) if r.process.procid == target)


@BITS
def test_an_early_apc_runs_where_it_was_queued(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("inject.c", bits)
    target = _writer(run, "early_apc")
    assert _name(run, target) == "svchost.exe"
    assert run.events(Injection, op="QueueUserAPC", procid_target=target)


def test_code_runs_in_a_process_that_was_there_before(run_of: Callable[..., RunResult]) -> None:
    run = run_of("inject.c", 64)
    assert _name(run, _writer(run, "in_explorer")) == "explorer.exe"


def test_32_bit_code_is_not_run_in_a_64_bit_process(run_of: Callable[..., RunResult]) -> None:
    run = run_of("inject.c", 32)
    assert run.events(FileAccess, path="C:\\Users\\Public\\in_explorer.txt") == []
    assert len(run.events(Injection, op="CreateRemoteThread")) == 2


@BITS
def test_a_hollowed_process_runs_its_new_image(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("hollow.c", bits)
    target = _writer(run, "hollowed")
    assert _name(run, target) == "svchost.exe"
    ops = [e.op for e in run.events(Injection, procid_target=target)]
    assert ops[0] == "UnmapViewOfSection"
    assert ops[-1] == "SetThreadContext"
    assert run.events(ProcessTerminate, procid=target, status=3)


@BITS
def test_a_shared_section_carries_code(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("sections.c", bits)
    target = _writer(run, "by_section")
    assert [e.op for e in run.events(Injection)] == ["MapViewOfSection", "QueueUserAPC"]
    assert _name(run, target) == "dllhost.exe"
