"""Looking at a kept file again: `/v4/file/:file_id/rescan`, `/v4/file/rescan`, `/v4/sandbox/:data_id/scan`."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import account_of, json_of
from fulgurite.api.limits import Account
from fulgurite.api.payload import Faults, json_object, listed
from fulgurite.api.problems import MESSAGES, Problem
from fulgurite.api.wire import Choices, wanted
from fulgurite.errors import OverLimit
from fulgurite.model.task import RunOptions
from fulgurite.model.usage import Claim, Kind
from fulgurite.model.viewer import Viewer, viewer_of
from fulgurite.service.accounts import masked
from fulgurite.service.again import Kept

Fields = dict[str, Any]

FAULTS = Faults(missing=400150, no_list=400151, empty=400152, too_many=400153)
MAX_FILES = 100
"""Of one call for many rescans."""
_ECHO = 128


class Rescan(Protocol):
    """Submits a kept file again; gives the new data_id, and the sandbox_id where there is an analysis."""

    def __call__(self, file: Kept, *, key_id: int, claim: Claim) -> tuple[str, str | None]:
        """See fulgurite.service.again."""
        ...


class Detonate(Protocol):
    """Asks for one more analysis of a kept file; gives its sandbox_id."""

    def __call__(self, file: Kept, options: RunOptions, *, claim: Claim) -> str:
        """See fulgurite.service.again."""
        ...


class AgainUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads."""

    kept: Callable[[str, Viewer], Kept | None]
    rescan: Rescan
    detonate: Detonate
    refusal: Callable[[Kept, RunOptions], str | None]
    """Why no engine can run this file so; None when one can."""


class Again:
    """What each of these endpoints does."""

    def __init__(self, uses: AgainUses, choices: Choices) -> None:
        self._uses = uses
        self._choices = choices

    async def rescan(self, request: Request) -> Response:
        """GET /v4/file/:file_id/rescan: submits a kept file again, with the options it had last."""
        told = await asyncio.to_thread(self._rescanned, request.path_params["file_id"], account_of(request))
        if told is None:
            raise Problem(404007)
        return json_of(msgspec.json.encode(told))

    async def rescan_many(self, request: Request) -> Response:
        """POST /v4/file/rescan: the same for up to 100 files, each told by itself, as far as the quota goes."""
        ids = listed(await json_object(request), "file_ids", MAX_FILES, FAULTS)
        account = account_of(request)
        return json_of(msgspec.json.encode(await asyncio.to_thread(self._all_rescanned, ids, account)))

    async def detonate(self, request: Request) -> Response:
        """POST /v4/sandbox/:data_id/scan: one more analysis of an uploaded file, by the headers of an upload."""
        account = account_of(request)
        asked = wanted(request.headers.raw, self._choices)
        if asked.options is None:
            raise Problem(400024, "sandbox")
        told = await asyncio.to_thread(self._detonated, request.path_params["data_id"], asked.options, account)
        return json_of(msgspec.json.encode(told))

    def _all_rescanned(self, ids: Sequence[object], account: Account) -> list[Fields]:
        told: list[Fields] = []
        for file_id in ids:
            try:
                item = self._rescanned(file_id, account) if isinstance(file_id, str) else None
            except OverLimit:
                # What was submitted before must be told.
                if not told:
                    raise
                told.append(_refused(file_id, 429000))
            else:
                told.append(_refused(file_id, 404007) if item is None else item)
        return told

    def _rescanned(self, file_id: str, account: Account) -> Fields | None:
        file = self._uses.kept(file_id, viewer_of(account.key))
        if file is None:
            return None
        claim = account.claim(Kind.PREVENTION if file.options is None else Kind.SANDBOX)
        data_id, sandbox_id = self._uses.rescan(file, key_id=account.key.id, claim=claim)
        told: Fields = {
            "data_id": data_id,
            "status": "inqueue",
            "in_queue": 0 if sandbox_id is None else 1,
            "queue_priority": "normal",
        }
        return told if sandbox_id is None else {**told, "sandbox_id": sandbox_id}

    def _detonated(self, data_id: str, options: RunOptions, account: Account) -> Fields:
        file = self._uses.kept(data_id, viewer_of(account.key))
        if file is None:
            raise OldProblem(404001)
        refusal = self._uses.refusal(file, options)
        if refusal is not None:
            raise OldProblem(404010, refusal)
        sandbox_id = self._uses.detonate(file, options, claim=account.claim(Kind.SANDBOX))
        return {
            "apikey": masked(account.key),
            "md5": file.digests.md5.upper(),
            "sha1": file.digests.sha1.upper(),
            "sha256": file.digests.sha256.upper(),
            "dataId": data_id,
            "data_id": data_id,
            "_id": sandbox_id,
            "sandbox_id": sandbox_id,
        }


class OldProblem(Problem):
    """A problem told in the shape of 2019, which clients of that time read: `success` first, then more than today."""

    @property
    def body(self) -> bytes:
        """The answer's body."""
        details = {"message": self.messages[0], "name": "Client Error", "code": self.code, "status": self.status}
        error = {"code": self.code, "messages": self.messages, "details": details}
        return msgspec.json.encode({"success": False, "error": error})


def _refused(file_id: object, code: int) -> Fields:
    shown = file_id[:_ECHO] if isinstance(file_id, str) else None
    return {"file_id": shown, "error": {"code": code, "messages": [MESSAGES[code]]}}
