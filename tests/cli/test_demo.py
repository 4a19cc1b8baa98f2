"""The demo's key and faults before the server starts; the whole is in tests/e2e."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fulgurite.cli.demo import KEY_FILE, _key
from fulgurite.cli.options import Place
from fulgurite.model.key import Role
from fulgurite.service import keys
from tests.conftest import Command


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = Place(tmp_path)
    key = _key(place)
    assert key in capsys.readouterr().err
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert _key(place) == key
    assert key not in capsys.readouterr().err
    with place.store() as store:
        found = keys.check(store, key, datetime.now(UTC))
        assert len(keys.listed(store)) == 1
    assert found is not None
    assert found.role is Role.ADMIN


def test_a_program_that_is_not_there_is_one_line(command: Command, tmp_path: Path) -> None:
    ended = command("demo", "--data", tmp_path, tmp_path / "none.exe")
    assert ended == (1, "", f"fulgurite: {tmp_path}/none.exe: No such file or directory\n")
