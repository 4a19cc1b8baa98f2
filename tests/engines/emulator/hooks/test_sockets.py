"""Sockets, by a program that uses them in many ways."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import ApiCall, FlowOwner, FlowStart
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import SOCKETS, steps

BITS = pytest.mark.parametrize("bits", [64, 32])
STEPS = {
    "connect", "select", "response", "end", "peer", "wsasend", "closed", "dns", "timeout", "nonblocking", "poll",
    "refused", "connectex", "listen", "accept", "ipv6", "addrinfow", "ntop", "nxdomain", "dnsquery", "echo",
    "hostname",
}  # fmt: skip


@BITS
def test_every_step_goes_as_on_windows(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = SOCKETS
    assert steps(run_of(program, bits, *flags)) == dict.fromkeys(STEPS, True)


@BITS
def test_connections_are_flows_of_the_process(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = SOCKETS
    run = run_of(program, bits, *flags)
    (flow,) = run.events(FlowStart, remote_addr="192.0.2.10")
    assert (flow.proto, flow.remote_port, flow.local_addr) == ("tcp", 4444, "10.127.0.71")
    assert [owner.procid for owner in run.events(FlowOwner, flow=flow.flow)] == [flow.procid]
    assert run.events(FlowStart, remote_addr="2001:db8::99", remote_port=6666)
    assert [flow.flow for flow in run.events(FlowStart)] == list(range(1, len(run.events(FlowStart)) + 1))
    assert not run.events(FlowStart, remote_addr="127.0.0.1"), "a refused connection is none"


@BITS
def test_a_port_that_is_listened_on_is_told(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = SOCKETS
    (call,) = run_of(program, bits, *flags).events(ApiCall, api="ws2_32.listen")
    assert call.args == ("tcp", "0.0.0.0:31337")
