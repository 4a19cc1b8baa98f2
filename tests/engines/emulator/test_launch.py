"""What Windows makes of an application name and a command line."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.launch import LaunchError, arguments_of, launch, program_names
from fulgurite.model.events import Suspicious
from tests.engines.emulator.programs.conftest import Desk, desk
from tests.engines.pe_files import minimal_pe

__all__ = ["desk"]
PUBLIC = "C:\\Users\\Public"


def test_names_grow_word_by_word() -> None:
    assert list(program_names("C:\\Program Files\\a b.exe -x")) == [
        "C:\\Program",
        "C:\\Program Files\\a",
        "C:\\Program Files\\a b.exe",
        "C:\\Program Files\\a b.exe -x",
    ]
    assert list(program_names('"C:\\a b.exe" -x')) == ["C:\\a b.exe"]


@given(st.text(st.sampled_from('ab\\" \t.:'), max_size=60))
def test_any_command_line_is_read(command: str) -> None:
    assert all(isinstance(name, str) for name in islice(program_names(command), 100))
    assert len(arguments_of(command)) <= len(command)


@pytest.mark.parametrize(
    ("application", "command", "image", "text"),
    [
        (None, "notepad", "C:\\Windows\\System32\\notepad.exe", "notepad"),
        (None, "powershell -c x", "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", "powershell -c x"),
        ("c:\\windows\\system32\\CMD.EXE", None, "C:\\Windows\\System32\\cmd.exe", "c:\\windows\\system32\\CMD.EXE"),
        (None, f"{PUBLIC}\\my own\\it -q", f"{PUBLIC}\\my own\\it.exe", f"{PUBLIC}\\my own\\it -q"),
        (None, "it.bat 1", "C:\\Windows\\System32\\cmd.exe", 'C:\\Windows\\System32\\cmd.exe /c "it.bat 1"'),
    ],
)
def test_images_are_found(desk: Desk, application: str | None, command: str | None, image: str, text: str) -> None:
    desk.guest.files.seed_file(f"{PUBLIC}\\my own\\it.exe", minimal_pe(b"\xc3"))
    desk.put(f"{PUBLIC}\\it.bat", "ver")
    caller = desk.guest.processes.start("C:\\x.exe", "x", parent=None, cwd=PUBLIC)
    process = launch(desk.guest, caller, application, command)
    assert (process.image, process.cmd, process.parent) == (image, text, caller)
    assert process.orig == image.startswith("C:\\Windows")


def test_a_32_bit_program_gets_the_32_bit_one(desk: Desk) -> None:
    caller = desk.guest.processes.start("C:\\x.exe", "x", parent=None)
    caller.bits = 32
    assert launch(desk.guest, caller, None, "notepad").image == "C:\\Windows\\SysWOW64\\notepad.exe"


@pytest.mark.parametrize(("name", "code"), [("C:\\NoSuch\\a.exe", 2), (f"{PUBLIC}\\text.exe", 193), ("", 2)])
def test_what_cannot_be_started_is_no_process(desk: Desk, name: str, code: int) -> None:
    desk.put(f"{PUBLIC}\\text.exe", "no program")
    caller = desk.guest.processes.start("C:\\x.exe", "x", parent=None)
    count = len(desk.guest.processes.all)
    with pytest.raises(LaunchError) as refused:
        launch(desk.guest, caller, None, name)
    assert refused.value.code == code
    assert len(desk.guest.processes.all) == count


def test_another_parent_is_told(desk: Desk) -> None:
    caller = desk.guest.processes.start("C:\\x.exe", "x", parent=None)
    shell = next(p for p in desk.guest.processes.all if p.name == "explorer.exe")
    process = launch(desk.guest, caller, None, "notepad", parent=shell)
    assert process.ppid == shell.pid
    [event] = desk.events(Suspicious)
    assert (event.procid, event.procid_target) == (caller.procid, process.procid)
