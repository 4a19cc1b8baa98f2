"""A real store in a folder of its own, and a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fulgurite.store import Store
from tests.fakes import FakeClock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
