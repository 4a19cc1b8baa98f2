"""Enumeration of processes."""

import struct
from collections.abc import Callable

import pytest

from fulgurite.engines.emulator.hooks.process_lists import process_list
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.model.events import Injection, Search, Suspicious
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.seen import ADMIN


@pytest.mark.parametrize("bits", [64, 32])
def test_an_enumeration_is_told_once(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of(*ADMIN[:1], bits, *ADMIN[1:])
    assert len(run.events(Search, object="process")) == 1
    assert len(run.events(Suspicious, act="EnumeratesProcesses")) == 1


@pytest.mark.parametrize("bits", [64, 32])
def test_a_process_is_found_by_its_name(run_of: Callable[..., RunResult], bits: int) -> None:
    """inject.c looks for explorer.exe in a snapshot and opens what it found."""
    run = run_of("inject.c", bits)
    assert run.events(Search, object="process", op="CreateToolhelp32Snapshot")
    assert len({e.procid_target for e in run.events(Injection, op="CreateRemoteThread")}) == 2


@pytest.mark.parametrize(("width", "pid_at"), [(8, 0x50), (4, 0x44)])
def test_the_systems_own_list_is_a_chain(width: int, pid_at: int) -> None:
    rows = [GuestProcess(procid=n, pid=4 * n, image=f"C:\\{'a' * n}.exe", cmd="") for n in range(1, 5)]
    data, at, pids = process_list(rows, width, 0x10000), 0, []
    while True:
        (following,) = struct.unpack_from("<I", data, at)
        pids.append(struct.unpack_from("<I", data, at + pid_at)[0])
        length, _ = struct.unpack_from("<HH", data, at + 0x38)
        text_at = int.from_bytes(data[at + 0x38 + width :][:width], "little") - 0x10000
        assert data[text_at : text_at + length].decode("utf-16-le").endswith("a.exe")
        if following == 0:
            break
        at += following
    assert pids == [4, 8, 12, 16]
