"""The processes of a guest."""

from fulgurite.engines.emulator.processes import MAX_DEPTH
from tests.engines.emulator.programs.conftest import Desk, desk

__all__ = ["desk"]


def test_the_baseline_is_a_tree(desk: Desk) -> None:
    by_name = {p.name.lower(): p for p in desk.guest.processes.all}
    assert all(p.existing and p.orig for p in desk.guest.processes.all)
    assert {"smss.exe", "csrss.exe", "winlogon.exe", "services.exe", "lsass.exe", "explorer.exe"} <= by_name.keys()
    assert by_name["services.exe"].parent is by_name["wininit.exe"]
    assert len({p.pid for p in desk.guest.processes.all}) == len(desk.guest.processes.all)
    assert not any(desk.guest.processes.is_runnable(p) for p in desk.guest.processes.all)


def test_a_process_ends_once(desk: Desk) -> None:
    process = desk.guest.processes.start("C:\\a.exe", "a", parent=None)
    desk.guest.processes.end(process, -1)
    desk.guest.processes.end(process, 5)
    assert process.exit_status == 0xFFFFFFFF
    assert desk.guest.processes.of_pid(process.pid) is None
    assert process not in desk.guest.processes.living


def test_suspended_processes_and_deep_ones_do_not_run(desk: Desk) -> None:
    processes = desk.guest.processes
    waiting = processes.start("C:\\a.exe", "a", parent=None, is_suspended=True)
    assert not processes.is_runnable(waiting)
    waiting.is_suspended = False
    assert processes.is_runnable(waiting)
    below = waiting
    for _ in range(MAX_DEPTH + 1):
        below = processes.start("C:\\a.exe", "a", parent=below)
    assert not processes.is_runnable(below)


def test_a_thread_that_was_put_there_makes_a_process_run(desk: Desk) -> None:
    shell = next(p for p in desk.guest.processes.all if p.name == "explorer.exe")
    shell.threads.append(desk.guest.processes.new_thread(shell, start=0x1000))
    assert desk.guest.processes.next_runnable() is shell
