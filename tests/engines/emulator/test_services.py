"""The guest's services and tasks."""

from fulgurite.engines.emulator.services import RUNNING, STOPPED, GuestService
from fulgurite.model.events import RegistryAccess, Service
from tests.engines.emulator.programs.conftest import Desk, desk

__all__ = ["desk"]


def test_a_new_service_has_its_key(desk: Desk) -> None:
    process = desk.guest.processes.start("C:\\a.exe", "a", parent=None)
    services = desk.guest.services
    assert services.create(process, GuestService("Made", "C:\\Windows\\System32\\calc.exe", start=2)) == 0
    assert services.create(process, GuestService("made", "x")) == 1073
    assert services.start(process, "Made") == 0
    assert services.start(process, "Made") == 1056
    service = services.find("MADE")
    assert service is not None
    assert service.state == RUNNING
    assert services.stop(process, "Made") == 0
    assert service.state == STOPPED
    [image] = [e for e in desk.events(RegistryAccess) if e.path.endswith("Services\\Made\\ImagePath")]
    assert image.value == "C:\\Windows\\System32\\calc.exe"
    assert image.procid != process.procid


def test_a_service_without_its_program_does_not_start(desk: Desk) -> None:
    process = desk.guest.processes.start("C:\\a.exe", "a", parent=None)
    desk.guest.services.create(process, GuestService("Broken", "C:\\NoSuch\\a.exe"))
    assert desk.guest.services.start(process, "Broken") == 2
    assert [e.status for e in desk.events(Service)] == [0, 0xC0000034]


def test_what_runs_in_the_clean_windows_is_known(desk: Desk) -> None:
    process = desk.guest.processes.start("C:\\a.exe", "a", parent=None)
    assert desk.guest.services.open(process, "wuauserv") is not None
    assert desk.guest.services.open(process, "NoSuch") is None
