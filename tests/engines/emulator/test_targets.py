"""Handles of processes and threads."""

from collections.abc import Callable

import pytest

from fulgurite.engines.emulator.targets import is_self
from fulgurite.model.events import Injection
from tests.engines.emulator.conftest import RunResult


def test_the_pseudo_handle_of_both_widths() -> None:
    assert is_self(0xFFFFFFFF)
    assert is_self(0xFFFFFFFFFFFFFFFF)
    assert not is_self(0xFFFFFFFE)
    assert not is_self(0x1000)


@pytest.mark.parametrize("bits", [64, 32])
def test_handles_lead_to_their_processes(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("inject.c", bits)
    targets = {e.procid_target for e in run.events(Injection, op="WriteProcessMemory")}
    assert len(targets) == 3
    assert None not in targets
