"""The client for blocking code."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec

from fulgurite.client import flows, transport
from fulgurite.client.flows import Broken, Brought, Flow, Listen, Options, Outcome, Pause, Policy, Request, Step, Watch
from fulgurite.client.results import Analysis, Imported, Looked, Run, Submitted


class Client:
    """A Fulgurite server (or another one of the v4 interface) as an object. Threads may share it."""

    def __init__(
        self, server: str, apikey: str | None = None, *, policy: Policy | None = None, http: httpx2.Client | None = None
    ) -> None:
        """`server` is its URL, with or without `/v4`; `http` takes the place of the HTTP client made otherwise."""
        self._policy = Policy() if policy is None else policy
        self._http = http or httpx2.Client(
            base_url=transport.base_url(server),
            headers=transport.headers(apikey),
            timeout=transport.timeout(self._policy),
        )

    def close(self) -> None:
        """Closes its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, content: bytes | Path, options: Options | None = None) -> Submitted:
        """Sends a file; with `options.system` None it is kept without an analysis. A Path is streamed from disk.

        Raises AnswerError, ServerUnreachable. A connection that breaks midway is not tried again by itself: the
        server may have the file already.
        """
        result: Submitted = self._run(flows.submit(content, options or Options(), self._policy))
        return result

    def import_report(self, content: bytes | Path, brought: Brought | None = None) -> list[Imported]:
        """Sends a report of another sandbox, or an archive of such; what became of each report in it.

        Sending it again does no harm: a report comes in once. A report that is refused is no error, it says why.
        Raises AnswerError, ServerUnreachable.
        """
        result: list[Imported] = self._run(flows.import_report(content, brought or Brought(), self._policy))
        return result

    def last_analysis(self, digest: str) -> Analysis:
        """The last dynamic analysis of the file with this MD5, SHA-1, SHA-256 or SHA-512. Raises NotFound."""
        result: Analysis = self._run(flows.last_analysis(digest, self._policy))
        return result

    def analysis(self, sandbox_id: str) -> Analysis:
        """Exactly this analysis as it stands now. Raises NotFound."""
        result: Analysis = self._run(flows.one_analysis(sandbox_id, self._policy))
        return result

    def wait(
        self, sandbox_id: str, *, timeout_s: float = 600, on_progress: Callable[[int], None] | None = None
    ) -> Analysis:
        """The analysis once it has ended, finished or failed. Raises StillRunning after `timeout_s` seconds.

        `on_progress` is called with 1-100, never falling.
        """
        watch = Watch(timeout_s, on_progress)
        result: Analysis = self._run(flows.wait(sandbox_id, watch, self._policy))
        return result

    def lookups(self, digests: Iterable[str]) -> Iterator[Looked]:
        """What is known of each hash, in the order given, whatever their number; asked for in batches."""
        for batch in flows.batches(digests):
            yield from self._run(flows.bulk(batch, self._policy))

    def history(self, digest: str) -> Iterator[Run]:
        """All submissions of a file that the server knows, newest first; pages are fetched as they are needed."""
        offset = 0
        while page := self._run(flows.history(digest, offset, self._policy)):
            yield from page
            offset += len(page)

    def _run(self, flow: Flow) -> Any:
        outcome: Outcome = None
        while True:
            try:
                step = flow.send(outcome)
            except StopIteration as end:
                return end.value
            outcome = self._carried_out(step)

    def _carried_out(self, step: Step) -> Outcome:
        match step:
            case Request():
                return self._sent(step)
            case Pause():
                time.sleep(step.seconds)
            case Listen():
                self._listen(step)
        return None

    def _sent(self, request: Request) -> Outcome:
        try:
            if isinstance(request.content, Path):
                with request.content.open("rb") as file:
                    headers, patience = dict(request.headers), transport.patience(self._http, request)
                    return transport.reply(
                        self._http.request(
                            request.method, request.path, headers=headers, content=file, timeout=patience
                        )
                    )
            return transport.reply(self._http.send(transport.built(self._http, request)))
        except httpx2.HTTPError as error:
            return transport.broken(error)

    def _listen(self, step: Listen) -> Outcome:
        ends_at = time.monotonic() + step.seconds
        try:
            with self._http.sse(step.path) as events:
                for event in events:
                    step.on_event(msgspec.json.decode(event.data, type=dict[str, Any]))
                    if time.monotonic() >= ends_at:
                        break
        except (httpx2.HTTPError, msgspec.DecodeError) as error:
            return Broken(str(error), was_sent=True)
        return None
