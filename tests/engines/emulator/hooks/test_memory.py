"""Memory in the calling process and in others."""

from collections.abc import Callable

import pytest

from fulgurite.engines.emulator.hooks.memory import protection_of
from fulgurite.model.events import ApiCall, Injection, Memory
from fulgurite.model.runlog import ArtifactRecord
from tests.engines.emulator.conftest import RunResult

BITS = pytest.mark.parametrize("bits", [64, 32])


def test_protections_have_one_spelling() -> None:
    assert [protection_of(n) for n in (1, 2, 4, 0x10, 0x20, 0x40, 0x104, 0x33)] == [
        "---", "r--", "rw-", "--x", "r-x", "rwx", "rw-", "rw-",
    ]  # fmt: skip


@BITS
def test_memory_of_other_processes_is_told_and_kept(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("inject.c", bits)
    allocated = run.events(Memory, op="VirtualAlloc")
    assert {(e.protection, e.procid_target is None) for e in allocated} == {("rwx", False), ("rw-", False)}
    written = {(e.procid_target, e.address) for e in run.events(Injection, op="WriteProcessMemory")}
    assert len(written) == 6
    kept = [r.artifact for r in run.of(ArtifactRecord) if r.artifact.origin == "injected"]
    assert len(kept) >= 4
    assert all((run.folder / "artifacts" / str(a.sha256)).stat().st_size == a.size_bytes for a in kept)


@BITS
def test_what_was_written_can_be_read(run_of: Callable[..., RunResult], bits: int) -> None:
    """inject.c tells a debugger what it read back from the other process."""
    [told] = run_of("inject.c", bits).events(ApiCall, api="kernel32.OutputDebugStringA")
    assert told.args == ("C:\\Users\\Public\\remote_thread.txt",)


@BITS
def test_code_in_own_memory_is_told_and_kept(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("native.c", bits)
    [told] = run.events(Memory, protection="rwx")
    [kept] = [r.artifact for r in run.of(ArtifactRecord) if r.artifact.origin == "written"]
    assert (kept.address, kept.size_bytes) == (told.address, 6)
