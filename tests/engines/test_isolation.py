"""What a confined child can no longer do, seen from inside real children."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fulgurite.engines import isolation


def in_child(deed: Callable[[], object]) -> object:
    """What `deed` returns in a forked child; the name of its exception when it raises."""
    readable, writable = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            answer = deed()
        except BaseException as error:  # noqa: BLE001 - the child tells, the parent judges
            answer = type(error).__name__
        os.write(writable, json.dumps(answer).encode())
        os._exit(0)
    os.close(writable)
    with os.fdopen(readable, "rb") as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(text) if text else None


def confined(folder: Path, deed: Callable[[], object]) -> object:
    def run() -> object:
        isolation.confine(folder)
        return deed()

    return in_child(run)


def test_no_connection(tmp_path: Path) -> None:
    def connect() -> object:
        return socket.socket().connect_ex(("127.0.0.1", 9))

    assert confined(tmp_path, connect) == "PermissionError"


def test_no_program_is_started(tmp_path: Path) -> None:
    assert confined(tmp_path, lambda: os.system("true")) == "PermissionError"  # noqa: S605
    assert confined(tmp_path, lambda: subprocess.call(["true"])) == "PermissionError"
    assert confined(tmp_path, lambda: os.execv("/bin/true", ["true"])) == "PermissionError"  # noqa: S606


def test_it_works_in_its_folder(tmp_path: Path) -> None:
    assert confined(tmp_path, os.getcwd) == str(tmp_path)


def test_what_the_host_refuses_is_named(tmp_path: Path) -> None:
    def own_network() -> object:
        before = str(Path("/proc/self/ns/net").readlink())
        missing = isolation.confine(tmp_path)
        return [missing, before != str(Path("/proc/self/ns/net").readlink())]

    answer = in_child(own_network)
    assert answer in ([[], True], [["a network namespace of its own"], False])


def test_limits_hold() -> None:
    def limits() -> object:
        isolation.limit(memory_bytes=1 << 30, cpu_s=5, file_bytes=1000)
        return [
            resource.getrlimit(resource.RLIMIT_AS)[1],
            resource.getrlimit(resource.RLIMIT_CPU)[1],
            resource.getrlimit(resource.RLIMIT_FSIZE)[1],
            resource.getrlimit(resource.RLIMIT_CORE)[1],
        ]

    assert in_child(limits) == [1 << 30, 5, 1000, 0]


def test_memory_over_the_limit_is_refused() -> None:
    def take() -> object:
        isolation.limit(memory_bytes=1 << 30, cpu_s=5, file_bytes=1000)
        return len(bytearray(2 << 30))

    assert in_child(take) == "MemoryError"


def test_a_child_dies_with_its_parent() -> None:
    code = (
        "import os, sys, time\n"
        "from fulgurite.engines import isolation\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    isolation.die_with_parent(); print(os.getpid(), flush=True); time.sleep(60)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        grandchild = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    for _ in range(200):
        if not Path(f"/proc/{grandchild}").exists() or " Z " in Path(f"/proc/{grandchild}/stat").read_text():
            return
        time.sleep(0.02)
    raise AssertionError(f"process {grandchild} outlived its parent")
