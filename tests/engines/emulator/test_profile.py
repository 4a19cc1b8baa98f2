"""The guest's data file."""

import pytest

from fulgurite.engines.emulator.profile import system, systems
from fulgurite.errors import EngineError


def test_both_systems_are_there() -> None:
    assert set(systems()) == {"windows7", "windows10"}


@pytest.mark.parametrize("name", ["windows7", "windows10"])
def test_a_system_hangs_together(name: str) -> None:
    guest = system(name)
    assert guest.environment["USERPROFILE"].endswith(guest.user)
    assert guest.platform.startswith(name)
    pids = [process.pid for process in guest.processes]
    assert len(pids) == len(set(pids))
    assert all(pid % 4 == 0 for pid in pids)


def test_versions_differ() -> None:
    assert (system("windows7").version.major, system("windows7").version.minor) == (6, 1)
    assert (system("windows10").version.major, system("windows10").version.minor) == (10, 0)


def test_an_unknown_system_is_named() -> None:
    with pytest.raises(EngineError, match="windows95"):
        system("windows95")
