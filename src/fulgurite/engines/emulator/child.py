"""The child process of one run: reads its job, runs the guest, writes the log."""

from __future__ import annotations

import ntpath
import re
from functools import partial
from pathlib import Path

from speakeasy.winenv.api.sigdb import get_default_database

from fulgurite.engines.emulator import running
from fulgurite.engines.emulator.guest import Guest
from fulgurite.engines.emulator.job import Job
from fulgurite.engines.emulator.log import RunLog
from fulgurite.engines.emulator.profile import system, systems
from fulgurite.engines.emulator.shellcode import program_of
from fulgurite.engines.emulator.views import store_views
from fulgurite.engines.pe import pe_header
from fulgurite.model.events import ModuleLoad, Suspicious
from fulgurite.model.report import Machine, Source
from fulgurite.model.runlog import LOG_VERSION, End, Header

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
"""Characters that no file name of Windows holds."""
_MAX_NAME = 120
"""Far below the 260 characters of a path, so that programs which build paths beside theirs work."""


def preload() -> None:
    """Loads what every run needs, so that forked children find it in memory."""
    get_default_database().lookup("kernel32", "CreateFileW", "x64")
    for name in systems():
        system(name)


def run(job: Job, data: bytes, missing: list[str]) -> None:
    """Runs `data` in a fresh guest; `missing` names parts of the isolation that this host refuses.

    The log ends with End unless this process is killed.
    """
    folder = Path(job.folder)
    log = RunLog(folder / "run.jsonl", folder / "artifacts", max_bytes=job.limits.log_bytes)
    guest_system = system(job.options.system)
    log.header(
        Header(
            log_version=LOG_VERSION,
            source=Source(
                name="fulgurite",
                engine=f"{job.engine} {job.engine_version}",
                version=job.engine_version,
                backend="fulgurite-emulator",
            ),
            sample=job.sample,
            machine=Machine(
                system=job.options.system,
                platform=guest_system.platform,
                resource=f"{job.options.system}-emulated",
                browser=job.options.browser,
                timeout=job.options.timeout,
            ),
        )
    )
    for part in missing:
        log.note(f"the engine ran without {part}: this host does not allow it")
    guest = Guest(guest_system, log, seconds=job.limits.seconds)
    guest.processes.seed_baseline()
    image = f"{guest_system.environment['TEMP']}\\{guest_name(job.options.file_name, data)}"
    guest.files.seed_file(image, data)
    shellcode = job.options.shellcode
    start_sample(guest, image, data if shellcode is None else program_of(data, shellcode))
    guest.emulate = partial(running.run, guest)
    try:
        guest.run_all_pending()
        end = _end(guest)
    except MemoryError:
        end = End(outcome="partial", reason="the engine's memory limit was reached")
    store_views(guest)
    guest.files.keep_all()
    guest.network.end()
    log.end(end)


def guest_name(file_name: str | None, data: bytes) -> str:
    """The name of the sample's file in the guest: as it was submitted, as far as Windows allows such a name.

    A name without an ending gets that of its type, since hash-named files are common and Windows goes by endings.
    """
    name = _NOT_IN_NAMES.sub("_", ntpath.basename((file_name or "").replace("/", "\\")))[:_MAX_NAME].strip(" .")
    if ntpath.splitext(name)[1] != "":
        return name
    header = pe_header(data)
    is_library, is_driver = header is not None and header.is_dll, header is not None and header.is_driver
    return f"{name or 'sample'}{'.dll' if is_library else '.sys' if is_driver else '.exe'}"


def start_sample(guest: Guest, image: str, data: bytes) -> None:
    """Starts the sample below the user's shell; a library is loaded by rundll32.exe, and all its exports called.

    A driver is loaded into the kernel: its acts are those of the process System.
    """
    shell = next((p for p in guest.processes.all if p.name.lower() == "explorer.exe"), None)
    header = pe_header(data)
    if header is not None and header.is_driver:
        sample = guest.processes.start("System", "", parent=None, data=data)
        sample.library = image
        guest.record(sample, ModuleLoad, path=image, status=0)
        guest.record(sample, Suspicious, act="LoadsDriver", detail=image)
    elif header is None or not header.is_dll:
        cwd = ntpath.dirname(image)
        sample = guest.processes.start(image, f'"{image}"', parent=shell, cwd=cwd, data=data, orig=False)
    else:
        host = f"C:\\Windows\\{'SysWOW64' if header.machine == 'x86' else 'System32'}\\rundll32.exe"
        sample = guest.processes.start(
            host, f"rundll32.exe {image},#1", parent=shell, cwd=ntpath.dirname(image), data=data
        )
        sample.library = image
    sample.bits = 32 if header is not None and header.machine == "x86" else 64
    sample.is_sample = True


def _end(guest: Guest) -> End:
    if guest.load_error is not None:
        return End(outcome="failed", reason=guest.load_error)
    if guest.log.is_full:
        return End(outcome="partial", reason="the log reached its size limit")
    if guest.seconds_left <= 0:
        return End(outcome="partial", reason=f"the time limit of {guest.seconds:.0f} s was used up")
    if guest.cut_short is not None:
        return End(outcome="partial", reason=guest.cut_short)
    return End(outcome="completed")
