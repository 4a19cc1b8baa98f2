"""The engine as the worker uses it: real child processes, and each way in which one can die."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fulgurite.engines.base import RunOutput
from fulgurite.engines.emulator.engine import Emulator
from fulgurite.engines.emulator.job import Limits
from fulgurite.errors import StoreFull
from fulgurite.model.events import ProcessTerminate
from fulgurite.model.runlog import End, EventRecord, Header, Record
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions
from tests.engines.emulator.conftest import Compile

PROFILES = {
    "short": Limits(seconds=3, grace_s=4),
    "medium": Limits(seconds=60, grace_s=4, memory_bytes=2 << 30),
    "long": Limits(seconds=60, grace_s=4, log_bytes=100_000),
}


@pytest.fixture
def engine() -> Iterator[Emulator]:
    emulator = Emulator(PROFILES)
    yield emulator
    emulator.close()


def run(engine: Emulator, program: Path, folder: Path, profile: str = "short") -> tuple[RunOutput, list[Record]]:
    folder.mkdir()
    seen: list[int] = []
    output = engine.run(
        program.read_bytes(), Sample(name=program.name), RunOptions(timeout=profile), folder, seen.append
    )
    assert seen == sorted(seen)
    assert all(1 <= percent <= 99 for percent in seen)
    lines = output.log.read_bytes().splitlines()
    return output, [msgspec.json.decode(line, type=Record) for line in lines]


def children_of(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def confined_child(engine: Emulator, folder: Path) -> int:
    """The process that runs the sample, once it works in its folder."""
    for _ in range(3_000):
        for pid in children_of(engine._process.pid) if engine._process is not None else ():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/cwd").readlink() == folder:
                    return pid
        time.sleep(0.02)
    raise AssertionError("no child came up")


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    """A program that ends at once: a 64-bit PE made by hand, `xor eax, eax; ret`."""
    from tests.engines.pe_files import minimal_pe  # noqa: PLC0415

    path = tmp_path / "quiet.exe"
    path.write_bytes(minimal_pe(b"\x31\xc0\xc3"))
    return path


def test_a_run_comes_to_its_end_and_leaves_no_process(engine: Emulator, quiet: Path, tmp_path: Path) -> None:
    output, records = run(engine, quiet, tmp_path / "run")
    assert output.end_reason is None
    assert isinstance(records[0], Header)
    assert records[-1] == End(outcome="completed")
    assert engine._process is not None
    assert children_of(engine._process.pid) == []


def test_two_runs_write_the_same_log(engine: Emulator, quiet: Path, tmp_path: Path) -> None:
    first, _ = run(engine, quiet, tmp_path / "a")
    second, _ = run(engine, quiet, tmp_path / "b")
    assert first.log.read_bytes() == second.log.read_bytes()


def test_an_endless_program_ends_as_partial(engine: Emulator, compiled: Compile, tmp_path: Path) -> None:
    output, records = run(engine, compiled("spin.c", 64), tmp_path / "run")
    assert output.end_reason is None
    end = records[-1]
    assert isinstance(end, End)
    assert end.outcome == "partial"
    assert end.reason is not None
    assert "3 s" in end.reason


def test_a_full_log_ends_the_run_as_partial(engine: Emulator, compiled: Compile, tmp_path: Path) -> None:
    output, records = run(engine, compiled("talk.c", 64), tmp_path / "run", "long")
    assert output.end_reason is None
    assert records[-1] == End(outcome="partial", reason="the log reached its size limit")
    assert output.log.stat().st_size < 200_000


def test_a_hoarder_of_memory_gets_no_more(engine: Emulator, compiled: Compile, tmp_path: Path) -> None:
    """hoard.c takes memory until VirtualAlloc answers NULL, as it does in a guest whose memory is full."""
    output, records = run(engine, compiled("hoard.c", 64), tmp_path / "run", "medium")
    assert output.end_reason is None
    assert records[-1] == End(outcome="completed")
    ended = [r.event for r in records if isinstance(r, EventRecord) and isinstance(r.event, ProcessTerminate)]
    assert [event.status for event in ended] == [1]


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_child_that_dies_by_a_signal_is_named(
    engine: Emulator, compiled: Compile, tmp_path: Path, number: signal.Signals
) -> None:
    program = compiled("spin.c", 64)

    def kill() -> None:
        os.kill(confined_child(engine, tmp_path / "run"), number)

    killer = threading.Thread(target=kill)
    killer.start()
    output, records = run(engine, program, tmp_path / "run", "medium")
    killer.join()
    assert output.end_reason == f"the engine's process died by {number.name}"
    assert not any(isinstance(record, End) for record in records)


def test_a_stopped_child_is_killed_at_its_limit(engine: Emulator, compiled: Compile, tmp_path: Path) -> None:
    program = compiled("spin.c", 64)

    def stop() -> None:
        os.kill(confined_child(engine, tmp_path / "run"), signal.SIGSTOP)

    stopper = threading.Thread(target=stop)
    stopper.start()
    output, _records = run(engine, program, tmp_path / "run")
    stopper.join()
    assert output.end_reason == "the engine's process was killed after 7 s, the limit on loading and running"
    assert engine._process is not None
    assert children_of(engine._process.pid) == []


def test_a_dead_warm_parent_fails_its_run_and_is_replaced(
    engine: Emulator, compiled: Compile, quiet: Path, tmp_path: Path
) -> None:
    program = compiled("spin.c", 64)

    def kill() -> None:
        confined_child(engine, tmp_path / "run")
        assert engine._process is not None
        engine._process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    output, _records = run(engine, program, tmp_path / "run", "medium")
    killer.join()
    assert output.end_reason == "the engine's parent process died"
    again, records = run(engine, quiet, tmp_path / "again")
    assert again.end_reason is None
    assert records[-1] == End(outcome="completed")


def test_a_run_that_is_left_early_is_not_taken_for_the_next_one(
    engine: Emulator, compiled: Compile, quiet: Path, tmp_path: Path
) -> None:
    """As when the disk is full, and progress cannot be noted."""

    def leave(_: int) -> None:
        raise StoreFull("no room left")

    left = tmp_path / "left"
    left.mkdir()
    with pytest.raises(StoreFull):
        engine.run(compiled("spin.c", 64).read_bytes(), Sample(), RunOptions(timeout="short"), left, leave)
    output, records = run(engine, quiet, tmp_path / "next")
    assert output.end_reason is None
    assert records[-1] == End(outcome="completed")


def test_the_child_has_nothing_of_our_environment_and_no_network(
    engine: Emulator, compiled: Compile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FULGURITE_TEST_SECRET", "do-not-inherit")
    program = compiled("spin.c", 64)
    facts: dict[str, str] = {}

    def look() -> None:
        pid = confined_child(engine, tmp_path / "run")
        facts["environ"] = Path(f"/proc/{pid}/environ").read_text()
        facts["net"] = str(Path(f"/proc/{pid}/ns/net").readlink())
        facts["cwd"] = str(Path(f"/proc/{pid}/cwd").readlink())
        facts["status"] = Path(f"/proc/{pid}/status").read_text()
        facts["nice"] = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[16]

    looker = threading.Thread(target=look)
    looker.start()
    run(engine, program, tmp_path / "run")
    looker.join()
    assert "do-not-inherit" not in facts["environ"]
    assert facts["cwd"] == str(tmp_path / "run")
    assert "NoNewPrivs:\t1" in facts["status"]
    assert int(facts["nice"]) >= 10
    notes = (tmp_path / "run" / "run.jsonl").read_text()
    assert facts["net"] != str(Path("/proc/self/ns/net").readlink()) or "network namespace" in notes


def test_what_it_refuses() -> None:
    from tests.engines.pe_files import minimal_pe  # noqa: PLC0415

    engine = Emulator()
    options = RunOptions()
    assert engine.refusal(minimal_pe(b"\xc3"), options) is None
    assert engine.refusal(b"%PDF-1.7", options) == "no engine for this type: it is not a Windows executable"
    assert engine.refusal(minimal_pe(b"\xc3", clr=0x2000), options) == "no engine for this type: a .NET program"
    assert "arm64" in str(engine.refusal(minimal_pe(b"\xc3", machine=0xAA64), options))
    assert "windows95" in str(engine.refusal(minimal_pe(b"\xc3"), RunOptions(system="windows95")))
    assert engine.refusal(b"\x90\xc3", RunOptions(shellcode="amd64")) is None
    assert "mips" in str(engine.refusal(b"\x90\xc3", RunOptions(shellcode="mips")))
