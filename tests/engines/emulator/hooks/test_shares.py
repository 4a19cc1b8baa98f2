"""Shares of other machines."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import ApiCall, DnsQuery, FlowStart, ProcessTerminate
from tests.engines.emulator.conftest import RunResult


@pytest.mark.parametrize("bits", [64, 32])
def test_connecting_reaches_the_other_machine(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("shares.c", bits, "-lmpr")
    assert [end.status for end in run.events(ProcessTerminate)] == [0]
    assert run.events(FlowStart, remote_addr="192.0.2.80", remote_port=445)
    (query,) = run.events(DnsQuery)
    assert query.name == "files.benign.test"
    assert len(run.events(FlowStart, remote_port=445)) == 2
    (wide,) = run.events(ApiCall, api="mpr.WNetAddConnection2W")
    assert wide.args == ("\\\\192.0.2.80\\admin$", "admin")
