"""`GET /v4/apikey` and what lies below it: what a key is told of itself."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import account_of, json_of
from fulgurite.api.numbers import MAX_OFFSET, MAX_ROWS, number
from fulgurite.api.problems import Problem
from fulgurite.model.key import Key, Role
from fulgurite.service import accounts as bodies
from fulgurite.service.accounts import Bounds
from fulgurite.service.quota import Accounts

DEFAULT_ROWS = 100
"""Of the scan history, when the request does not say how many."""


class Apikeys:
    """What each of these endpoints does. None of them counts."""

    def __init__(
        self,
        accounts: Accounts,
        check: Callable[[str], Key | None],
        scan_history: Callable[[Key, int, int], bytes],
        bounds: Bounds,
    ) -> None:
        """`check` gives the key that a raw text is, or None; `scan_history` is called from threads."""
        self._accounts = accounts
        self._check = check
        self._scan_history = scan_history
        self._bounds = bounds

    async def own(self, request: Request) -> Response:
        """GET /v4/apikey: the account of the key that asks."""
        return self._told(account_of(request).key)

    async def named(self, request: Request) -> Response:
        """GET /v4/apikey/:key: the same for a key in the path; another than one's own needs an administrator's key.

        Whether another key exists is told to administrators only.
        """
        own = account_of(request).key
        asked = self._check(request.path_params["key"])
        if asked is not None and asked.id == own.id:
            return self._told(own)
        if own.role is not Role.ADMIN:
            raise Problem(403001)
        if asked is None:
            raise Problem(404008)
        return self._told(asked)

    async def used(self, request: Request) -> Response:
        """GET /v4/apikey/limits: what is used of each quota."""
        return json_of(await asyncio.to_thread(bodies.used, self._accounts, account_of(request).key))

    async def remaining(self, request: Request) -> Response:
        """GET /v4/apikey/limits/status: what is left of each quota."""
        return json_of(await asyncio.to_thread(bodies.remaining, self._accounts, account_of(request).key))

    async def scan_history(self, request: Request) -> Response:
        """GET /v4/apikey/scan-history?limit&offset: what the key submitted, newest first."""
        key = account_of(request).key
        offset = number(request, "offset", 0, 0, MAX_OFFSET, fault=400027)
        limit = number(request, "limit", DEFAULT_ROWS, 1, MAX_ROWS, fault=400028)
        return json_of(await asyncio.to_thread(self._scan_history, key, limit, offset))

    def _told(self, key: Key) -> Response:
        return json_of(bodies.account(self._accounts, key, self._bounds))
