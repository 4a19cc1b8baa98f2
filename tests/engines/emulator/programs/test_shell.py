"""The command shell: chains, batch files, programs that it starts."""

import pytest

from fulgurite.model.events import FileAccess, ProcessCreate
from tests.engines.emulator.programs.conftest import Desk

PUBLIC = "C:\\Users\\Public"


def test_a_failed_command_stops_what_depends_on_it(desk: Desk) -> None:
    desk.shell("type nothing.txt && echo a > a.txt || echo b > b.txt & echo c > c.txt")
    assert [desk.text(f"{PUBLIC}\\{name}.txt") for name in "abc"] == [None, "b \r\n", "c \r\n"]


def test_a_program_is_a_process_of_its_own_below_the_shell(desk: Desk) -> None:
    shell = desk.shell("whoami > who.txt")
    assert desk.started() == ["cmd.exe /c whoami > who.txt", "whoami"]
    assert desk.guest.processes.all[-1].parent is shell
    assert desk.text(f"{PUBLIC}\\who.txt") == "desktop-qk4l7tm\\admin\r\n"
    assert shell.exit_status == 0


def test_what_is_not_there_is_no_process(desk: Desk) -> None:
    assert desk.shell("nosuchprogram /x").exit_status == 9009
    assert len(desk.started()) == 1
    assert len([e for e in desk.events(ProcessCreate) if e.kind == "Create"]) == 1


def test_redirections_append_and_go_into_groups(desk: Desk) -> None:
    desk.shell("(echo one & echo two) > g.txt & echo three>> g.txt")
    assert desk.text(f"{PUBLIC}\\g.txt") == "one \r\ntwo\r\nthree\r\n"


def test_a_batch_file_with_labels_variables_and_its_own_end(desk: Desk) -> None:
    desk.put(
        f"{PUBLIC}\\run.bat",
        "@echo off\r\nset TO=%~dp0%1.txt\r\n:again\r\nif not exist %TO% (\r\n  echo made> %TO%\r\n)\r\n"
        "if exist %TO% goto out\r\ngoto again\r\n:out\r\ncall :nothing\r\nexit /b 3\r\necho never> never.txt\r\n",
    )
    shell = desk.run('cmd.exe /c ""C:\\Users\\Public\\run.bat" there"')
    assert desk.text(f"{PUBLIC}\\there.txt") == "made\r\n"
    assert desk.text(f"{PUBLIC}\\never.txt") is None
    assert shell.exit_status == 3


def test_a_loop_without_end_ends(desk: Desk) -> None:
    desk.put(f"{PUBLIC}\\loop.bat", ":a\r\ngoto a\r\n")
    assert desk.shell("loop.bat").terminated_ms is not None


def test_a_shell_that_is_told_to_stay_stays(desk: Desk) -> None:
    assert desk.run("cmd.exe /k echo x > k.txt").terminated_ms is None
    assert desk.text(f"{PUBLIC}\\k.txt") == "x \r\n"
    assert desk.run("cmd.exe").terminated_ms is None


def test_a_window_is_not_waited_for(desk: Desk) -> None:
    desk.shell("notepad & echo go > on.txt")
    assert desk.text(f"{PUBLIC}\\on.txt") == "go \r\n"
    assert desk.guest.processes.all[-1].terminated_ms is None


@pytest.mark.parametrize("command", ["", '"', "&&", "> ", "( ( (", "%", "if exist", "start", "call", 'cd "', "goto"])
def test_nonsense_is_survived(desk: Desk, command: str) -> None:
    assert desk.shell(command).terminated_ms is not None


def test_changes_of_files_are_told_with_their_status(desk: Desk) -> None:
    desk.shell("del nothing.txt")
    [event] = desk.events(FileAccess)
    assert (event.verb, event.path, event.status) == ("delete", f"{PUBLIC}\\nothing.txt", 0xC0000034)
