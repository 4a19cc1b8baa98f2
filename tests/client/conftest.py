"""Both clients, called in the same way."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from fulgurite.client import AsyncClient, Client, Policy

PATIENT = Policy(tries=3, backoff_s=0.001, poll_s=0.01, timeout_s=5)
Call = Callable[..., Any]


def _blocking(url: str, method: str, *args: Any, **kwargs: Any) -> Any:
    with Client(url, "k" * 32, policy=PATIENT) as client:
        result = getattr(client, method)(*args, **kwargs)
        return list(result) if method in {"lookups", "history"} else result


def _awaited(url: str, method: str, *args: Any, **kwargs: Any) -> Any:
    async def run() -> Any:
        async with AsyncClient(url, "k" * 32, policy=PATIENT) as client:
            result = getattr(client, method)(*args, **kwargs)
            return [item async for item in result] if method in {"lookups", "history"} else await result

    return asyncio.run(run())


@pytest.fixture(params=[_blocking, _awaited], ids=["blocking", "asyncio"])
def call(request: pytest.FixtureRequest) -> Call:
    """`call(url, "submit", ...)`: what that call of a client gives back."""
    answer: Call = request.param
    return answer
