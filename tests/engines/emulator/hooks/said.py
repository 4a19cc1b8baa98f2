"""What a test program says that it found: the lines `name=value` of its out.txt (see programs/say.h)."""

from collections.abc import Callable
from typing import Any

from fulgurite.model.runlog import ArtifactRecord
from tests.engines.emulator.conftest import RunResult

Run = Callable[..., RunResult]
FILES = ("files_win32.c",)
PLACES = ("files_places.c", "-lshlwapi", "-lshell32", "-lole32", "-luuid")
NATIVE = ("files_native.c",)
CRT = ("files_crt.c",)
REGISTRY = ("registry.c", "-lshlwapi", "-ladvapi32")
OBJECTS = ("objects.c",)
NOT_FOUND, PATH_NOT_FOUND, COLLISION = 0xC0000034, 0xC000003A, 0xC0000035


def run(run_of: Run, program: tuple[str, ...], bits: int) -> RunResult:
    """The run of a program with the libraries that it is linked to."""
    return run_of(program[0], bits, *program[1:])


def content(result: RunResult, path: str) -> bytes:
    """The last content that was kept of a file."""
    kept = [r.artifact for r in result.of(ArtifactRecord) if r.artifact.path == path]
    return (result.folder / "artifacts" / str(kept[-1].sha256)).read_bytes()


def said(result: RunResult) -> dict[str, str]:
    """What the program said."""
    lines = content(result, "C:\\Users\\Public\\out.txt").decode("cp1252").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def brief(events: list[Any]) -> list[tuple[str, str, int]]:
    """Verb, op and status of file or registry events, in their order."""
    return [(event.verb, event.op, event.status) for event in events]
