"""Windows of the desktop."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import Search
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.seen import ADMIN


@pytest.mark.parametrize("bits", [64, 32])
def test_a_window_that_is_not_there(run_of: Callable[..., RunResult], bits: int) -> None:
    [search] = run_of(*ADMIN[:1], bits, *ADMIN[1:]).events(Search, object="window")
    assert (search.target, search.op, search.status) == ("OLLYDBG", "FindWindow", 0xC0000034)
