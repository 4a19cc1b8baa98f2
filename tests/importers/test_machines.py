"""Guests out of their names."""

from fulgurite.importers.machines import machine, os_of, system_of
from fulgurite.model.report import Machine


def test_systems() -> None:
    assert [system_of(one) for one in ("windows7_x64", "win10-5", "cape_u-13_win10x64-149", "cuckoo1", None)] == [
        "windows7",
        "windows10",
        "windows10",
        None,
        None,
    ]
    assert system_of("windows", "ubuntu1804-amd64") == "linux"


def test_families_of_systems() -> None:
    assert [os_of(one) for one in ("linux", "android-x86", "macos-20220504", "windows7_x64", None)] == [
        "linux",
        "android",
        "macos",
        "windows",
        "windows",
    ]


def test_machine() -> None:
    made = machine(platform="windows", name="win7_2", label="other")
    assert made == Machine(system="windows7", platform="windows", resource="win7_2")
