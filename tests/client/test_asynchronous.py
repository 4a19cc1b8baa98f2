"""What only the asyncio client can do; the rest stands in test_blocking.py for both."""

import asyncio

from fulgurite.client import AsyncClient
from tests.client.conftest import PATIENT
from tests.client.scripted import Scripted, json
from tests.client.test_blocking import DONE, ID


def test_calls_run_side_by_side() -> None:
    async def run(url: str) -> list[int | None]:
        async with AsyncClient(url, policy=PATIENT) as client:
            analyses = await asyncio.gather(*(client.analysis(ID) for _ in range(20)))
        return [analysis.score for analysis in analyses]

    with Scripted({f"GET /v4/sandbox/{ID}": [json(DONE)]}).running() as server:
        assert asyncio.run(run(server.url)) == [8] * 20
