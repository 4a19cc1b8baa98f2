"""A run as capa sees it."""

import pytest

pytest.importorskip("capa", reason="flare-capa is not installed")

from capa.features.address import DynamicCallAddress, ProcessAddress, ThreadAddress
from capa.features.common import String
from capa.features.extractors.base_extractor import CallHandle, ProcessHandle, ThreadHandle
from capa.features.insn import API, Number

from fulgurite.model.events import ApiCall, Event, ProcessCreate, RegistryAccess
from fulgurite.model.process import Process
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample
from fulgurite.rules.capa import features


def _report(*events: Event) -> Report:
    processes = (Process(procid=1, image="C:\\a.exe"), Process(procid=9, existing=True))
    return Report(source=Source(name="test"), sample=Sample(), processes=processes, events=events)


def _of(event: Event) -> set[object]:
    """The features of the one call that `event` makes."""
    made = features.extractor(_report(event))
    process = ProcessHandle(ProcessAddress(1), None)
    thread = ThreadHandle(ThreadAddress(process.address, 1), None)
    call = CallHandle(DynamicCallAddress(thread.address, 0), None)
    return {feature for feature, _ in made.extract_call_features(process, thread, call)}


def test_an_event_has_the_names_of_what_it_can_have_come_from() -> None:
    found = _of(RegistryAccess(procid=1, verb="write", path="HKCU\\Run\\a", op="SetValueKeyStr", value="b"))
    assert {API("RegSetValueEx"), API("NtSetValueKey"), String("HKCU\\Run\\a"), String("b")} <= found


def test_a_call_has_its_own_name_and_numbers() -> None:
    found = _of(ApiCall(procid=1, api="kernel32.SleepEx", args=("0x3e8", "text")))
    assert {API("kernel32.SleepEx"), API("SleepEx"), Number(1000), String("text")} <= found


def test_what_ran_before_and_what_is_too_much_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "MAX_EVENTS", 2)
    made = features.extractor(_report(ProcessCreate(procid=9), ProcessCreate(procid=1), ProcessCreate(procid=1)))
    (process,) = made.get_processes()
    (thread,) = made.get_threads(process)
    assert [call.address.id for call in made.get_calls(process, thread)] == [1]
