"""Tools of the administrator."""

from fulgurite.model.events import ProcessTerminate, Service, Task
from tests.engines.emulator.programs.conftest import Desk


def test_a_service_is_created_started_stopped_and_deleted(desk: Desk) -> None:
    for command in (
        'create Made binPath= "C:\\Windows\\System32\\notepad.exe -x" start= auto DisplayName= "A made one"',
        "start Made",
        "stop Made",
        "config Made start= disabled",
        "delete Made",
        "delete Made",
    ):
        desk.run(f"sc.exe {command}", program="sc.exe")
    assert [(e.op, e.name, e.status) for e in desk.events(Service)] == [
        ("CreateService", "Made", 0),
        ("StartService", "Made", 0),
        ("StopService", "Made", 0),
        ("ChangeServiceConfig", "Made", 0),
        ("DeleteService", "Made", 0),
        ("DeleteService", "Made", 0xC0000034),
    ]
    child = next(p for p in desk.guest.processes.all if p.cmd.endswith("notepad.exe -x"))
    assert child.parent is not None
    assert child.parent.name == "services.exe"


def test_net_starts_and_stops(desk: Desk) -> None:
    assert desk.run("net stop wuauserv", program="net.exe").exit_status == 0
    assert desk.run("net stop nosuch", program="net.exe").exit_status == 2
    assert [e.op for e in desk.events(Service)] == ["StopService", "StopService"]


def test_a_task_is_registered_run_and_deleted(desk: Desk) -> None:
    for words in ("/create /tn T /tr notepad.exe /sc daily", "/run /tn T", "/delete /tn T /f", "/query /tn T"):
        desk.run(f"schtasks {words}", program="schtasks.exe")
    assert [(e.op, e.name, e.command) for e in desk.events(Task)] == [
        ("Create", "T", "notepad.exe"),
        ("Run", "T", "notepad.exe"),
        ("Delete", "T", "notepad.exe"),
        ("Query", "T", None),
    ]
    assert "notepad.exe" in desk.started()


def test_taskkill_ends_what_matches(desk: Desk) -> None:
    victim = desk.run("notepad", program="notepad.exe")
    assert desk.run("taskkill /f /im note*", program="taskkill.exe").exit_status == 0
    assert desk.run("taskkill /f /im nosuch.exe", program="taskkill.exe").exit_status == 128
    assert (victim.procid, 1) in [(e.procid, e.status) for e in desk.events(ProcessTerminate)]


def test_attributes_are_set(desk: Desk) -> None:
    desk.put("C:\\Users\\Public\\a.txt", "a")
    desk.run("attrib +h +s -a a.txt", program="attrib.exe")
    assert desk.guest.files.at("C:\\Users\\Public\\a.txt").attributes == 0x6


def test_waiting_passes_time_in_the_guest(desk: Desk) -> None:
    desk.run("timeout /t 7", program="timeout.exe")
    desk.run("ping -n 4 127.0.0.1", program="PING.EXE")
    assert 10_000 <= desk.guest.clock.now_ms < 11_000
