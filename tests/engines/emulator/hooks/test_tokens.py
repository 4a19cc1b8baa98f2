"""Tokens and privileges."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.hooks.tokens import HELD, PRIVILEGES, sid_bytes
from fulgurite.model.events import Suspicious
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.seen import ADMIN


@pytest.mark.parametrize("bits", [64, 32])
def test_a_privilege_that_is_taken_is_told(run_of: Callable[..., RunResult], bits: int) -> None:
    [act] = run_of(*ADMIN[:1], bits, *ADMIN[1:]).events(Suspicious, act="AdjustPrivilegeToken")
    assert act.detail == "Token: SeDebugPrivilege"


def test_what_is_held_exists() -> None:
    assert set(HELD) <= PRIVILEGES.keys()


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=8))
def test_sids_are_as_long_as_their_parts(parts: list[int]) -> None:
    data = sid_bytes("S-1-5-" + "-".join(map(str, parts)))
    assert data[:2] == bytes((1, len(parts)))
    assert len(data) == 8 + 4 * len(parts)
