"""Building small Windows programs, and running them under the emulator in this process."""

import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fulgurite.engines.emulator import child
from fulgurite.engines.emulator.job import Job, Limits
from fulgurite.model.runlog import EventRecord, Record
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions

PROGRAMS = Path(__file__).parent / "programs"
COMPILERS = {64: "x86_64-w64-mingw32-gcc", 32: "i686-w64-mingw32-gcc"}
Compile = Callable[..., Path]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """`compiled("files.c", 64, "-lws2_32", ...)`: the program built from programs/files.c; skips without mingw."""
    folder = tmp_path_factory.mktemp("programs")

    @cache
    def build(source: str, bits: int, *flags: str) -> Path:
        compiler = COMPILERS[bits].replace("gcc", "g++") if source.endswith(".cpp") else COMPILERS[bits]
        if shutil.which(compiler) is None:
            pytest.skip(f"{compiler} is not installed (Debian: apt-get install gcc-mingw-w64 g++-mingw-w64)")
        suffix = "dll" if "-shared" in flags else "exe"
        target = folder / f"{Path(source).stem}_{bits}_{abs(hash(flags)):x}.{suffix}"
        subprocess.run([compiler, "-O1", "-s", "-o", target, PROGRAMS / source, *flags], check=True)
        return target

    return build


class RunResult:
    """What one run under the emulator logged."""

    def __init__(self, records: list[Record], folder: Path) -> None:
        self.records = records
        self.folder = folder
        """The run's own folder; artifacts lie below `artifacts`, each named by its SHA-256."""

    def events(self, kind: type[Any] | None = None, **fields: Any) -> list[Any]:
        """The events of class `kind` whose fields have these values (text is compared without case)."""
        return [
            r.event
            for r in self.records
            if isinstance(r, EventRecord)
            and (kind is None or isinstance(r.event, kind))
            and all(_same(getattr(r.event, name, None), value) for name, value in fields.items())
        ]

    def of(self, kind: type[Any]) -> list[Any]:
        """The records of class `kind`: ProcessRecord, ArtifactRecord, FlowRecord, Note, End."""
        return [r for r in self.records if isinstance(r, kind)]


@pytest.fixture(scope="session")
def run_of(compiled: Compile, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., RunResult]:
    """`run_of("admin.c", 64, "-lpsapi", ...)`: the log of one run of that program, run once for all tests."""

    @cache
    def run(source: str, bits: int, *flags: str, system: str = "windows10", tail: Path | None = None) -> RunResult:
        folder = tmp_path_factory.mktemp("run")
        program = compiled(source, bits, *flags).read_bytes()
        if tail is not None:
            program += tail.read_bytes() + tail.stat().st_size.to_bytes(4, "little")
        name = f"{Path(source).stem}_{bits}.{'dll' if '-shared' in flags else 'exe'}"
        return _run(program, folder, name, seconds=60, system=system)

    return run


def _run(
    data: bytes, folder: Path, name: str, *, missing: tuple[str, ...] = (), seconds: float, **options: Any
) -> RunResult:
    (folder / "artifacts").mkdir(parents=True)
    job = Job(
        folder=str(folder),
        limits=Limits(seconds=seconds),
        engine="speakeasy",
        engine_version="test",
        sample=Sample(name=name),
        options=RunOptions(file_name=name, **options),
    )
    child.run(job, data, list(missing))
    lines = (folder / "run.jsonl").read_bytes().splitlines()
    return RunResult([msgspec.json.decode(line, type=Record) for line in lines], folder)


def _same(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return left == right


@pytest.fixture
def emulated(tmp_path: Path) -> Callable[..., RunResult]:
    """`emulated(path_or_bytes, name="a.exe", seconds=60, **RunOptions fields)`: the log of one run, in this process."""
    count = 0

    def run(program: Path | bytes, *, name: str = "sample.exe", seconds: float = 60, **options: Any) -> RunResult:
        nonlocal count
        count += 1
        data = program if isinstance(program, bytes) else program.read_bytes()
        return _run(data, tmp_path / f"run{count}", name, seconds=seconds, **options)

    return run
