"""Questions whether somebody looks on."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import ApiCall, Suspicious
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.seen import ADMIN
from tests.engines.emulator.hooks.test_processes import sample_of

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_questions_are_answered_with_no_and_told(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of(*ADMIN[:1], bits, *ADMIN[1:])
    assert run.events(ApiCall, api="kernel32.IsDebuggerPresent")
    assert run.events(ApiCall, api="kernel32.CheckRemoteDebuggerPresent")


@BITS
def test_the_native_questions_too(run_of: Callable[..., RunResult], bits: int) -> None:
    """native.c exits with a number when an answer is not as on a Windows without a debugger."""
    run = run_of("native.c", bits)
    assert sample_of(run).exit_status == 0
    args = [e.args for e in run.events(ApiCall, api="ntdll.NtQueryInformationProcess")]
    assert {("ProcessDebugPort",), ("ProcessDebugObjectHandle",), ("ProcessDebugFlags",)} <= set(args)
    acts = [e.act for e in run.events(Suspicious)]
    assert "NtSetInformationThreadHideFromDebugger" in acts
    assert "EnumeratesProcesses" in acts
