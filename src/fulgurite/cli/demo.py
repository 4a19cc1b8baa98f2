"""`fulgurite demo`: a server, a key and one analysed program, for the first look."""

import http.client
import os
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import typer

from fulgurite import server
from fulgurite.cli.exits import Failure
from fulgurite.cli.files import content
from fulgurite.cli.options import Data, Place
from fulgurite.cli.serve import Host, Port, page_of
from fulgurite.cli.summary import lines, summary
from fulgurite.cli.terminal import Progress, is_coloured, note
from fulgurite.errors import FulguriteError
from fulgurite.model.hashes import Sha256, sha256_of
from fulgurite.model.key import Role
from fulgurite.service import keys

KEY_FILE = "api-key"
"""In the data directory, for its owner only."""
_PATIENCE_S = 300.0
_POLL_S = 0.2


def demo(
    program: Annotated[
        Path, typer.Argument(metavar="PROGRAM", help="The program to analyse; at the first start only.")
    ],
    data: Data = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Serve, and show the analysis of PROGRAM, for a first look.

    The first start makes a key and has PROGRAM analysed; later ones show the report that is there.
    """
    place = Place(data, host=host, port=port)
    settings = place.settings
    if settings.open_read is None:
        settings = msgspec.structs.replace(settings, open_read=True)
    sample = content(program, settings.max_upload_bytes)
    key = _key(place)
    server.serve(
        place.directory,
        settings,
        with_workers=True,
        on_ready=lambda url: _shown(url, key, program.name, sample, place.directory / KEY_FILE),
    )


def _key(place: Place) -> str:
    """The key in the key file; made and told at the first start."""
    path = place.directory / KEY_FILE
    shown = _short(path)
    if path.exists():
        note(f"API key:   in {shown}")
        return path.read_text().strip()
    with place.store() as store:
        made_at = server.now()
        key = keys.create(store, f"demo {made_at:%Y-%m-%d %H:%M:%S}", Role.ADMIN, made_at)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key + "\n")
    note(f"API key:   {key}  (role admin; kept in {shown})")
    return key


def _short(path: Path) -> str:
    """`path` as it can be typed from here: relative when it is below."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _shown(url: str, key: str, name: str, sample: bytes, key_file: Path) -> None:
    """Runs in a thread beside the server: whatever goes wrong is told in a line, and the server goes on."""
    note(f"serving:   {url}")
    note(f"pages:     {page_of(url)}")
    try:
        _show(_Caller(url, key), name, sample, key_file)
    except ConnectionError:
        return  # the server was ended meanwhile
    except (Failure, FulguriteError, OSError, http.client.HTTPException, msgspec.DecodeError) as error:
        note(f"the demo could not be shown: {error}")
    note("")
    note("Ctrl-C ends the server; what it knows stays in the data directory.")


def _show(caller: "_Caller", name: str, sample: bytes, key_file: Path) -> None:
    digest = sha256_of(sample)
    body = _finished(caller, digest)
    if body is None:
        began = time.monotonic()
        body = _analysed(caller, name, sample, digest)
        note(f"analysed:  {name} in {time.monotonic() - began:.1f} s")
    else:
        note(f"analysed:  {name}, at an earlier start")
    sys.stdout.write("\n" + "\n".join(lines(name, summary(body), coloured=is_coloured(sys.stdout))) + "\n\n")
    quoted = shlex.quote(_short(key_file))
    sys.stdout.write(
        f'Look it up by any of its hashes:\n\n  curl -H "apikey: $(cat {quoted})" {caller.url}/hash/{digest}/sandbox\n'
    )
    sys.stdout.flush()


def _finished(caller: "_Caller", digest: Sha256) -> bytes | None:
    """The body of the last analysis, when there is one."""
    status, body = caller.call("GET", f"/hash/{digest}/sandbox")
    if status == http.client.NOT_FOUND:
        return None
    return body if summary(_good(status, body)).state == "reported" else None


def _analysed(caller: "_Caller", name: str, sample: bytes, digest: Sha256) -> bytes:
    """Submits `sample` and waits for its report. Raises Failure when there is none at the end."""
    reply = _good(*caller.call("POST", "/file", sample, {"sandbox": "windows10", "filename": name}))
    wanted: dict[str, Any] = msgspec.json.decode(reply)
    if "sandbox_id" not in wanted:
        raise Failure(f"{name}: {'; '.join(wanted.get('sandbox_error', {}).get('messages', ['not taken']))}")
    end = time.monotonic() + _PATIENCE_S
    with Progress(name) as progress:
        while time.monotonic() < end:
            told = summary(_good(*caller.call("GET", f"/sandbox/{wanted['sandbox_id']}")))
            progress.show(told.progress, told.state)
            if told.state == "failed":
                raise Failure(f"{name}: {'; '.join(told.remarks)}")
            if told.state == "reported":
                return _good(*caller.call("GET", f"/hash/{digest}/sandbox"))
            time.sleep(_POLL_S)
    raise Failure(f"{name}: no report after {_PATIENCE_S:.0f} s")


def _good(status: int, body: bytes) -> bytes:
    if status == http.client.UNAUTHORIZED:
        raise Failure(f"the key in {KEY_FILE} is not valid any more; remove that file and start again")
    if status != http.client.OK:
        raise Failure(f"the server answered {status}: {body[:200].decode(errors='replace')}")
    return body


class _Caller:
    """Calls the server beside it."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self._key = key

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of the answer."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.request(method, parts.path + path, body, {"apikey": self._key, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()
