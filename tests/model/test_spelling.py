"""One spelling for what differs from run to run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model.spelling import Spelling
from tests import builders

SHA256 = "ab" * 32
IMAGE = "C:\\Users\\bob\\Desktop\\Invoice 7.exe"


def spelling(**fields: object) -> Spelling:
    return Spelling(
        builders.report(
            sample=builders.sample(name="invoice 7.exe", sha256=SHA256),
            processes=(
                builders.process(1, pid=4242, image=IMAGE),
                builders.process(2, pid=88, image="C:\\Windows\\System32\\cmd.exe", procid_parent=1),
            ),
            **fields,
        )
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("C:\\Users\\Bob\\notes.txt", "c:\\users\\<user>\\notes.txt"),
        ("C:\\Documents and Settings\\Bob\\a", "c:\\users\\<user>\\a"),
        ("C:\\Users\\Public\\a", "c:\\users\\public\\a"),
        ("\\??\\C:\\Windows\\A.dll", "c:\\windows\\a.dll"),
        ("\\\\?\\C:\\Windows\\A.dll", "c:\\windows\\a.dll"),
        (IMAGE, "<sample>"),
        ("D:\\x\\INVOICE 7.exe", "d:\\x\\<sample>"),
        (f"C:\\{SHA256.upper()}", "c:\\<sample>"),
        ("C:\\Users\\x\\AppData\\Local\\Temp\\~DF3A.tmp", "c:\\users\\<user>\\appdata\\local\\temp\\<random>.tmp"),
        ("C:\\Windows\\Temp\\_MEI12345\\python.dll", "c:\\windows\\temp\\<random>\\python.dll"),
        ("C:\\Windows\\Temp\\payload.exe", "c:\\windows\\temp\\payload.exe"),
        ("C:\\Windows\\0123456789abcdef.exe", "c:\\windows\\0123456789abcdef.exe"),
        ("\\pipe\\x.4242.1", "\\pipe\\x.<pid>.1"),
        ("\\pipe\\x.0x1092", "\\pipe\\x.<pid>"),
        ("C:\\a\\4243", "c:\\a\\4243"),
        ("C:\\a\\88", "c:\\a\\88"),
        ("C:\\Windows\\System32\\cmd.exe", "c:\\windows\\system32\\cmd.exe"),
    ],
)
def test_paths(text: str, told: str) -> None:
    assert spelling().path(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("HKEY_USERS\\S-1-5-21-1-2-3-1001\\Software\\Run", "hkcu\\software\\run"),
        ("\\REGISTRY\\USER\\S-1-5-21-1-2-3-1001_Classes\\x", "hkcu\\software\\classes\\x"),
        ("HKEY_LOCAL_MACHINE\\A", "hklm\\a"),
        ("\\Registry\\Machine\\A", "hklm\\a"),
        ("HKCU\\Software\\Run\\Invoice 7.exe", "hkcu\\software\\run\\<sample>"),
        ("HKLM\\4242", "hklm\\4242"),
    ],
)
def test_keys(text: str, told: str) -> None:
    assert spelling().key(text) == told


def test_command_lines_and_names() -> None:
    assert spelling().command(f'"{IMAGE}"  /pid  4242') == "<sample> /pid <pid>"
    assert spelling().name("Global\\Bot-4242") == "global\\bot-<pid>"
    assert spelling().name("{8761ABBD-7F85-42EE-B272-A76179687C63}") == "{8761abbd-7f85-42ee-b272-a76179687c63}"


def test_unix_keeps_its_case() -> None:
    unix = spelling(os="linux")
    assert unix.path("/home/bob/A") == "/home/<user>/A"
    assert unix.path("/var/tmp/deadbeef01/x") == "/var/tmp/<random>/x"  # noqa: S108 - a text
    assert unix.path("/Users/Shared/x") == "/Users/Shared/x"


def test_a_program_of_the_guest_is_not_the_sample() -> None:
    report = builders.report(processes=(builders.process(1, image="C:\\Windows\\System32\\rundll32.exe", orig=None),))
    assert Spelling(report).path("C:\\Windows\\System32\\rundll32.exe").endswith("rundll32.exe")


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_is_too_much(name: str, text: str) -> None:
    spelt = Spelling(builders.report(sample=builders.sample(name=name)))
    for way in (spelt.path, spelt.command, spelt.key, spelt.name):
        assert way(text) == way(text)
