"""The guest's services and scheduled tasks: what its programs create, start and delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fulgurite.engines.emulator import images
from fulgurite.engines.emulator.launch import LaunchError, launch
from fulgurite.engines.emulator.reg_editor import Editor, value_of
from fulgurite.engines.emulator.registry import REG_DWORD, REG_EXPAND_SZ
from fulgurite.model.events import Service, Task

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

STOPPED = 1
RUNNING = 4
DEMAND_START = 3
OWN_PROCESS = 0x10
ERROR_FILE_NOT_FOUND = 2
ERROR_SERVICE_ALREADY_RUNNING = 1056
ERROR_SERVICE_DOES_NOT_EXIST = 1060
ERROR_SERVICE_NOT_ACTIVE = 1062
ERROR_SERVICE_EXISTS = 1073
ERROR_SERVICE_MARKED_FOR_DELETE = 1072
MAX_SERVICES = 1_000
_NT = {
    0: 0,
    ERROR_FILE_NOT_FOUND: 0xC0000034,
    ERROR_SERVICE_DOES_NOT_EXIST: 0xC0000034,
    ERROR_SERVICE_EXISTS: 0xC0000035,
    5: 0xC0000022,
}


@dataclass(eq=False)
class GuestService:
    """A service."""

    name: str
    path: str
    """Its command line."""
    display: str = ""
    type: int = OWN_PROCESS
    start: int = DEMAND_START
    state: int = STOPPED
    account: str = "LocalSystem"
    process: GuestProcess | None = None


class Services:
    """The service control manager and the task scheduler of one guest."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self.services: dict[str, GuestService] = {}
        """Lower-case name -> service."""
        self.tasks: dict[str, str] = {}
        """Lower-case name -> command."""
        for name, path in guest.system.services.items():
            self.services[name.lower()] = GuestService(name=name, path=path, display=name, start=2, state=RUNNING)

    def _record(self, process: GuestProcess, op: str, name: str, path: str | None, error: int) -> int:
        status = _NT.get(error, 0xC0000001)
        self._guest.record(process, Service, op=op, name=name, path=path, status=status)
        return error

    def find(self, name: str) -> GuestService | None:
        """The service with that name, or that display name."""
        lower = name.lower()
        known = self.services.get(lower)
        return known or next((s for s in self.services.values() if s.display.lower() == lower), None)

    def create(self, process: GuestProcess, service: GuestService) -> int:
        """Adds `service`; returns the Win32 error, 0 when it was added."""
        if service.name.lower() in self.services:
            return self._record(process, "CreateService", service.name, service.path, ERROR_SERVICE_EXISTS)
        if len(self.services) < MAX_SERVICES:
            self.services[service.name.lower()] = service
            self._register(service)
        return self._record(process, "CreateService", service.name, service.path, 0)

    def _register(self, service: GuestService) -> None:
        """What the service control manager writes into the registry for a new service."""
        manager = self._manager()
        if manager is None:
            return
        editor = Editor(self._guest, manager)
        path = f"HKLM\\SYSTEM\\CurrentControlSet\\Services\\{service.name}"
        if editor.create(path):
            editor.set(path, value_of("Type", REG_DWORD, str(service.type)))
            editor.set(path, value_of("Start", REG_DWORD, str(service.start)))
            editor.set(path, value_of("ImagePath", REG_EXPAND_SZ, service.path))

    def _manager(self) -> GuestProcess | None:
        return next((p for p in self._guest.processes.living if p.name.lower() == "services.exe"), None)

    def open(self, process: GuestProcess, name: str) -> GuestService | None:
        """Looks for a service."""
        service = self.find(name)
        error = 0 if service is not None else ERROR_SERVICE_DOES_NOT_EXIST
        self._record(process, "OpenService", name, None if service is None else service.path, error)
        return service

    def start(self, process: GuestProcess, name: str) -> int:
        """Starts a service: its program becomes a process of services.exe."""
        service = self.find(name)
        if service is None:
            return self._record(process, "StartService", name, None, ERROR_SERVICE_DOES_NOT_EXIST)
        if service.state == RUNNING:
            return self._record(process, "StartService", service.name, service.path, ERROR_SERVICE_ALREADY_RUNNING)
        error = 0
        if service.type & OWN_PROCESS:
            error = self._launched(service)
        service.state = service.state if error else RUNNING
        return self._record(process, "StartService", service.name, service.path, error)

    def _launched(self, service: GuestService) -> int:
        manager = self._manager()
        if manager is None:
            return 0
        try:
            service.process = launch(self._guest, manager, None, service.path, cwd=images.SYSTEM32)
        except LaunchError as error:
            return error.code
        service.process.session, service.process.user = 0, "SYSTEM"
        return 0

    def stop(self, process: GuestProcess, name: str, *, op: str = "StopService") -> int:
        """Stops a service."""
        service = self.find(name)
        if service is None:
            return self._record(process, op, name, None, ERROR_SERVICE_DOES_NOT_EXIST)
        if service.state != RUNNING:
            return self._record(process, op, service.name, service.path, ERROR_SERVICE_NOT_ACTIVE)
        service.state = STOPPED
        return self._record(process, op, service.name, service.path, 0)

    def delete(self, process: GuestProcess, name: str) -> int:
        """Deletes a service."""
        service = self.find(name)
        if service is None:
            return self._record(process, "DeleteService", name, None, ERROR_SERVICE_DOES_NOT_EXIST)
        del self.services[service.name.lower()]
        return self._record(process, "DeleteService", service.name, service.path, 0)

    def change(self, process: GuestProcess, name: str, *, path: str | None = None, start: int | None = None) -> int:
        """Changes the configuration of a service; None leaves a value as it is."""
        service = self.find(name)
        if service is None:
            return self._record(process, "ChangeServiceConfig", name, path, ERROR_SERVICE_DOES_NOT_EXIST)
        service.path = path or service.path
        service.start = service.start if start is None else start
        return self._record(process, "ChangeServiceConfig", service.name, service.path, 0)

    # -- tasks -------------------------------------------------------------------------------------------------------
    def create_task(self, process: GuestProcess, name: str, command: str) -> None:
        """Registers a task."""
        if len(self.tasks) < MAX_SERVICES:
            self.tasks[name.lower()] = command
        self._guest.record(process, Task, op="Create", name=name, command=command)

    def run_task(self, process: GuestProcess, name: str) -> int:
        """Runs a task at once; its program is a process of the scheduler's svchost.exe."""
        command = self.tasks.get(name.lower())
        self._guest.record(process, Task, op="Run", name=name, command=command)
        scheduler = next((p for p in self._guest.processes.living if "-k netsvcs" in p.cmd), None)
        if command is None or scheduler is None:
            return 1
        try:
            launch(self._guest, scheduler, None, command, cwd=images.SYSTEM32)
        except LaunchError:
            return 1
        return 0

    def other_task(self, process: GuestProcess, op: str, name: str) -> int:
        """`Delete`, `Change`, `End` or `Query` of a task."""
        command = self.tasks.get(name.lower())
        self._guest.record(process, Task, op=op, name=name, command=command)
        if op == "Delete":
            self.tasks.pop(name.lower(), None)
        return 0 if command is not None else 1
