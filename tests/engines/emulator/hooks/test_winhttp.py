"""WinHTTP, by a program that uses it in many ways."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import HttpRequest, TlsHandshake
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import WINHTTP, steps

BITS = pytest.mark.parametrize("bits", [64, 32])
STEPS = {"send", "receive", "code", "size", "read", "crack", "pending", "callbacks"}


@BITS
def test_every_step_goes_as_on_windows(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = WINHTTP
    assert steps(run_of(program, bits, *flags)) == dict.fromkeys(STEPS, True)


@BITS
def test_requests_are_told_as_sent(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = WINHTTP
    run = run_of(program, bits, *flags)
    secure, later = run.events(HttpRequest)
    assert (secure.method, secure.url, secure.body_bytes) == ("POST", "https://secure.benign.test/api?k=v", 6)
    expected = {"X-Key: abc", "Accept: text/plain", "X-More: 1", "User-Agent: Http/3.0", "Content-Length: 6"}
    assert expected <= set(secure.headers)
    assert (later.method, later.url) == ("GET", "http://later.benign.test:8080/async")
    assert run.events(TlsHandshake, sni="secure.benign.test", flow=secure.flow)
