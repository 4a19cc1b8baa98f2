"""What programs say over their sockets, and what they get back."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import DnsQuery, FlowStart, HttpRequest, HttpResponse, TlsHandshake
from fulgurite.model.runlog import FlowRecord
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import SOCKETS

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_http_by_hand_is_seen(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = SOCKETS
    run = run_of(program, bits, *flags)
    first, second = run.events(HttpRequest)
    assert (first.method, first.url) == ("GET", "http://plain.benign.test/by/hand?n=1")
    assert first.headers == ("Host: plain.benign.test", "User-Agent: Hand/1.0")
    assert (second.method, second.url, second.body_bytes) == ("POST", "http://plain.benign.test/second", 5)
    assert (first.flow, first.index, second.flow, second.index) == (first.flow, 0, first.flow, 1)
    assert [answer.status for answer in run.events(HttpResponse)] == [200, 200]


@BITS
def test_tls_by_hand_is_seen(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = SOCKETS
    (hello,) = run_of(program, bits, *flags).events(TlsHandshake)
    assert hello.sni == "tls.benign.test"
    assert len(hello.ja3) == 32


@BITS
def test_dns_by_hand_is_seen(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = SOCKETS
    run = run_of(program, bits, *flags)
    (query,) = run.events(DnsQuery, name="own.benign.test")
    assert run.events(FlowStart, flow=query.flow, remote_addr="192.0.2.53", remote_port=53, proto="udp")


@BITS
def test_an_echo_request_is_a_flow_without_ports(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = SOCKETS
    (echo,) = run_of(program, bits, *flags).events(FlowStart, proto="icmp")
    assert (echo.remote_addr, echo.remote_port, echo.local_port) == ("192.0.2.7", None, None)


@BITS
def test_flows_tell_what_went_over_them(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = SOCKETS
    run = run_of(program, bits, *flags)
    last = {record.flow.flow: record.flow for record in run.of(FlowRecord)}
    flow = next(flow for flow in last.values() if flow.domain == "plain.benign.test")
    assert (flow.protocols, flow.tx_bytes) == (("http",), 76 + 77)
    assert flow.rx_bytes is not None
    assert flow.rx_bytes > 300
    assert next(flow for flow in last.values() if flow.dst == "192.0.2.11:8443").tx_bytes == 5
