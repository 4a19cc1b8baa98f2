"""What an engine's child process gives up before it touches a sample. Linux; past the limits, best effort.

Called after fork, in the child. What the kernel refuses (user namespaces are off in some containers) is returned, so
that the run can say so.
"""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_NEWIPC = 0x08000000

BARE_ENVIRONMENT: Final = {"PATH": os.defpath, "LANG": "C.UTF-8"}
"""All the environment that a child which gets hostile bytes has: no keys, no proxies, no PYTHONPATH of ours."""
FIXED_ENVIRONMENT: Final = {**BARE_ENVIRONMENT, "PYTHONHASHSEED": "0"}
"""The same, for a child that is to do the same over the same bytes every time."""

_FORBIDDEN = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.getaddrinfo",
        "subprocess.Popen",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "pty.spawn",
    }
)
"""Audit events that end in an error: an emulator needs none of them."""


def die_with_parent() -> None:
    """Makes the kernel kill this process when its parent ends, however that happens."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def limit(*, memory_bytes: int, cpu_s: int, file_bytes: int) -> None:
    """Sets hard limits on address space, CPU seconds and the size of any file written; no core dumps; low priority."""
    os.nice(10)
    for what, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
    ):
        _soft, hard = resource.getrlimit(what)
        top = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (top, top))


def confine(folder: Path) -> list[str]:
    """Takes away privileges, network and the means to start programs; works below `folder` from now on.

    Returns what could not be taken away, each as a plain phrase.
    """
    missing = []
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) != 0:
        missing.append("a network namespace of its own")
    os.chdir(folder)
    os.umask(0o077)
    sys.addaudithook(_refuse)
    return missing


def _refuse(event: str, _args: tuple[object, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not allowed in an engine's child process")
