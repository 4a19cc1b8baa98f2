"""Who listens: without a server around it."""

import asyncio
import threading
from collections.abc import Sequence

import pytest
from starlette.types import Message

from fulgurite.api import watch as module
from fulgurite.api.events import OfAnalysis
from fulgurite.api.problems import Problem
from fulgurite.api.watch import EventStream, Watch
from fulgurite.errors import StoreError
from fulgurite.service.progress import Progress, State

OFTEN = 3
SCOPE = {"type": "http", "method": "GET"}


class Looked:
    """Analyses that go on as the test says, and how often they were looked at."""

    def __init__(self) -> None:
        self.percent = 1
        self.is_broken = False
        self.calls: list[int] = []
        self.often = threading.Event()

    def __call__(self, sandbox_ids: Sequence[str]) -> list[Progress]:
        self.calls.append(len(sandbox_ids))
        if len(self.calls) > OFTEN:
            self.often.set()
        if self.is_broken:
            raise StoreError("broken")
        return [one(name, self.percent) for name in sandbox_ids]


def one(name: str = "a", percent: int = 1) -> Progress:
    return Progress(name, State.FINISHED if percent == 100 else State.RUNNING, percent)


async def woken(watch: Watch, present: Progress) -> None:
    with watch.listening([present], 1) as listener:
        while not listener.now()[0].is_over:
            await listener.is_woken(1)


def test_all_listeners_share_one_look() -> None:
    looked = Looked()

    async def run() -> None:
        watch = Watch(looked, pause_s=0.01)
        async with asyncio.TaskGroup() as group:
            for number in range(1000):
                group.create_task(woken(watch, one(f"{number % 7}")))
            for _ in range(5):
                await asyncio.sleep(0.02)
            looked.percent = 100

    asyncio.run(run())
    assert set(looked.calls) == {7}
    assert len(looked.calls) < 100


def test_a_fault_of_the_store_is_got_over(caplog: pytest.LogCaptureFixture) -> None:
    looked = Looked()
    looked.is_broken = True

    async def run() -> None:
        watch = Watch(looked, pause_s=0.001)
        waiting = asyncio.create_task(woken(watch, one()))
        await asyncio.to_thread(looked.often.wait)
        looked.is_broken, looked.percent = False, 100
        await waiting

    asyncio.run(run())
    assert "could not look at analyses" in caplog.text


def test_what_was_told_is_not_taken_back() -> None:
    looked = Looked()

    async def run() -> None:
        watch = Watch(looked, pause_s=0.001)
        with watch.listening([one(percent=50)], None) as listener:
            looked.percent = 20
            await asyncio.to_thread(looked.often.wait)
            assert listener.now() == [one(percent=50)]
            with watch.listening([one(percent=60)], None):
                assert listener.now() == [one(percent=60)]

    asyncio.run(run())


def test_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_OF_KEY", 2)
    monkeypatch.setattr(module, "MAX_LISTENERS", 3)

    async def run() -> None:
        watch = Watch(Looked())
        with watch.listening([], 1), watch.listening([], 1):
            with pytest.raises(Problem, match="429002"):
                watch.check(1)
            watch.check(2)
            with watch.listening([], 2), pytest.raises(Problem, match="429002"):
                watch.check(3)
        watch.check(1)
        watch.close()
        with pytest.raises(Problem, match="503000"):
            watch.check(1)

    asyncio.run(run())


async def streamed(watch: Watch, leaves: asyncio.Event, sent: list[bytes]) -> None:
    async def receive() -> Message:
        await leaves.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))
        if len(sent) > OFTEN:
            leaves.set()

    await EventStream(watch, OfAnalysis(), [one()], None)(SCOPE, receive, send)


def test_heartbeats_come_while_nothing_happens() -> None:
    async def run() -> list[bytes]:
        sent: list[bytes] = []
        await streamed(Watch(Looked(), heartbeat_s=0.001), asyncio.Event(), sent)
        return sent

    start, first, *beats = asyncio.run(run())
    assert (start, first.partition(b"\n\n")[0]) == (b"", b"retry: 2000")
    assert set(beats) == {b": still here\n\n"}


def test_a_stream_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_S", 0.0)
    sent: list[bytes] = []
    asyncio.run(streamed(Watch(Looked(), heartbeat_s=0.001), asyncio.Event(), sent))
    assert sent[-1] == b""


def test_a_fault_in_a_stream_is_not_lost() -> None:
    async def run() -> None:
        async def receive() -> Message:
            return await asyncio.Future()

        async def send(message: Message) -> None:
            if message.get("body", b"") != b"":
                raise RuntimeError("a fault")

        await EventStream(Watch(Looked()), OfAnalysis(), [one()], None)(SCOPE, receive, send)

    with pytest.raises(RuntimeError, match="a fault"):
        asyncio.run(run())
