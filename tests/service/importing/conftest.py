"""Real readers, shared by the tests of this folder: starting one takes a while."""

from collections.abc import Iterator

import pytest

from fulgurite.service.importing import Bounds, Readers


@pytest.fixture(scope="session")
def readers() -> Iterator[Readers]:
    with Readers(2, Bounds()) as started:
        yield started
