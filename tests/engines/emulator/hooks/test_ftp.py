"""FTP over WinINet."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import ApiCall, FileAccess, FlowStart
from fulgurite.model.runlog import FlowRecord
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import HTTP


@pytest.mark.parametrize("bits", [64, 32])
def test_files_go_both_ways(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = HTTP
    run = run_of(program, bits, *flags)
    (put,) = run.events(ApiCall, api="wininet.FtpPutFileA")
    assert put.args == ("ftp.benign.test", "C:\\Users\\Public\\up.txt", "up.txt")
    assert run.events(FileAccess, path="C:\\Users\\Public\\up.txt", verb="read")
    assert run.events(FileAccess, path="C:\\Users\\Public\\down.txt", verb="write")
    (flow,) = run.events(FlowStart, remote_port=21)
    last = [record.flow for record in run.of(FlowRecord) if record.flow.flow == flow.flow][-1]
    assert (last.protocols, last.domain) == (("ftp",), "ftp.benign.test")
