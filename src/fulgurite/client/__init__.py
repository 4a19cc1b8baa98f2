"""The library for callers of a Fulgurite server: one set of calls, blocking (Client) and for asyncio (AsyncClient).

Stands on `fulgurite.errors`, msgspec and httpx2 alone, so that it installs without the server (see docs/client.md).

    with Client("http://127.0.0.1:8000", key) as client:
        submitted = client.submit(Path("a.exe"), Options(system="windows7"))
        analysis = client.wait(submitted.sandbox_id)
        print(analysis.verdict, analysis.score)
"""

from fulgurite.client.asynchronous import AsyncClient
from fulgurite.client.blocking import Client
from fulgurite.client.errors import (
    AnswerError,
    ClientError,
    Forbidden,
    LimitReached,
    NotFound,
    ServerUnreachable,
    StillRunning,
    Unauthorized,
)
from fulgurite.client.flows import Brought, Options, Policy
from fulgurite.client.results import Analysis, Imported, Looked, Run, State, Submitted

__all__ = [
    "Analysis",
    "AnswerError",
    "AsyncClient",
    "Brought",
    "Client",
    "ClientError",
    "Forbidden",
    "Imported",
    "LimitReached",
    "Looked",
    "NotFound",
    "Options",
    "Policy",
    "Run",
    "ServerUnreachable",
    "State",
    "StillRunning",
    "Submitted",
    "Unauthorized",
]
