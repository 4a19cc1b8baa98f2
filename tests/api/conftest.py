"""One server for all tests of this folder."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.api.running import Running, running

MAX_UPLOAD_BYTES = 2 * 1024 * 1024
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running server with room for small files only, where many a wrong key may come from this address."""
    with running(tmp_path_factory.mktemp("data"), max_upload_bytes=MAX_UPLOAD_BYTES, bad_keys=100_000) as server:
        yield server


@pytest.fixture(autouse=True)
def stays_well(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test after which the server no longer answers."""
    yield
    if "api" in request.fixturenames:
        server: Running = request.getfixturevalue("api")
        assert server.is_well()
