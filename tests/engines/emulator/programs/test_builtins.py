"""The commands that the shell does itself."""

import pytest

from fulgurite.model.events import FileAccess
from tests.engines.emulator.programs.conftest import Desk

PUBLIC = "C:\\Users\\Public"


@pytest.mark.parametrize(
    ("command", "path", "text"),
    [
        ("copy a.txt b.txt", "b.txt", "A"),
        ("copy /y a.txt sub\\", "sub\\a.txt", "A"),
        ("copy /b a.txt+c.txt d.txt", "d.txt", "AC"),
        ("move a.txt b.txt", "b.txt", "A"),
        ("ren a.txt z.txt", "z.txt", "A"),
        ("type a.txt > t.txt", "t.txt", "A"),
        ("cd sub & echo x>in.txt", "sub\\in.txt", "x\r\n"),
        ("cd..& echo x>Public\\up.txt", "up.txt", "x\r\n"),
        ("set V=w& call echo %V%> v.txt", "v.txt", "%V%\r\n"),
        ('if "a"=="a" echo y> y.txt', "y.txt", "y\r\n"),
        ("if /i A==a (echo y> y.txt) else echo n> n.txt", "y.txt", "y\r\n"),
        ("if not exist a.txt (echo y> y.txt) else (echo n> n.txt)", "n.txt", "n\r\n"),
        ("if errorlevel 1 (echo y> y.txt) else echo n> n.txt", "n.txt", "n\r\n"),
        ("if defined TEMP echo %TEMP:~0,3%> p.txt", "p.txt", "C:\\\r\n"),
        ("ver > ver.txt", "ver.txt", "\r\nMicrosoft Windows [Version 10.0.19045.4291]\r\n"),
        ("start /b /wait cmd /c echo s> s.txt", "s.txt", None),
    ],
)
def test_effects(desk: Desk, command: str, path: str, text: str | None) -> None:
    desk.put(f"{PUBLIC}\\a.txt", "A")
    desk.put(f"{PUBLIC}\\c.txt", "C")
    desk.guest.files.seed_folder(f"{PUBLIC}\\sub")
    desk.shell(command)
    assert desk.text(f"{PUBLIC}\\{path}") == ("" if text is None else text)


def test_deleting_by_pattern_and_by_force(desk: Desk) -> None:
    for name in ("a.log", "b.log", "c.txt"):
        desk.put(f"{PUBLIC}\\{name}", name)
    desk.guest.files.at(f"{PUBLIC}\\b.log").attributes |= 1
    desk.shell("del /f /q *.log")
    assert [desk.text(f"{PUBLIC}\\{name}") for name in ("a.log", "b.log", "c.txt")] == [None, None, "c.txt"]
    assert [e.path for e in desk.events(FileAccess)] == [f"{PUBLIC}\\a.log", f"{PUBLIC}\\b.log"]


def test_folders_come_and_go(desk: Desk) -> None:
    desk.shell("md deep\\er & echo x> deep\\er\\f.txt & rd deep & rd /s /q deep")
    assert desk.guest.files.find(f"{PUBLIC}\\deep") is None
    assert [e.op for e in desk.events(FileAccess)] == ["CreateModify"] * 3 + ["Delete"] * 4
    assert desk.events(FileAccess)[3].status == 0xC0000101


def test_start_does_not_wait_and_gives_its_title_away(desk: Desk) -> None:
    desk.shell('start "a title" /min notepad.exe C:\\x.txt')
    assert desk.started()[1:] == ["notepad.exe C:\\x.txt"]
