"""The data directory of a command."""

from pathlib import Path

import pytest

from fulgurite.cli.exits import Exit, Failure
from fulgurite.cli.options import Place
from fulgurite.errors import InputError
from fulgurite.service import keys


def test_a_place_has_its_settings(tmp_path: Path) -> None:
    (tmp_path / "fulgurite.toml").write_text("port = 1\nworkers = 2")
    place = Place(tmp_path, port=3, host=None)
    assert place.directory == tmp_path
    assert (place.settings.port, place.settings.workers, place.settings.host) == (3, 2, "127.0.0.1")
    with pytest.raises(InputError, match="command line: "):
        Place(tmp_path, port=-1)


def test_a_store_is_made_when_it_may_be(tmp_path: Path) -> None:
    place = Place(tmp_path / "new")
    with pytest.raises(Failure, match="nothing is kept there yet") as caught, place.store(must_exist=True):
        pass
    assert caught.value.code is Exit.ERROR
    assert not (tmp_path / "new").exists()
    with place.store() as store:
        assert keys.listed(store) == ()
    with place.store(must_exist=True):
        pass
