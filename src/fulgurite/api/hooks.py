"""What became of the calls that were wished for: `/v4/file/webhooks`."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import json_of, viewer_in
from fulgurite.api.problems import Problem
from fulgurite.model.viewer import Viewer


class HookUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads."""

    status: Callable[[str, Viewer], bytes | None]
    """The body for a data_id; None when the viewer has no call of that submission."""
    listed: Callable[[Viewer], bytes]


class Hooks:
    """What each of these endpoints does."""

    def __init__(self, uses: HookUses) -> None:
        self._uses = uses

    async def status(self, request: Request) -> Response:
        """GET /v4/file/webhooks/:data_id: what became of the call for one submission, until 12 hours after its end."""
        body = await asyncio.to_thread(self._uses.status, request.path_params["data_id"], viewer_in(request))
        if body is None:
            raise Problem(404001)
        return json_of(body)

    async def listed(self, request: Request) -> Response:
        """GET /v4/file/webhooks: the same of all calls of this key, newest first."""
        return json_of(await asyncio.to_thread(self._uses.listed, viewer_in(request)))
