"""What the server is made of: interface and pages told apart, and the key of open pages."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fulgurite import wiring
from fulgurite.model.key import Role
from fulgurite.service import keys
from fulgurite.store import Store

NOW = datetime(2026, 1, 2, tzinfo=UTC)


async def _asked(path: str, kind: str = "http") -> str:
    """Which face a request for `path` reaches."""
    reached = []

    def face(name: str) -> ASGIApp:
        async def run(_scope: Scope, _receive: Receive, _send: Send) -> None:
            reached.append(name)

        return run

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        return None

    await wiring.Faces(face("interface"), face("pages"))({"type": kind, "path": path}, receive, send)
    return reached[0]


@pytest.mark.parametrize(
    "path", ["/v4", "/v4/", "/v4/hash/x", "//v4//hash", "/metrics", "/health", "/health/", "/ready", "///ready"]
)
def test_the_interface_keeps_its_paths(path: str) -> None:
    assert asyncio.run(_asked(path)) == "interface"


@pytest.mark.parametrize("path", ["/", "", "/v4x", "/v44", "/login", "/session/v4/hash", "/readyx", "/a/v4", "/V4"])
def test_all_others_are_pages(path: str) -> None:
    assert asyncio.run(_asked(path)) == "pages"


def test_what_is_no_request_is_the_interfaces() -> None:
    assert asyncio.run(_asked("/", "lifespan")) == "interface"


def test_the_key_of_open_pages_reads_and_is_one(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        secret = keys.for_open_pages(store, NOW)
        assert secret is not None
        assert keys.for_open_pages(store, NOW) == secret
        found = keys.check(store, secret, NOW)
        assert found is not None
        assert (found.role, found.name) == (Role.READ, keys.OPEN_NAME)
        keys.revoke(store, keys.OPEN_NAME, NOW)
        assert keys.check(store, secret, NOW) is None
        another = keys.for_open_pages(store, NOW)
        assert another not in {None, secret}


def test_a_key_of_that_name_that_is_somebodys_own_opens_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        keys.create(store, keys.OPEN_NAME, Role.ADMIN, NOW)
        assert keys.for_open_pages(store, NOW) is None
