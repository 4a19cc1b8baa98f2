"""The warm parent: a process with the emulator loaded, which forks one confined child a run.

Started by the engine with the number of its socket as argument and an empty environment; it never looks into a sample.
One request is a frame of two parts (job as JSON, sample bytes); one answer is a frame with an Ended.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
import sys
import time
import traceback
from pathlib import Path

from fulgurite.engines import isolation
from fulgurite.engines.emulator import child
from fulgurite.engines.emulator.job import Job
from fulgurite.engines.emulator.wire import Ended, receive_job, send_ended

FILE_BYTES = 256 << 20
"""Size of any one file that a child may write; the log ends itself before that."""


def _in_child(sock: socket.socket, job: Job, data: bytes) -> None:
    """Runs the job and leaves the process. Never returns."""
    sock.close()
    folder = Path(job.folder)
    code = 1
    try:
        os.setsid()
        isolation.die_with_parent()
        errors = os.open(folder / "child.err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        null = os.open(os.devnull, os.O_RDWR)
        for target, source in ((0, null), (1, null), (2, errors)):
            os.dup2(source, target)
        limits = job.limits
        isolation.limit(
            memory_bytes=limits.memory_bytes, cpu_s=int(limits.seconds + limits.grace_s) + 1, file_bytes=FILE_BYTES
        )
        missing = isolation.confine(folder)
        child.run(job, data, missing)
        code = 0
    finally:
        # A forked child must not return into its parent's code, whatever was raised.
        if code != 0:
            traceback.print_exc()
        os._exit(code)


def _ended(pid: int, wall_s: float, folder: Path) -> Ended:
    """Waits for the child, kills it with all it started when it is over its time, and says how it ended."""
    began = time.monotonic()
    fd = os.pidfd_open(pid)
    over = not select.select([fd], [], [], wall_s)[0]
    if over:
        os.kill(pid, signal.SIGKILL)
    _pid, status, usage = os.wait4(pid, 0)
    os.close(fd)
    return Ended(
        reason=_reason(status, over_s=wall_s if over else None, errors=folder / "child.err"),
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=time.monotonic() - began,
    )


def _reason(status: int, *, over_s: float | None, errors: Path) -> str | None:
    if over_s is not None:
        return f"the engine's process was killed after {over_s:.0f} s, the limit on loading and running"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        why = {signal.SIGXCPU: " (CPU limit)", signal.SIGXFSZ: " (output limit)"}.get(signal.Signals(number), "")
        return f"the engine's process died by {signal.Signals(number).name}{why}"
    if os.WEXITSTATUS(status) != 0:
        last = errors.read_text("utf-8", "replace").strip().rsplit("\n", 1)[-1] if errors.exists() else ""
        return f"the engine's process failed: {last or 'no message'}"[:500]
    return None


def main() -> None:
    """Serves requests until the other side closes."""
    isolation.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    child.preload()
    # A child inherits all this; without freezing, its first collection would visit and copy every page of it.
    gc.collect()
    gc.freeze()
    sock = socket.socket(fileno=int(sys.argv[1]))
    while (request := receive_job(sock)) is not None:
        job, data = request
        pid = os.fork()
        if pid == 0:
            _in_child(sock, job, data)
        del data, request
        send_ended(sock, _ended(pid, job.limits.seconds + job.limits.grace_s, Path(job.folder)))


if __name__ == "__main__":
    main()
