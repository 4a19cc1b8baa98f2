"""`fulgurite submit`: files into the store, their analysis awaited."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple, Protocol

import msgspec
import typer

from fulgurite import server
from fulgurite.cli.exits import Exit, Failure
from fulgurite.cli.files import content
from fulgurite.cli.options import Data, Json, Place
from fulgurite.cli.remote import Server, connected, sent
from fulgurite.cli.summary import Summary, lines, summary
from fulgurite.cli.terminal import Progress, is_coloured, note, unicode_of
from fulgurite.client import Client, Options
from fulgurite.model.task import RunOptions
from fulgurite.model.verdict import Verdict
from fulgurite.model.viewer import EVERYTHING
from fulgurite.service.lookup import Lookup
from fulgurite.service.submit import submit as submit_sample
from fulgurite.supervision import Workers, is_worker_alive

_POLL_S = 0.1
_BADNESS = (Verdict.UNKNOWN, Verdict.BENIGN, Verdict.SUSPICIOUS, Verdict.MALICIOUS)


class FailOn(StrEnum):
    """From which verdict on the exit status says so."""

    SUSPICIOUS = "suspicious"
    MALICIOUS = "malicious"


class Shellcode(StrEnum):
    """Architectures of raw code."""

    X86 = "x86"
    AMD64 = "amd64"


class Waiting(NamedTuple):
    """A file whose analysis was asked for."""

    path: str
    sandbox_id: str


class Wanted(NamedTuple):
    """The options of the command; None leaves it to who runs the file."""

    system: str | None
    timeout: str | None
    shellcode: str | None


class Service(Protocol):
    """Who takes the files and tells of their analyses."""

    def submitted(self, path: Path) -> str:
        """The sandbox_id under which the file at `path` is analysed. Raises Failure."""
        ...

    def body(self, sandbox_id: str) -> bytes:
        """The v4 body of that analysis as it stands."""
        ...

    def working(self) -> AbstractContextManager[object]:
        """What must go on while the analyses are waited for."""
        ...


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What --json prints for each file."""

    path: str
    state: str
    """`reported`, `failed`, `running` (waiting or not over in time) or `refused`."""
    reason: str | None = None
    sha256: str | None = None
    sandbox_id: str | None = None
    verdict: Verdict | None = None
    score: int | None = None
    signatures: tuple[str, ...] = ()
    ttps: tuple[str, ...] = ()


def submit(  # noqa: PLR0913, PLR0917 - one parameter an option
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="The programs to analyse.")],
    data: Data = None,
    at: Server = None,
    system: Annotated[str | None, typer.Option("--system", help="The guest.  [default: windows10]")] = None,
    timeout: Annotated[str | None, typer.Option("--timeout", help="The time profile.  [default: short]")] = None,
    shellcode: Annotated[Shellcode | None, typer.Option("--shellcode", help="Run the bytes as raw code.")] = None,
    wait_s: Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait; 0: not.")] = 900,
    fail_on: Annotated[FailOn | None, typer.Option("--fail-on", help="Exit status 4 from this verdict on.")] = None,
    *,
    json: Json = False,
) -> None:
    """Analyse files and show what they did.

    Works on the data directory itself, whether or not a server runs on it. When no worker is alive, one is started
    for as long as this command waits. With --server it sends the files there instead.
    """
    wanted = Wanted(system, timeout, None if shellcode is None else shellcode.value)
    show = _show_json if json else _show_text
    worst = Exit.OK
    with _service(data, at, wanted) as service:
        waiting: list[Waiting] = []
        for path in files:
            try:
                waiting.append(Waiting(unicode_of(str(path)), service.submitted(path)))
            except Failure as failure:
                show(Line(path=unicode_of(str(path)), state="refused", reason=unicode_of(str(failure))), None)
                worst = max(worst, failure.code)
        end = time.monotonic() + wait_s
        with service.working() if waiting and wait_s > 0 else nullcontext():
            for one in waiting:
                told = _awaited(service, one, end)
                show(_line(one, told), told)
                worst = max(worst, _exit(told, fail_on, is_awaited=wait_s > 0))
    raise typer.Exit(worst)


