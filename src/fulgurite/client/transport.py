"""What both clients share at their edge to the HTTP library."""

from pathlib import Path
from typing import Any

import httpx2

from fulgurite.client.flows import Broken, Policy, Reply, Request

_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
"""Faults before anything could reach the server."""


def base_url(server: str) -> str:
    """`server` without the `/v4` and the slashes at its end, that people write out of habit."""
    return server.rstrip("/").removesuffix("/v4").rstrip("/")


def headers(apikey: str | None) -> dict[str, str]:
    return {"accept": "application/json"} | ({} if apikey is None else {"apikey": apikey})


def timeout(policy: Policy) -> httpx2.Timeout:
    return httpx2.Timeout(policy.timeout_s)


def built(http: httpx2.Client | httpx2.AsyncClient, request: Request) -> httpx2.Request:
    """`request` as the library's own, but for content that is streamed from a file."""
    content: Any = None if isinstance(request.content, Path) else request.content
    return http.build_request(
        request.method,
        request.path,
        headers=dict(request.headers),
        params=dict(request.query),
        content=content,
        timeout=patience(http, request),
    )


def patience(http: httpx2.Client | httpx2.AsyncClient, request: Request) -> httpx2.Timeout:
    """How long `request` may be silent."""
    return http.timeout if request.timeout_s is None else httpx2.Timeout(request.timeout_s)


def reply(response: httpx2.Response) -> Reply:
    """`response`, which must have been read, as a Reply."""
    return Reply(
        response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content
    )


def broken(error: httpx2.HTTPError) -> Broken:
    """What went wrong, in words that do not tell the key."""
    return Broken(str(error) or type(error).__name__, was_sent=not isinstance(error, _UNSENT))
