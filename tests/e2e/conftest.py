"""A server for the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running import Running


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data directory and an admin's key for it."""
    data = tmp_path_factory.mktemp("data")
    with Running("key", "create", "--role", "admin", "tests", "--data", data) as made:
        assert made.ended() == 0, made.err
    return data, made.out[-1].strip()


@pytest.fixture(scope="module")
def server(admin: tuple[Path, str]) -> Iterator[Running]:
    """A server with its worker on `admin`'s data."""
    with Running("serve", "--data", admin[0], "--port", 0) as running:
        assert running.url
        yield running
