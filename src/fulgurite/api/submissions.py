"""What is sent to be looked at: `POST /v4/file` and `POST /v4/sandbox`."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import account_of, json_of
from fulgurite.api.limits import Account
from fulgurite.api.options import Allowed, Options, is_private, options
from fulgurite.api.payload import json_object
from fulgurite.api.problems import MESSAGES, Problem, too_large
from fulgurite.api.upload import Limits, Spool, receive_file
from fulgurite.api.wire import DEFAULT_SYSTEM, Choices, wanted
from fulgurite.errors import FulguriteError, InputError
from fulgurite.model.task import RunOptions
from fulgurite.model.usage import Claim, Kind
from fulgurite.service.archives import ArchiveRefused
from fulgurite.service.fetch import Got, TooMuch
from fulgurite.service.intake import Inside, Taken, Wishes
from fulgurite.service.names import display_name

MAX_STORING = 2
"""Uploads whose bytes may lie in memory at once, to be hashed and stored; further ones wait on disk."""
MAX_FETCHING = 4
"""Files that are fetched at once; further ones wait."""
_REDIRECTS = range(300, 400)


class Uploads(NamedTuple):
    """How uploads are taken."""

    spool_folder: Path
    """Takes the bytes of long uploads while they come in."""
    limits: Limits
    choices: Choices = Choices()
    allowed: Allowed = Allowed()


class Visit(Protocol):
    """Keeps a URL to be fetched and analysed; its sandbox_id, and how many wait before it. Called from threads."""

    def __call__(
        self, url: str, options: RunOptions, *, key_id: int, is_private: bool, claim: Claim
    ) -> tuple[str, int]:
        """See fulgurite.service.visits."""
        ...


class SubmissionUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads."""

    take: Callable[[bytes, Wishes, Callable[[Kind, int], Claim]], Taken]
    """Keeps a file as is wished; the last says what is to be charged."""
    fetch: Callable[[str], Got]
    """What a URL gives, at most as large as an upload. Raises BadUrl, Unreachable, TooMuch."""
    visit: Visit


class Submissions:
    """What each of these endpoints does."""

    def __init__(self, uses: SubmissionUses, uploads: Uploads) -> None:
        self._uses = uses
        self._uploads = uploads
        self._storing = asyncio.Semaphore(MAX_STORING)
        self._fetching = asyncio.Semaphore(MAX_FETCHING)

    async def file(self, request: Request) -> Response:
        """POST /v4/file: keeps the body as a sample, and asks for its analysis when the headers do."""
        headers = request.headers.raw
        asked = wanted(headers, self._uploads.choices)
        more = options(headers, self._uploads.allowed)
        account = account_of(request)
        kind = Kind.PREVENTION if asked.options is None else Kind.SANDBOX
        await account.check(kind)
        with Spool(self._uploads.spool_folder) as spool:
            given = await self._received(request, spool, more)
            name = asked.file_name
            if name is None and given is not None:
                name = display_name(given)
            wishes = Wishes(
                options=asked.options,
                file_name=name,
                key_id=account.key.id,
                is_private=more.is_private,
                callback_url=more.callback_url,
                password=more.password,
                is_unpacking_asked=more.is_unpacking_asked,
            )
            async with self._storing:
                # Again, so that of many that came at once no more are stored than may be counted, but for a few.
                await account.check(kind)
                body = await asyncio.to_thread(self._taken, spool, wishes, account)
        return json_of(body)

    async def url(self, request: Request) -> Response:
        """POST /v4/sandbox: fetches a URL, by and by, and analyses what comes."""
        check = self._uploads.allowed.check_fetch
        if check is None:
            raise Problem(400048, "URL analysis is off on this server (setting fetch_urls)")
        headers = request.headers.raw
        asked = wanted(headers, self._uploads.choices).options or RunOptions(system=DEFAULT_SYSTEM)
        hidden = is_private(headers, self._uploads.allowed)
        url = (await json_object(request)).get("url")
        if not isinstance(url, str):
            raise Problem(400022, "url: expected a text")
        try:
            check(url)
        except InputError as error:
            raise Problem(400186, str(error)) from error
        account = account_of(request)
        claim = account.claim(Kind.SANDBOX)
        sandbox_id, before = await asyncio.to_thread(
            self._uses.visit, url, asked, key_id=account.key.id, is_private=hidden, claim=claim
        )
        told = {"status": "inqueue", "in_queue": before, "queue_priority": "normal", "sandbox_id": sandbox_id}
        return json_of(msgspec.json.encode(told))

    async def _received(self, request: Request, spool: Spool, more: Options) -> bytes | None:
        """Puts the file into `spool`: the body, or what it is to be fetched from. Its name, as it came, or None."""
        if more.download_from is None:
            return await receive_file(request.headers.raw, request.receive, spool, self._uploads.limits)
        async with self._fetching:
            got = await asyncio.to_thread(self._fetched, more.download_from)
        await spool.write(got.body)
        return urlsplit(got.url).path.encode() or None

    def _fetched(self, url: str) -> Got:
        try:
            got = self._uses.fetch(url)
        except TooMuch as error:
            raise too_large(self._uploads.limits.max_bytes) from error
        except FulguriteError as error:
            raise Problem(400146, str(error)) from error
        if got.status in _REDIRECTS:
            raise Problem(400155)
        if got.status != HTTPStatus.OK:
            raise Problem(400146, f"it was answered with {got.status}")
        if got.body == b"":
            raise Problem(400146, "nothing came: the answer is empty")
        return got

    def _taken(self, spool: Spool, wishes: Wishes, account: Account) -> bytes:
        try:
            return _reply(self._uses.take(spool.content(), wishes, account.claim))
        except ArchiveRefused as error:
            raise Problem(400140, str(error)) from error


def _reply(taken: Taken) -> bytes:
    submitted = taken.submitted
    runs = sum(one.sandbox_id is not None for one in (submitted, *(member.submitted for member in taken.members)))
    reply: dict[str, Any] = {
        "data_id": submitted.data_id,
        "status": "inqueue",
        "in_queue": runs,
        "queue_priority": "normal",
        "sha1": submitted.digests.sha1.upper(),
        "sha256": submitted.digests.sha256.upper(),
        "md5": submitted.digests.md5.upper(),
    }
    if submitted.sandbox_id is not None:
        reply["sandbox_id"] = submitted.sandbox_id
    if taken.refusal is not None:
        hint = ["an archive is not run, what is in it is: see extracted_files"] if taken.members else []
        reply["sandbox_error"] = _sandbox_error(taken.refusal, *hint)
    if taken.members:
        reply["extracted_files"] = [_member(member) for member in taken.members]
    if taken.remarks:
        reply["unarchive_warnings"] = list(taken.remarks)
    if taken.archive_fault is not None:
        reply["unarchive_error"] = {"code": 400140, "messages": [taken.archive_fault]}
    return msgspec.json.encode(reply)


def _member(member: Inside) -> dict[str, Any]:
    submitted = member.submitted
    shown: dict[str, Any] = {
        "name": member.name,
        "sha256": submitted.digests.sha256.upper(),
        "data_id": submitted.data_id,
        "file_size": submitted.size_bytes,
    }
    if submitted.sandbox_id is not None:
        shown["sandbox_id"] = submitted.sandbox_id
    if member.refusal is not None:
        shown["sandbox_error"] = _sandbox_error(member.refusal)
    return shown


def _sandbox_error(*reasons: str) -> dict[str, Any]:
    return {"code": 404010, "messages": [MESSAGES[404010], *reasons]}
