"""The service control manager's APIs."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import Service
from fulgurite.model.runlog import ProcessRecord
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.seen import ADMIN
from tests.engines.emulator.hooks.test_processes import sample_of


@pytest.mark.parametrize("bits", [64, 32])
def test_the_life_of_a_service(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of(*ADMIN[:1], bits, *ADMIN[1:])
    own = run.events(Service, procid=sample_of(run).procid)
    assert [(e.op, e.name, e.status) for e in own] == [
        ("CreateService", "BenignSvc", 0),
        ("StartService", "BenignSvc", 0),
        ("ControlService", "BenignSvc", 0),
        ("DeleteService", "BenignSvc", 0),
        ("OpenService", "NoSuchService", 0xC0000034),
    ]
    names = {r.process.procid: str(r.process.image).rpartition("\\")[2] for r in run.of(ProcessRecord)}
    started = next(r.process for r in run.of(ProcessRecord) if r.process.cmd == own[0].path)
    assert names[started.procid_parent or 0] == "services.exe"
