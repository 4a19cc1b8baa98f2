"""The child process of one run: reads its job, runs the guest, writes the log."""

from __future__ import annotations

import ntpath
from functools import partial
from pathlib import Path

import msgspec

from fulgurite.engines.emulator.guest import Guest
from fulgurite.engines.emulator.log import RunLog
from fulgurite.engines.emulator.profile import system
from fulgurite.engines.emulator.session import emulate
from fulgurite.model.report import Machine, Source
from fulgurite.model.runlog import LOG_VERSION, End, Header
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions


class Job(msgspec.Struct, frozen=True):
    """What one child is asked to do."""

    folder: str
    """Absolute path of the run's own folder."""
    seconds: float
    """Host seconds for emulation, loading included."""
    engine: str
    sample: Sample
    options: RunOptions


def run(job: Job, data: bytes) -> None:
    """Runs `data` in a fresh guest. The log ends with End unless this process is killed."""
    folder = Path(job.folder)
    log = RunLog(folder / "run.jsonl", folder / "artifacts")
    guest_system = system(job.options.system)
    log.header(
        Header(
            log_version=LOG_VERSION,
            source=Source(name="fulgurite", engine=job.engine, version=job.engine, backend="fulgurite-emulator"),
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
    guest = Guest(guest_system, log, seconds=job.seconds)
    guest.processes.seed_baseline()
    name = ntpath.basename(job.options.file_name or "") or "sample.exe"
    image = f"{guest_system.environment['TEMP']}\\{name}"
    guest.processes.start(image, f'"{image}"', parent=None, data=data, orig=False)
    guest.emulate = partial(emulate, guest)
    guest.run_all_pending()
    log.end(_end(guest))


def _end(guest: Guest) -> End:
    if guest.log.is_full:
        return End(outcome="partial", reason="the log reached its size limit")
    if guest.seconds_left <= 0:
        return End(outcome="partial", reason=f"the time profile of {guest.seconds:.0f} s was used up")
    return End(outcome="completed")
