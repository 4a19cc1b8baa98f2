"""A run from its header to its end."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.child import guest_name, preload
from fulgurite.engines.emulator.profile import systems
from fulgurite.model.events import ModuleLoad, Suspicious
from fulgurite.model.runlog import End, Header, Note, ProcessRecord
from tests.engines.emulator.conftest import RunResult
from tests.engines.pe_files import minimal_pe

QUIET = minimal_pe(b"\x31\xc0\xc3")


@pytest.mark.parametrize(
    ("given_name", "data", "expected"),
    [
        ("setup.exe", QUIET, "setup.exe"),
        (None, QUIET, "sample.exe"),
        ("44d88612fea8a8f36de82e1278abb02f", QUIET, "44d88612fea8a8f36de82e1278abb02f.exe"),
        ("lib", minimal_pe(b"\xc3", characteristics=0x2022), "lib.dll"),
        ("drv", minimal_pe(b"\xc3", subsystem=1), "drv.sys"),
        ("..\\..\\Windows\\x.exe", QUIET, "x.exe"),
        ("a/b/c.exe", QUIET, "c.exe"),
        ('a"b|c*.exe', QUIET, "a_b_c_.exe"),
        ("file.exe:stream", QUIET, "file.exe_stream"),
        (" . ", QUIET, "sample.exe"),
        ("x" * 500, QUIET, "x" * 120 + ".exe"),
    ],
)
def test_the_samples_name_is_one_that_windows_takes(given_name: str | None, data: bytes, expected: str) -> None:
    assert guest_name(given_name, data) == expected


@given(st.text(max_size=300))
def test_any_name_becomes_one(text: str) -> None:
    name = guest_name(text, b"")
    assert 0 < len(name) <= 124
    assert not set(name) & set('<>:"/\\|?*\0')
    assert "." in name


def test_a_run_has_header_processes_and_end(emulated: Callable[..., RunResult]) -> None:
    run = emulated(QUIET, name="quiet.exe", system="windows7", timeout="medium")
    header = run.records[0]
    assert isinstance(header, Header)
    assert (header.machine.system, header.machine.timeout) == ("windows7", "medium")
    assert header.machine.platform == "windows7_x64"
    assert run.records[-1] == End(outcome="completed")
    processes = [r.process for r in run.of(ProcessRecord)]
    sample = next(p for p in processes if p.orig is False)
    parent = next(p for p in processes if p.procid == sample.procid_parent)
    assert (parent.existing, str(parent.image).lower()) == (True, "c:\\windows\\explorer.exe")
    assert sample.image == "C:\\Users\\Admin\\AppData\\Local\\Temp\\quiet.exe"


def test_what_the_host_refuses_is_noted(emulated: Callable[..., RunResult]) -> None:
    run = emulated(QUIET, missing=("a network namespace of its own",))
    assert any("network namespace" in note.text for note in run.of(Note))


def test_a_driver_runs_as_the_system(emulated: Callable[..., RunResult]) -> None:
    run = emulated(minimal_pe(b"\x31\xc0\xc3", subsystem=1), name="drv")
    assert run.events(ModuleLoad)[0].path.endswith("drv.sys")
    assert run.events(Suspicious, act="LoadsDriver")


def test_what_cannot_be_loaded_fails_with_its_reason(emulated: Callable[..., RunResult]) -> None:
    end = emulated(QUIET[:0x80] + b"\xff" * 0x380).records[-1]
    assert isinstance(end, End)
    assert end.outcome == "failed"
    assert end.reason is not None
    assert "could not be emulated" in end.reason


def test_preloading_can_be_done_at_any_time() -> None:
    preload()
    assert set(systems()) == {"windows7", "windows10"}
