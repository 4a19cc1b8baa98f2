"""One guest process under emulation: from its image to the end of its last thread."""

from __future__ import annotations

import ntpath
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from speakeasy.config import get_default_config_dict
from speakeasy.errors import SpeakeasyError
from unicorn import UcError

from fulgurite.engines.emulator import hosting
from fulgurite.engines.emulator.call import Call, Hook
from fulgurite.engines.emulator.fibers import switches_threads
from fulgurite.engines.emulator.hooks import HOOKS, switched_threads
from fulgurite.engines.emulator.machine import KernelMachine, Machine
from fulgurite.engines.emulator.strings import keep_strings
from fulgurite.engines.emulator.tracing import Tracer
from fulgurite.engines.emulator.views import release_views
from fulgurite.engines.pe import pe_header

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

MAX_API_CALLS = 400_000
"""API calls of one entry point before it is ended as partial."""

_ALWAYS_LOADED = frozenset({"ntdll", "kernel32"})
"""Libraries that are in every Windows process (kernelbase is added by the emulator)."""

_TIME_IS_UP = frozenset({"timeout", "max_total_time"})
"""Errors by which the emulator ends a run at its time limit."""


def _config(guest: Guest, process: GuestProcess) -> dict[str, Any]:
    """The emulator's configuration for `process`; the guest's own state lives in `guest`, not there."""
    system = guest.system
    config: dict[str, Any] = get_default_config_dict()
    config.update(
        timeout=max(int(guest.seconds_left), 1),
        max_total_time=max(int(guest.seconds_left), 1),
        max_api_count=MAX_API_CALLS,
        analysis={"memory_tracing": False, "strings": False, "coverage": False},
        os_ver={
            "name": "windows",
            "major": system.version.major,
            "minor": system.version.minor,
            "build": system.version.build,
        },
        current_dir=ntpath.dirname(process.library or process.image),
        command_line=process.cmd,
        env={name.lower(): value for name, value in system.environment.items()},
        domain=system.domain,
        hostname=system.computer,
        user={"name": system.user, "is_admin": True, "sid": system.user_sid},
        filesystem={"files": []},
        registry={"keys": []},
    )
    host = next((row for row in config["processes"] if row.get("is_main_exe")), None)
    if host is not None:
        host |= {"name": process.name, "path": process.image, "command_line": process.cmd}
    modules = config["modules"]
    modules |= {"modules_always_exist": True, "functions_always_exist": True}
    # Windows loads what a program imports, not forty libraries: the rest is made when it is asked for, which also
    # takes a fifth of the time (see bench/turnaround).
    header = pe_header(process.data or b"")
    if header is None or not header.is_driver:
        modules["system_modules"] = []
    modules["user_modules"] = [m for m in modules["user_modules"] if m["name"] in _ALWAYS_LOADED]
    return config


def _bound(guest: Guest, process: GuestProcess, hook: Hook) -> Callable[..., int | None]:
    """The emulator's callback for one row."""

    def callback(
        emu: Any, name: str, original: Callable[[list[int]], int | None] | None, args: list[int]
    ) -> int | None:
        guest.clock.call()
        if len(args) < hook.argc:
            args = emu.get_func_argv(hook.convention, hook.argc)
        call = Call(guest, process, emu, name, args, original)
        result: int | None = emu.answered(name, lambda: hook.function(call))
        if guest.log.is_full or guest.seconds_left <= 0 or process.terminated_ms is not None:
            emu.stop()
        return result

    return callback


def _bind(speakeasy: Machine, guest: Guest, process: GuestProcess, hooks: Iterable[Hook]) -> None:
    for hook in hooks:
        callback = _bound(guest, process, hook)
        for name in hook.names:
            speakeasy.add_api_hook(callback, "*", name, hook.argc, hook.convention)


def _extend(emu: Any, guest: Guest, process: GuestProcess) -> None:
    """Lets the process also run what others put into it, and only those exports that it is started for."""
    emu.log_api = Tracer(emu, guest, process, (*HOOKS, *switched_threads.HOOKS))
    if isinstance(emu, KernelMachine):
        return
    emu.crashed = partial(setattr, process, "exit_status")
    queued = emu.prepare_module_for_emulation

    def prepare(module: Any, all_entrypoints: bool, entry_point: int | None = None) -> None:
        queued(module, all_entrypoints and not process.entries, entry_point=entry_point)
        hosting.queue(guest, process, emu, module)

    emu.prepare_module_for_emulation = prepare


def emulate(guest: Guest, process: GuestProcess) -> None:
    """Runs `process` to its end and records why, when that was not its own end."""
    process.was_run = True
    process.addresses.clear()
    speakeasy = Machine(config=_config(guest, process))
    _bind(speakeasy, guest, process, HOOKS)
    if switches_threads(process.data or b""):
        _bind(speakeasy, guest, process, switched_threads.HOOKS)
    try:
        file = ntpath.basename(process.library or process.image)
        module = speakeasy.load_module(data=hosting.image_of(process), filename=file)
        _extend(speakeasy.emu, guest, process)
        speakeasy.run_module(module, all_entrypoints=True)
    except (SpeakeasyError, UcError, ValueError, OverflowError) as error:
        text = f"process {process.procid} ({process.name}) could not be emulated: {error}"
        guest.log.note(text)
        if process.is_sample:
            guest.load_error = text
    release_views(guest, speakeasy.emu)
    _note_faults(guest, process, speakeasy.emu)
    if speakeasy.emu is not None:
        hosting.keep_unpacked(guest, process, speakeasy.emu)
        keep_strings(guest, process, speakeasy.emu)
    if hosting.runs_main(process):
        guest.processes.end(process, hosting.exit_status(process, speakeasy.emu))


def _note_faults(guest: Guest, process: GuestProcess, emu: Any) -> None:
    """Notes the entry points that did not come to their own end."""
    for text in emu.notes if emu is not None else ():
        guest.log.note(text)
    for run in emu.runs if emu is not None else ():
        if run.error is None or process.terminated_ms is not None:
            continue
        if run.error.type in _TIME_IS_UP:
            guest.deadline = time.monotonic()
            continue
        where = f"process {process.procid} ({process.name}): {run.type}"
        text = f"{where} ended early: {run.error.type} at 0x{run.error.pc or 0:x}"
        guest.log.note(text)
        if process.is_sample and not run.type.startswith("export."):
            guest.cut_short = guest.cut_short or text
