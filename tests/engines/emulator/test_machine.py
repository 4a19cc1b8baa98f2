"""Images of all kinds and states under our machines: large, with exports and callbacks, drivers, mutated ones."""

import contextlib
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speakeasy.errors import SpeakeasyError

from fulgurite.engines.emulator.machine import MAX_EXPORTS, loadable
from fulgurite.engines.emulator.shellcode import program_of
from fulgurite.model.events import ApiCall, ModuleLoad, Suspicious
from fulgurite.model.runlog import End, Note
from tests.engines.emulator.conftest import COMPILERS, PROGRAMS, Compile, RunResult
from tests.engines.emulator.hooks.steps import marks

BITS = pytest.mark.parametrize("bits", [64, 32])
MUTATIONS = 40
"""Mutated programs that are run for each width."""


@BITS
def test_all_exports_of_a_library_are_called(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("exports.c", bits, "-shared")
    assert set(marks(run)) == {"InMain", "LastExport", *(f"Export{number}" for number in range(13))}
    assert len(marks(run)) < MAX_EXPORTS
    assert any("export.crash ended early" in note.text for note in run.of(Note))
    assert [end.outcome for end in run.of(End)] == ["completed"], "a wrong call of ours is no fault of the sample"


@BITS
def test_callbacks_run_before_main_and_exports_of_programs_do_not(run_of: Callable[..., RunResult], bits: int) -> None:
    assert marks(run_of("tls.c", bits)) == ["TlsCallback", "Main"]


@BITS
def test_drivers_run_in_the_kernel(emulated: Callable[..., RunResult], tmp_path: Path, bits: int) -> None:
    compiler = COMPILERS[bits]
    headers = Path(f"/usr/{compiler.removesuffix('-gcc')}/include/ddk")
    if shutil.which(compiler) is None or not headers.exists():
        pytest.skip("the headers for drivers are not installed (Debian: apt-get install mingw-w64)")
    target = tmp_path / "driver.sys"
    entry = "DriverEntry" if bits == 64 else "_DriverEntry@8"
    flags = ["-nostdlib", "-nostartfiles", "-Wl,--subsystem,native", f"-Wl,--entry,{entry}", f"-I{headers}"]
    source = PROGRAMS / "driver.c"
    subprocess.run([compiler, "-O1", "-s", *flags, "-o", target, source, "-lntoskrnl"], check=True)
    run = emulated(target, name="driver.sys")
    (loads,) = run.events(Suspicious, act="LoadsDriver")
    assert run.events(ModuleLoad, procid=loads.procid, path=loads.detail)
    (device,) = run.events(ApiCall, api="ntoskrnl.IoCreateDevice")
    assert "\\Device\\BenignDevice" in device.args
    assert run.events(ApiCall, api="ntoskrnl.IoDeleteDevice"), "it was unloaded"
    assert [end.outcome for end in run.of(End)] == ["completed"]


@BITS
def test_an_overlay_is_not_loaded(emulated: Callable[..., RunResult], compiled: Compile, bits: int) -> None:
    program = compiled("tls.c", bits).read_bytes()
    run = emulated(program + bytes(range(256)) * (27 << 12))
    assert marks(run) == ["TlsCallback", "Main"]


def test_only_what_is_mapped_is_kept() -> None:
    program = program_of(b"\xc3", "amd64")
    assert len(loadable(program + bytes(1 << 20))) <= len(program) + 0x1000


@given(st.binary(max_size=200), st.integers(0, 0x180))
@settings(max_examples=200)
def test_any_headers_are_loadable_or_refused(noise: bytes, at: int) -> None:
    data = bytearray(program_of(b"\xc3", "x86"))
    data[at : at + len(noise)] = noise
    with contextlib.suppress(SpeakeasyError):
        assert len(loadable(bytes(data))) <= len(data)


def mutated(program: bytes, seed: int) -> bytes:
    """`program` with some of its bytes changed: in its headers, in its section table, anywhere; or cut off."""
    chance = random.Random(seed)  # noqa: S311 - the same mutations in every run
    data = bytearray(program)
    low, high = chance.choice([(0x3C, 0x400), (0x178, 0x300), (0x3C, len(data) - 8)])
    for _ in range(chance.choice([1, 2, 5, 20])):
        at, width = chance.randrange(low, min(high, len(data) - 8)), chance.choice([1, 2, 4])
        value = chance.choice([0, 1, 0x7F, 0x80, 0xFF, 0x8000_0000, 0xFFFF_FFFF, chance.getrandbits(32)])
        data[at : at + width] = (value & ((1 << 8 * width) - 1)).to_bytes(width, "little")
    if chance.random() < 0.15:
        del data[chance.randrange(64, len(data)) :]
    return bytes(data)


@BITS
def test_mutated_programs_always_come_to_an_end(
    emulated: Callable[..., RunResult], compiled: Compile, bits: int
) -> None:
    """No Python exception leaves the run, and each says how it ended."""
    program = compiled("runtime.c", bits).read_bytes()
    outcomes = set()
    for seed in range(MUTATIONS):
        (end,) = emulated(mutated(program, seed), seconds=5).of(End)
        assert end.outcome == "completed" or end.reason, seed
        outcomes.add(end.outcome)
    assert outcomes >= {"completed", "failed"}