@contextmanager
def _service(data: Path | None, at: str | None, wanted: Wanted) -> Iterator[Service]:
    if at is not None:
        with connected(at, data) as client:
            yield _There(client, wanted)
    else:
        place = Place(data)
        options = _options(place, wanted)
        with place.store() as store:
            yield _Here(store, place, options)


class _Here:
    """The data directory."""

    def __init__(self, store: server.Store, place: Place, options: RunOptions) -> None:
        self._store = store
        self._place = place
        self._options = options
        self._found = Lookup(store, now=server.now)

    def submitted(self, path: Path) -> str:
        return _submitted(self._store, self._place, path, self._options)

    def body(self, sandbox_id: str) -> bytes:
        return self._found.by_sandbox_id(sandbox_id, viewer=EVERYTHING).content

    def working(self) -> AbstractContextManager[object]:
        is_alive = is_worker_alive(self._place.directory)
        return nullcontext() if is_alive else Workers(self._place.directory, 1)


class _There:
    """A server."""

    def __init__(self, client: Client, wanted: Wanted) -> None:
        self._client = client
        self._wanted = wanted

    def submitted(self, path: Path) -> str:
        options = Options(timeout=self._wanted.timeout, shellcode=self._wanted.shellcode)
        if self._wanted.system is not None:
            options = options._replace(system=self._wanted.system)
        return sent(self._client, path, options)

    def body(self, sandbox_id: str) -> bytes:
        return msgspec.json.encode(self._client.analysis(sandbox_id).body)

    def working(self) -> AbstractContextManager[object]:
        return nullcontext()


def _options(place: Place, wanted: Wanted) -> RunOptions:
    system, timeout = wanted.system, wanted.timeout
    for name, value, allowed in (
        ("--system", system, place.settings.systems),
        ("--timeout", timeout, place.settings.timeouts),
    ):
        if value is not None and value not in allowed:
            raise Failure(f"{name} {value}: there are {', '.join(allowed)}", Exit.USAGE)
    return RunOptions(
        system=place.settings.systems[0] if system is None else system,
        timeout=place.settings.timeouts[0] if timeout is None else timeout,
        shellcode=wanted.shellcode,
    )


def _submitted(store: server.Store, place: Place, path: Path, options: RunOptions) -> str:
    data = content(path, place.settings.max_upload_bytes)
    if data == b"":
        raise Failure(f"{path}: the file is empty")
    name = unicode_of(path.name)
    wanted = msgspec.structs.replace(options, file_name=name)
    reason = server.refusal(data, wanted)
    if reason is not None:
        raise Failure(f"{path}: {reason}")
    done = submit_sample(store, data, options=wanted, file_name=name, key_id=None, now=server.now())
    return done.sandbox_id or ""


def _awaited(service: Service, waiting: Waiting, end: float) -> Summary:
    """What is known of `waiting` when it is over, or at `end`."""
    with Progress(waiting.path) as progress:
        while True:
            told = summary(service.body(waiting.sandbox_id))
            progress.show(told.progress, told.state)
            if told.state != "running" or time.monotonic() >= end:
                return told
            time.sleep(_POLL_S)


def _exit(told: Summary, fail_on: FailOn | None, *, is_awaited: bool) -> Exit:
    if told.state == "failed":
        return Exit.ERROR
    if told.state == "running":
        return Exit.TIMEOUT if is_awaited else Exit.OK
    is_bad = fail_on is not None and _BADNESS.index(told.verdict) >= _BADNESS.index(Verdict(fail_on.value))
    return Exit.VERDICT if is_bad else Exit.OK


def _line(waiting: Waiting, told: Summary) -> Line:
    return Line(
        path=waiting.path,
        state=told.state,
        reason="; ".join(told.remarks) or None,
        sha256=told.sha256,
        sandbox_id=told.sandbox_id,
        verdict=told.verdict if told.state == "reported" else None,
        score=told.score,
        signatures=tuple(finding.name for finding in told.findings),
        ttps=told.techniques,
    )


def _show_json(line: Line, _told: Summary | None) -> None:
    typer.echo(msgspec.json.encode(line))


def _show_text(line: Line, told: Summary | None) -> None:
    if told is None:
        note(line.reason or "")
        return
    _write(lines(line.path, told, coloured=is_coloured(sys.stdout)))


def _write(texts: Iterable[str]) -> None:
    for text in texts:
        typer.echo(text)
