"""The engine that works straight after install: Windows programs under emulation."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from fulgurite.engines.base import RunOutput
from fulgurite.engines.emulator import wire
from fulgurite.engines.emulator.job import Job, Limits
from fulgurite.engines.emulator.profile import systems
from fulgurite.engines.isolation import FIXED_ENVIRONMENT
from fulgurite.engines.pe import pe_header
from fulgurite.errors import EngineError
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions

PROFILES: Mapping[str, Limits] = {
    "short": Limits(seconds=45),
    "medium": Limits(seconds=120),
    "long": Limits(seconds=300),
}
"""What each time profile gives to one run."""
MAX_SAMPLE_BYTES = 128 << 20
_MACHINES = frozenset({"x86", "amd64"})


class Emulator:
    """Windows PE files and shellcode by Speakeasy, in a confined child process each."""

    name = "speakeasy"
    version = version("speakeasy-emulator")

    def __init__(self, profiles: Mapping[str, Limits] = PROFILES) -> None:
        self._profiles = profiles
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def refusal(self, data: bytes, options: RunOptions) -> str | None:
        """Why `data` cannot be run, or None. Reads headers only."""
        if options.system not in systems():
            return f"there is no guest named {options.system!r}"
        if len(data) > MAX_SAMPLE_BYTES:
            return f"the file is over {MAX_SAMPLE_BYTES >> 20} MiB"
        if options.shellcode is not None:
            return None if options.shellcode in _MACHINES else f"no shellcode of {options.shellcode!r}: x86 or amd64"
        header = pe_header(data)
        if header is None:
            return "no engine for this type: it is not a Windows executable"
        if header.is_dotnet:
            return "no engine for this type: a .NET program"
        if header.machine not in _MACHINES:
            return f"no engine for this type: a Windows program for {header.machine}"
        return None

    def run(
        self, data: bytes, sample: Sample, options: RunOptions, folder: Path, progress: Callable[[int], None]
    ) -> RunOutput:
        """Runs `data` as the Engine protocol says."""
        (folder / "artifacts").mkdir(mode=0o700)
        (folder / "run.jsonl").touch(mode=0o600)
        job = Job(
            folder=str(folder.resolve()),
            limits=self._profiles[options.timeout],
            engine=self.name,
            engine_version=self.version,
            sample=sample,
            options=options,
        )
        with self._lock:
            ended = self._ended(job, data, progress)
        return RunOutput(
            log=folder / "run.jsonl",
            artifacts=folder / "artifacts",
            end_reason="the engine's parent process died" if ended is None else ended.reason,
        )

    def close(self) -> None:
        """Ends the warm parent and with it any run."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._socket = self._process = None

    def _ended(self, job: Job, data: bytes, progress: Callable[[int], None]) -> wire.Ended | None:
        sock = self._warm()
        began = time.monotonic()
        # The warm parent kills its child after one grace; past two it is itself what hangs.
        limit = began + job.limits.seconds + 2 * job.limits.grace_s + 5
        ended = None
        try:
            wire.send_job(sock, job, data)
            while not wire.is_readable(sock, 0.25):
                now = time.monotonic()
                if now > limit:
                    return None
                progress(min(95, 5 + int(90 * (now - began) / job.limits.seconds)))
            ended = wire.receive_ended(sock, 5)
        except OSError:
            return None
        finally:
            # Whatever `progress` raised, too: an answer that nobody waited for would be taken for that of the next run.
            if ended is None:
                self.close()
        return ended

    def _warm(self) -> socket.socket:
        """The socket of a living warm parent, started when there is none."""
        if self._process is not None and self._process.poll() is None and self._socket is not None:
            return self._socket
        self.close()
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "fulgurite.engines.emulator.warm", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=FIXED_ENVIRONMENT,
                close_fds=True,
                start_new_session=True,
            )
        except OSError as error:
            raise EngineError(f"the emulator's process could not be started: {error}") from error
        finally:
            theirs.close()
        self._socket = ours
        return ours
