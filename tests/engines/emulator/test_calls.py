"""API calls that are told, bounded."""

from pathlib import Path

import msgspec

from fulgurite.engines.emulator.calls import MAX_ARGUMENT, MAX_PER_API
from fulgurite.engines.emulator.guest import Guest
from fulgurite.engines.emulator.log import RunLog
from fulgurite.engines.emulator.profile import system
from fulgurite.model.events import ApiCall, Suspicious
from fulgurite.model.runlog import EventRecord, Note, Record


def _guest(folder: Path) -> Guest:
    (folder / "artifacts").mkdir()
    log = RunLog(folder / "run.jsonl", folder / "artifacts", max_bytes=1 << 20)
    return Guest(system("windows10"), log, seconds=10)


def _records(folder: Path) -> list[Record]:
    return [msgspec.json.decode(line, type=Record) for line in (folder / "run.jsonl").read_bytes().splitlines()]


def test_repeats_are_one_event_and_order_is_kept(tmp_path: Path) -> None:
    guest = _guest(tmp_path)
    process = guest.processes.start("C:\\a.exe", "a", parent=None)
    for _ in range(5):
        guest.calls.note(process, "user32.GetKeyState")
    guest.record(process, Suspicious, act="X")
    guest.calls.note(process, "kernel32.Beep", ("a" * 1000,), "0x1")
    guest.calls.flush()
    events = [r.event for r in _records(tmp_path) if isinstance(r, EventRecord)][1:]
    assert [type(e) for e in events] == [ApiCall, Suspicious, ApiCall]
    assert events[0].count == 5
    assert isinstance(events[2], ApiCall)
    assert len(events[2].args[0]) == MAX_ARGUMENT


def test_one_api_fills_no_log(tmp_path: Path) -> None:
    guest = _guest(tmp_path)
    process = guest.processes.start("C:\\a.exe", "a", parent=None)
    for number in range(MAX_PER_API * 3):
        guest.calls.note(process, "kernel32.Beep", (str(number),))
    guest.calls.flush()
    records = _records(tmp_path)
    assert len([r for r in records if isinstance(r, EventRecord) and isinstance(r.event, ApiCall)]) == MAX_PER_API
    assert len([r for r in records if isinstance(r, Note)]) == 1
