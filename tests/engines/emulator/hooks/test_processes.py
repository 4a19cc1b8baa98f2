"""Starting and ending processes."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import FileAccess, ProcessTerminate, Suspicious, SyncObject
from fulgurite.model.process import Process
from fulgurite.model.runlog import ProcessRecord
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.seen import ADMIN

BITS = pytest.mark.parametrize("bits", [64, 32])


def processes(run: RunResult) -> dict[int, Process]:
    """The last that is known of each process."""
    return {r.process.procid: r.process for r in run.of(ProcessRecord)}


def sample_of(run: RunResult) -> Process:
    """The process of the sample."""
    return next(p for p in processes(run).values() if not p.existing)


@BITS
def test_the_program_finds_all_as_on_windows(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of(*ADMIN[:1], bits, *ADMIN[1:])
    sample = sample_of(run)
    parent = processes(run)[sample.procid_parent or 0]
    assert sample.exit_status == 0
    assert parent.image == "C:\\Windows\\explorer.exe"
    assert sample.orig is False


@BITS
def test_every_way_of_starting_is_seen(run_of: Callable[..., RunResult], bits: int) -> None:
    commands = [str(p.cmd) for p in processes(run_of(*ADMIN[:1], bits, *ADMIN[1:])).values() if not p.existing]
    for part in ("ipconfig.exe /all", "/c schtasks /create", "run.bat", "-Command Get-Date", "ping -n 3", "notepad"):
        assert any(part in command for command in commands), part
    assert not any("NoSuch" in command for command in commands)


@BITS
def test_a_batch_file_does_its_work(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of(*ADMIN[:1], bits, *ADMIN[1:])
    assert run.events(FileAccess, verb="write", path="C:\\Users\\Public\\flag.txt")
    assert run.events(FileAccess, verb="delete", path="C:\\Users\\Public\\run.bat", status=0)
    assert any(p.cmd == "whoami /all" for p in processes(run).values())


@BITS
def test_ending_another_process_is_told(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of(*ADMIN[:1], bits, *ADMIN[1:])
    [act] = run.events(Suspicious, act="TerminateProcess")
    assert run.events(ProcessTerminate, procid=act.procid_target, status=5)


@BITS
def test_another_parent_stands_in_the_tree(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("starts.c", bits)
    [act] = run.events(Suspicious, act="NtCreateUserProcessOtherParentProcess")
    child = processes(run)[act.procid_target]
    assert str(child.image).endswith("mspaint.exe")
    assert processes(run)[child.procid_parent or 0].image == "C:\\Windows\\explorer.exe"


@BITS
def test_a_process_that_is_never_resumed_never_ends(run_of: Callable[..., RunResult], bits: int) -> None:
    commands = {str(p.cmd): p for p in processes(run_of("starts.c", bits)).values()}
    assert commands["calc.exe"].terminated_ms is None
    assert commands["hostname"].terminated_ms is not None
    assert "net.exe user" in commands


@BITS
def test_a_child_gets_what_its_parent_gives(run_of: Callable[..., RunResult], bits: int) -> None:
    """parent.c names a mutex for each claim that does not hold: of arguments, variables, directory, shared memory."""
    run = run_of("parent.c", bits)
    assert [e.name for e in run.events(SyncObject, object="mutant")] == ["done"]
    assert run.events(FileAccess, path="C:\\Users\\Public\\relative.txt", verb="write")
