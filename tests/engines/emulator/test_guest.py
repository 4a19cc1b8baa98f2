"""The guest as what all processes share."""

from pathlib import Path

import pytest

from fulgurite.engines.emulator.guest import FIRST_HANDLE, Guest
from fulgurite.engines.emulator.log import RunLog
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.profile import system


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    (tmp_path / "artifacts").mkdir()
    log = RunLog(tmp_path / "run.jsonl", tmp_path / "artifacts", max_bytes=1 << 20)
    return Guest(system("windows10"), log, seconds=60)


def started(guest: Guest, name: str) -> GuestProcess:
    return guest.processes.start(f"C:\\{name}", name, parent=None, data=b"MZ")


def test_handles_are_of_one_row_above_the_emulators(guest: Guest) -> None:
    first, second = guest.handle_of("a"), guest.handle_of("b")
    assert (first, second) == (FIRST_HANDLE, FIRST_HANDLE + 4)
    assert guest.handles[second] == "b"


def test_pending_processes_run_in_the_order_of_their_creation(guest: Guest) -> None:
    ran: list[str] = []

    def emulate(process: GuestProcess) -> None:
        process.was_run = True
        ran.append(process.name)
        if process.name == "a.exe":
            started(guest, "c.exe")

    guest.emulate = emulate
    started(guest, "a.exe")
    started(guest, "b.exe")
    guest.run_all_pending()
    assert ran == ["a.exe", "b.exe", "c.exe"]


def test_a_process_waited_for_runs_once(guest: Guest) -> None:
    ran: list[str] = []

    def emulate(process: GuestProcess) -> None:
        process.was_run = True
        ran.append(process.name)

    guest.emulate = emulate
    process = started(guest, "a.exe")
    guest.run_until_ended(process)
    guest.run_until_ended(process)
    assert ran == ["a.exe"]


def test_sleeping_lets_others_run(guest: Guest) -> None:
    ran: list[str] = []

    def emulate(process: GuestProcess) -> None:
        process.was_run = True
        ran.append(process.name)

    guest.emulate = emulate
    sleeper = started(guest, "sleeper.exe")
    sleeper.was_run = True
    started(guest, "other.exe")
    guest.pause(10, sleeper)
    assert ran == []
    guest.pause(1_000, sleeper)
    assert ran == ["other.exe"]
    assert guest.clock.now_ms == 1_010


def test_time_runs_out(guest: Guest) -> None:
    assert 0 < guest.seconds_left <= 60
    guest.deadline = 0.0
    assert guest.seconds_left < 0
