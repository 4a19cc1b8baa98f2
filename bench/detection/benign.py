"""Benign programs, compiled here and run by the engine: what our rules say of them."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import fulgurite.engines
from fulgurite import importers, rules
from fulgurite.engines.base import Engine
from fulgurite.model.sample import Sample
from fulgurite.model.signature import Signature
from fulgurite.model.task import RunOptions

ROOT = Path(__file__).parent.parent.parent
PROGRAMS = Path(__file__).parent / "programs"
COMPILERS = {64: "x86_64-w64-mingw32-gcc", 32: "i686-w64-mingw32-gcc"}
LIBRARIES = (
    "-lws2_32",
    "-lwininet",
    "-lwinhttp",
    "-lshell32",
    "-lgdi32",
    "-ladvapi32",
    "-lole32",
    "-luuid",
    "-lurlmon",
)
LIBRARIES_OF_GCC = ("libwinpthread-1.dll", "zlib1.dll")


class Run(NamedTuple):
    """What our rules say of one benign program."""

    name: str
    score: int | None
    found: tuple[Signature, ...]


def runs(rule_set: rules.RuleSet) -> Iterator[Run]:
    """A run of every benign program. Without a compiler for Windows only those that come as they are."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        programs = [ROOT / "demo" / "hello.exe", *_built(folder), *_installed()]
        engine = fulgurite.engines.available()[0]
        for number, program in enumerate(programs):
            yield _run(engine, program, folder / f"run{number}", rule_set)


def _built(folder: Path) -> Iterator[Path]:
    for bits, compiler in COMPILERS.items():
        if shutil.which(compiler) is None:
            print(f"without {compiler} (Debian: gcc-mingw-w64) the programs of bench/detection/programs are left out")
            continue
        for source in sorted(PROGRAMS.glob("*.c")):
            program = folder / f"{source.stem}_{bits}.exe"
            subprocess.run([compiler, "-O1", "-s", "-w", "-o", str(program), str(source), *LIBRARIES], check=True)
            yield program


def _installed() -> Iterator[Path]:
    """Programs for Windows that other people made, as Python's own packages bring them."""
    for package in sorted((ROOT / ".venv").glob("lib/python*/site-packages")):
        yield from sorted(package.glob("pip/_vendor/distlib/[tw][36]?.exe"))
        yield from sorted(package.glob("setuptools/???-[36]?.exe"))


def _run(engine: Engine, program: Path, folder: Path, rule_set: rules.RuleSet) -> Run:
    folder.mkdir()
    output = engine.run(
        program.read_bytes(), Sample(name=program.name), RunOptions(timeout="short"), folder, lambda _percent: None
    )
    report = rules.enriched(rule_set, importers.read(output.log.read_bytes()))
    return Run(program.name, report.score, report.signatures)
