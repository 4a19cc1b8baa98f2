"""Enumerations of a folder."""

from pathlib import Path

from fulgurite.engines.emulator import listing, status
from fulgurite.model.events import Search
from tests.engines.emulator.workshop import Workshop


def test_names_come_in_their_order(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    names = [name for name, _ in listing.entries(desk.guest.files.at("C:\\Users"), "*")]
    assert names == [".", "..", "Admin", "Default", "Public"]
    root = [name for name, _ in listing.entries(desk.guest.files.root, "U*")]
    assert root == ["Users"]


def test_searches(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call = desk.call("FindFirstFileW")
    for pattern, code in {
        "C:\\Users\\P*": status.SUCCESS,
        "C:\\Users\\x*": status.NO_SUCH_FILE,
        "C:\\none\\*": status.OBJECT_PATH_NOT_FOUND,
        "C:\\Windows\\win.ini\\*": status.OBJECT_PATH_NOT_FOUND,
        "\\\\server\\share\\*": status.BAD_NETWORK_PATH,
    }.items():
        assert listing.searched(call, pattern, "FindFirstFile")[0] == code, pattern
    assert len(desk.events(Search)) == 5


def test_patterns_keep_their_last_name(tmp_path: Path) -> None:
    call = Workshop(tmp_path).call("x")
    assert listing.pattern_of(call, "*.txt") == "C:\\Users\\Public\\*.txt"
    assert listing.pattern_of(call, "..\\*") == "C:\\Users\\*"
    assert listing.pattern_of(call, "C:/Users/*.*") == "C:\\Users\\*.*"
    assert listing.pattern_of(call, "C:\\*") == "C:\\*"
