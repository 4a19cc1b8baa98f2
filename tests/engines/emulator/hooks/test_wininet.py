"""WinINet, by a program that uses it in many ways."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import FlowStart, HttpRequest, TlsHandshake
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import HTTP, steps

BITS = pytest.mark.parametrize("bits", [64, 32])
STEPS = {
    "code", "type", "available", "read", "end", "unknown", "parts", "async", "crack", "ftpput", "ftpget", "download",
    "cache", "state",
}  # fmt: skip


@BITS
def test_every_step_goes_as_on_windows(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = HTTP
    assert steps(run_of(program, bits, *flags)) == dict.fromkeys(STEPS, True)


@BITS
def test_requests_are_told_as_sent(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = HTTP
    run = run_of(program, bits, *flags)
    by_url, put, later, *_ = run.events(HttpRequest)
    assert by_url.url == "https://wide.benign.test:8443/deep/page.html?x=%20y"
    assert by_url.headers[:3] == ("X-One: 1", "X-Two: 2", "User-Agent: Wide/2.0")
    assert (put.method, put.url, put.body_bytes) == ("PUT", "http://post.benign.test:8080/upload", 10)
    assert {"Referer: http://from.benign.test/", "Content-Length: 10"} <= set(put.headers)
    assert later.url == "http://async.benign.test/later"
    assert run.events(FlowStart, flow=by_url.flow, remote_port=8443, proto="tcp")
    assert run.events(TlsHandshake, sni="wide.benign.test", flow=by_url.flow)
