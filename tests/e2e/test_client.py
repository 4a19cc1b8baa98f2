"""Our own client, blocking and for asyncio, and the command over it, against the real server and engine."""

import asyncio
import json
from pathlib import Path

import pytest

from fulgurite.client import AsyncClient, Client, NotFound, Options, State, Unauthorized
from fulgurite.model.hashes import digests_of
from tests.e2e.running import Running

DEMO = Path(__file__).resolve().parents[2] / "demo" / "hello.exe"
pytestmark = pytest.mark.e2e


def test_from_submission_to_history(server: Running, admin: tuple[Path, str]) -> None:
    seen: list[int] = []
    digests = digests_of(DEMO.read_bytes())
    with Client(str(server.url), admin[1]) as client:
        submitted = client.submit(DEMO, Options(system="windows7"))
        assert submitted.sandbox_id is not None
        analysis = client.wait(submitted.sandbox_id, on_progress=seen.append, timeout_s=120)
        assert analysis.state is State.FINISHED
        assert analysis.body["system"] == "windows7"
        assert seen == sorted(seen)
        assert seen[-1] == 100
        for digest in digests:
            assert client.last_analysis(digest).sandbox_id == submitted.sandbox_id
        looked = list(client.lookups([digests.md5, "0" * 64, "no hash"]))
        assert [one.status for one in looked] == ["found", "unknown", "invalid"]
        assert looked[0].verdict == analysis.verdict
        assert submitted.data_id in [run.data_id for run in client.history(digests.sha256)]
        with pytest.raises(NotFound):
            client.last_analysis("0" * 64)


def test_asyncio(server: Running, admin: tuple[Path, str]) -> None:
    async def run() -> State:
        async with AsyncClient(str(server.url), admin[1]) as client:
            submitted = await client.submit(DEMO.read_bytes() + b"async", Options(name="a.exe"))
            assert submitted.sandbox_id is not None
            return (await client.wait(submitted.sandbox_id, timeout_s=120)).state

    assert asyncio.run(run()) is State.FINISHED


def test_a_wrong_key(server: Running) -> None:
    with Client(str(server.url), "x" * 32) as client, pytest.raises(Unauthorized):
        client.last_analysis("0" * 64)


def test_the_command_over_the_server(server: Running, admin: tuple[Path, str]) -> None:
    with Running("submit", DEMO, "--json", "--server", server.url, FULGURITE_APIKEY=admin[1]) as submitted:
        assert submitted.ended() == 0, submitted.err
    line = json.loads(submitted.out[-1])
    assert line["state"] == "reported"
    with Running("lookup", line["sha256"], "--json", "--server", server.url, FULGURITE_APIKEY=admin[1]) as looked:
        assert looked.ended() == 0, looked.err
    assert json.loads(looked.out[-1])["sandbox_id"] == line["sandbox_id"]
