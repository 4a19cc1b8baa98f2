"""One server for all tests of this folder, one browser for each module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import site as sites
from tests.browser.chromium import chromium, program
from tests.browser.site import Site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running server with pages, a worker, and something to look at."""
    with sites.site(tmp_path_factory.mktemp("site")) as running:
        yield running


# Of a module: playwright runs an event loop in this thread as long as it is there, which other tests could not bear.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Tests are skipped where it is not installed."""
    if program() is None:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    with chromium() as running:
        yield running
