"""The client for asyncio code: the same calls, awaited."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec

from fulgurite.client import flows, transport
from fulgurite.client.flows import Broken, Brought, Flow, Listen, Options, Outcome, Pause, Policy, Request, Step, Watch
from fulgurite.client.results import Analysis, Imported, Looked, Run, Submitted

_PIECE = 1 << 20


class AsyncClient:
    """A Fulgurite server as an object; see Client, whose calls these are."""

    def __init__(
        self,
        server: str,
        apikey: str | None = None,
        *,
        policy: Policy | None = None,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        """See Client."""
        self._policy = Policy() if policy is None else policy
        self._http = http or httpx2.AsyncClient(
            base_url=transport.base_url(server),
            headers=transport.headers(apikey),
            timeout=transport.timeout(self._policy),
        )

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def submit(self, content: bytes | Path, options: Options | None = None) -> Submitted:
        """See Client.submit."""
        result: Submitted = await self._run(flows.submit(content, options or Options(), self._policy))
        return result

    async def import_report(self, content: bytes | Path, brought: Brought | None = None) -> list[Imported]:
        """See Client.import_report."""
        result: list[Imported] = await self._run(flows.import_report(content, brought or Brought(), self._policy))
        return result

    async def last_analysis(self, digest: str) -> Analysis:
        """See Client.last_analysis."""
        result: Analysis = await self._run(flows.last_analysis(digest, self._policy))
        return result

    async def analysis(self, sandbox_id: str) -> Analysis:
        """See Client.analysis."""
        result: Analysis = await self._run(flows.one_analysis(sandbox_id, self._policy))
        return result

    async def wait(
        self, sandbox_id: str, *, timeout_s: float = 600, on_progress: Callable[[int], None] | None = None
    ) -> Analysis:
        """See Client.wait."""
        watch = Watch(timeout_s, on_progress)
        result: Analysis = await self._run(flows.wait(sandbox_id, watch, self._policy))
        return result

    async def lookups(self, digests: Iterable[str]) -> AsyncIterator[Looked]:
        """See Client.lookups."""
        for batch in flows.batches(digests):
            for looked in await self._run(flows.bulk(batch, self._policy)):
                yield looked

    async def history(self, digest: str) -> AsyncIterator[Run]:
        """See Client.history."""
        offset = 0
        while page := await self._run(flows.history(digest, offset, self._policy)):
            for run in page:
                yield run
            offset += len(page)

    async def _run(self, flow: Flow) -> Any:
        outcome: Outcome = None
        while True:
            try:
                step = flow.send(outcome)
            except StopIteration as end:
                return end.value
            outcome = await self._carried_out(step)

    async def _carried_out(self, step: Step) -> Outcome:
        match step:
            case Request():
                return await self._sent(step)
            case Pause():
                await asyncio.sleep(step.seconds)
            case Listen():
                return await self._listen(step)
        return None

    async def _sent(self, request: Request) -> Outcome:
        try:
            if isinstance(request.content, Path):
                response = await self._http.request(
                    request.method,
                    request.path,
                    headers=dict(request.headers),
                    content=_pieces(request.content),
                    timeout=transport.patience(self._http, request),
                )
            else:
                response = await self._http.send(transport.built(self._http, request))
            return transport.reply(response)
        except httpx2.HTTPError as error:
            return transport.broken(error)

    async def _listen(self, step: Listen) -> Outcome:
        try:
            async with asyncio.timeout(step.seconds), self._http.sse(step.path) as events:
                async for event in events:
                    step.on_event(msgspec.json.decode(event.data, type=dict[str, Any]))
        except (httpx2.HTTPError, msgspec.DecodeError, TimeoutError) as error:
            return Broken(str(error), was_sent=True)
        return None


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    """The bytes of a file, read beside the event loop."""
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
