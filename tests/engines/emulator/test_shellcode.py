"""Raw code, assembled by mingw, as a program."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.shellcode import program_of
from fulgurite.engines.pe import pe_header
from fulgurite.model.runlog import End
from tests.engines.emulator.conftest import COMPILERS, PROGRAMS, RunResult
from tests.engines.emulator.hooks.steps import marks


@pytest.mark.parametrize(("machine", "bits"), [("amd64", 64), ("x86", 32)])
def test_code_finds_its_apis_and_calls_them(
    emulated: Callable[..., RunResult], tmp_path: Path, machine: str, bits: int
) -> None:
    prefix = COMPILERS[bits].removesuffix("gcc")
    if shutil.which(f"{prefix}as") is None:
        pytest.skip(f"{prefix}as is not installed (Debian: apt-get install gcc-mingw-w64)")
    subprocess.run([f"{prefix}as", PROGRAMS / f"shellcode_{bits}.s", "-o", tmp_path / "code.o"], check=True)
    subprocess.run(
        [f"{prefix}objcopy", "-O", "binary", "-j", ".text", tmp_path / "code.o", tmp_path / "code.bin"], check=True
    )
    run = emulated(tmp_path / "code.bin", name="payload.bin", shellcode=machine)
    assert marks(run) == [f"ShellMutex{bits}"]
    assert [end.outcome for end in run.of(End)] == ["completed"]


@given(st.binary(max_size=5000), st.sampled_from(["x86", "amd64"]))
def test_any_bytes_become_a_program(code: bytes, machine: str) -> None:
    program = program_of(code, machine)
    header = pe_header(program)
    assert header is not None
    assert (header.machine, header.is_dll, header.is_dotnet) == (machine, False, False)
    assert program[0x400:].startswith(code)


@pytest.mark.parametrize("machine", ["x86", "amd64"])
def test_code_that_is_none_ends_with_a_reason(emulated: Callable[..., RunResult], machine: str) -> None:
    (end,) = emulated(b"\xff" * 64, name="noise.bin", shellcode=machine, seconds=5).of(End)
    assert end.outcome == "completed" or end.reason
