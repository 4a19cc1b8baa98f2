"""The whole interface on a real server: lookups, keys, paths."""

import asyncio
import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.types import Message

from fulgurite.api.app import Access, Service, Uses, create_app
from fulgurite.api.evidence import EvidenceUses
from fulgurite.api.imports import ImportUses
from fulgurite.api.problems import Problem
from fulgurite.api.routes import Files
from fulgurite.api.submissions import Uploads
from fulgurite.api.upload import Limits
from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.rules import load_builtin
from fulgurite.service import keys
from fulgurite.service.progress import Watched
from fulgurite.service.quota import Accounts
from fulgurite.service.worker import Worker
from fulgurite.store import Store
from tests import builders
from tests.api.conftest import MAX_UPLOAD_BYTES, NOW
from tests.api.running import Reply, Running, running
from tests.fakes import FakeEngine, could_not_start
from tests.imports import import_report

UNKNOWN = digests_of(b"nobody has this file")
SAMPLE = builders.SAMPLE_BYTES
DIGESTS = digests_of(SAMPLE)
HELLO = (Path(__file__).resolve().parents[2] / "demo/hello.exe").read_bytes()
SANDBOX_ID = "0123456789abcdef01234567"


@pytest.fixture(scope="module", autouse=True)
def analysed(api: Running) -> None:
    """An analysis of SAMPLE that is finished."""
    body = v4.body(builders.report(builders.file_write(), sandbox_id=SANDBOX_ID))
    import_report(api.store, body, name=None, sha256=None, now=NOW)


def problem(reply: Reply, code: int) -> None:
    """Holds when `reply` is the problem `code`, byte for byte."""
    assert reply.status == code // 1000
    assert reply.body == Problem(code).body
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["content-length"] == str(len(reply.body))
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["x-response-time"].endswith("ms")


# Lookups


@pytest.mark.parametrize("text", [DIGESTS.md5, DIGESTS.sha1, DIGESTS.sha256, DIGESTS.sha1.upper(), DIGESTS.md5.title()])
def test_an_analysis_is_found_by_any_hash_in_any_case(api: Running, text: str) -> None:
    reply = api.ask("GET", f"/v4/hash/{text}/sandbox")
    assert reply.status == 200
    assert reply.json["sha256"] == DIGESTS.sha256.upper()
    assert reply.json["sandbox_id"] == SANDBOX_ID
    assert reply.json["scan_results"]["progress_percentage"] == 100
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["x-authenticated"] == "by apikey"
    assert reply.headers["x-account-type"] == "other"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["x-response-time"].endswith("ms")


def test_an_analysis_is_found_by_its_own_id(api: Running) -> None:
    by_id = api.ask("GET", f"/v4/sandbox/{SANDBOX_ID}")
    assert by_id.status == 200
    assert by_id.body == api.ask("GET", f"/v4/hash/{DIGESTS.md5}/sandbox").body


@pytest.mark.parametrize("path", [f"/v4/hash/{DIGESTS.sha256}/sandbox", f"/v4/sandbox/{SANDBOX_ID}"])
def test_a_body_is_compressed_for_who_takes_it(api: Running, path: str) -> None:
    plain = api.ask("GET", path)
    zipped = api.ask("GET", path, accept_encoding="deflate, gzip")
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert plain.headers["vary"] == zipped.headers["vary"] == "accept-encoding"
    assert plain.headers["etag"] != zipped.headers["etag"]


@pytest.mark.parametrize("path", [f"/v4/hash/{DIGESTS.sha256}/sandbox", f"/v4/sandbox/{SANDBOX_ID}"])
def test_what_a_client_has_is_not_sent_again(api: Running, path: str) -> None:
    first = api.ask("GET", path)
    again = api.ask("GET", path, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert api.ask("GET", path, if_none_match='"other"').status == 200


@pytest.mark.parametrize("path", [f"/v4/hash/{DIGESTS.sha256}/sandbox", f"/v4/sandbox/{SANDBOX_ID}", "/v4/status"])
def test_head_is_get_without_its_body(api: Running, path: str) -> None:
    head, full = api.ask("HEAD", path), api.ask("GET", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == full.headers["content-length"] == str(len(full.body))


def test_head_of_nothing(api: Running) -> None:
    assert api.ask("HEAD", f"/v4/hash/{UNKNOWN.md5}/sandbox").status == 404
    assert api.ask("HEAD", f"/v4/hash/{UNKNOWN.md5}/sandbox", key=None).status == 401


@pytest.mark.parametrize(
    "text",
    [
        *("a", "f" * 31, "f" * 33, "f" * 39, "f" * 41, "f" * 63, "f" * 65, "f" * 4000),
        *("g" * 32, "f" * 63 + "g", "0x" + "f" * 30, " " * 32, "%20" + "f" * 32, "+" * 40),
        *(
            "%00" * 32,
            "%C3%A9" * 32,
            "%FF" * 32,
            "%F0%9D%9F%8E" * 32,
            "null",
            "..%5c..",
            "' OR 1=1 --".replace(" ", "%20"),
        ),
    ],
)
@pytest.mark.parametrize("path", ["/v4/hash/{}/sandbox", "/v4/hash/{}"])
def test_what_is_no_hash(api: Running, path: str, text: str) -> None:
    problem(api.ask("GET", path.format(text.replace(" ", "%20"))), 400064)


@pytest.mark.parametrize("text", UNKNOWN)
@pytest.mark.parametrize("path", ["/v4/hash/{}/sandbox", "/v4/hash/{}"])
def test_a_hash_of_an_unknown_file(api: Running, path: str, text: str) -> None:
    problem(api.ask("GET", path.format(text)), 404003)


def test_the_bodies_that_clients_compare_as_text(api: Running) -> None:
    invalid, unknown = api.ask("GET", "/v4/hash/x/sandbox"), api.ask("GET", f"/v4/hash/{UNKNOWN.sha1}/sandbox")
    assert invalid.body == b'{"error":{"code":400064,"messages":["The hash value is not valid"]}}'
    assert unknown.body == b'{"error":{"code":404003,"messages":["The hash was not found"]}}'


def test_a_file_that_was_never_analysed(api: Running) -> None:
    api.ask("POST", "/v4/file", b"kept, not run")
    problem(api.ask("GET", f"/v4/hash/{digests_of(b'kept, not run').sha1}/sandbox"), 404001)


@pytest.mark.parametrize("sandbox_id", ["f" * 24, "x", "F" * 24, "%00", "f" * 5000, "%C3%A9", "..%2f.."])
def test_an_unknown_sandbox_id(api: Running, sandbox_id: str) -> None:
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}")
    problem(reply, 404000 if "%2f" in sandbox_id else 404001)


@pytest.mark.parametrize("data_id", ["bzunknown", "x" * 5000, "%00", "%C3%A9", "-"])
def test_an_unknown_data_id(api: Running, data_id: str) -> None:
    problem(api.ask("GET", f"/v4/file/{data_id}"), 404004)


# From submission to report


def submitted(api: Running, data: bytes) -> str:
    """The sandbox_id of a fresh submission of `data`."""
    sandbox_id: str = api.ask("POST", "/v4/file", data, sandbox="windows10").json["sandbox_id"]
    return sandbox_id


def worked_off(api: Running, engine: FakeEngine) -> None:
    """Brings everything that waits to its end."""
    worker = Worker(api.store, [engine], load_builtin, now=lambda: datetime.now(UTC))
    while worker.run_once():
        pass


def program(name: str) -> bytes:
    """A program of its own."""
    return HELLO + name.encode()


def test_a_submission_becomes_an_analysis(api: Running) -> None:
    data = program("finished")
    sandbox_id = submitted(api, data)
    path = f"/v4/hash/{digests_of(data).sha1}/sandbox"
    waiting = api.ask("GET", path)
    assert waiting.status == 200
    assert waiting.json["scan_in_progress"] == sandbox_id
    assert waiting.json["md5"] == digests_of(data).md5.upper()
    worked_off(api, FakeEngine())
    finished = api.ask("GET", path)
    assert finished.json["sandbox_id"] == sandbox_id
    assert finished.json["scan_results"]["progress_percentage"] == 100
    assert "scan_in_progress" not in finished.json
    assert finished.body == api.ask("GET", f"/v4/sandbox/{sandbox_id}").body


def test_the_last_analysis_stays_while_a_newer_one_runs(api: Running) -> None:
    data = program("twice")
    first = submitted(api, data)
    worked_off(api, FakeEngine())
    second = submitted(api, data)
    path = f"/v4/hash/{digests_of(data).sha256}/sandbox"
    for encoding in ("identity", "gzip"):
        reply = api.ask("GET", path, accept_encoding=encoding)
        told = json.loads(gzip.decompress(reply.body) if encoding == "gzip" else reply.body)
        assert told["sandbox_id"] == first
        assert told["scan_in_progress"] == second
        assert told["final_verdict"] is not None
    worked_off(api, FakeEngine())
    assert api.ask("GET", path).json["sandbox_id"] == second


def test_a_failed_run_is_told_by_its_id_and_hides_nothing(api: Running) -> None:
    data = program("failed")
    sandbox_id = submitted(api, data)
    worked_off(api, could_not_start())
    told = api.ask("GET", f"/v4/sandbox/{sandbox_id}").json
    assert told["scan_results"] == {"progress_percentage": 100}
    assert told["final_verdict"]["verdict"] == "UNKNOWN"
    assert told["sandbox_error"]["code"] == 500000
    problem(api.ask("GET", f"/v4/hash/{digests_of(data).md5}/sandbox"), 404001)


# Keys

GUARDED = [
    ("GET", f"/v4/hash/{DIGESTS.md5}/sandbox"),
    ("GET", "/v4/hash/no-hash/sandbox"),
    ("GET", "/v4//hash/no-hash/sandbox/"),
    ("GET", f"/v4/sandbox/{SANDBOX_ID}"),
    ("POST", "/v4/file"),
    ("GET", "/v4/file/bzunknown"),
    ("GET", f"/v4/hash/{DIGESTS.md5}"),
    ("GET", "/v4/hash/no-hash"),
]


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize("key", [None, "", "wrong", "0" * 32, "0" * 32 + "\xe9", "a" * 5000])
def test_nothing_is_told_without_a_good_key(api: Running, method: str, path: str, key: str | None) -> None:
    headers = {} if key is None else {"apikey": key}
    reply = api.ask_with(method, path, headers, b"MZ" if method == "POST" else None, key=None)
    problem(reply, 401006)
    assert "x-authenticated" not in reply.headers


def test_a_revoked_key_is_refused_within_a_second(api: Running) -> None:
    key = api.new_key(Role.ADMIN, "revoked")
    assert api.ask("GET", f"/v4/sandbox/{SANDBOX_ID}", key=key).status == 200
    keys.revoke(api.store, "revoked", NOW)
    time.sleep(1)
    problem(api.ask("GET", f"/v4/sandbox/{SANDBOX_ID}", key=key), 401006)
    problem(api.ask("POST", "/v4/file", b"MZ", key=key), 401006)


def test_a_key_may_do_what_its_role_says(api: Running) -> None:
    reader, submitter = api.new_key(Role.READ, "reader"), api.new_key(Role.SUBMIT, "submitter")
    for key in (reader, submitter):
        assert api.ask("GET", f"/v4/hash/{DIGESTS.md5}/sandbox", key=key).status == 200
        assert api.ask("GET", f"/v4/hash/{DIGESTS.md5}", key=key).status == 200
    assert api.ask("POST", "/v4/file", b"submitted", key=submitter).status == 200
    problem(api.ask("POST", "/v4/file", b"MZ", key=reader), 403003)


def test_an_analysis_may_be_polled_without_key_where_that_is_set(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("keyless"), keyless_poll=True) as server:
        problem(server.ask("GET", f"/v4/sandbox/{SANDBOX_ID}", key=None), 404001)
        problem(server.ask("GET", f"/v4/sandbox/{SANDBOX_ID}", key="wrong"), 401006)
        problem(server.ask("GET", f"/v4/hash/{DIGESTS.md5}/sandbox", key=None), 401006)


# Paths


@pytest.mark.parametrize(
    "path",
    [
        f"/v4//hash/{DIGESTS.md5}/sandbox",
        f"//v4/hash//{DIGESTS.md5}///sandbox/",
        f"/v4/sandbox/{SANDBOX_ID}/",
        f"/v4//sandbox//{SANDBOX_ID}//",
        f"/v4/hash/{DIGESTS.md5}/sandbox?x=y",
        f"/v4/hash/{DIGESTS.md5}//",
        "/v4/status/",
        "//v4///status//version//",
    ],
)
def test_slashes_more_or_less_do_not_matter(api: Running, path: str) -> None:
    for method in ("GET", "HEAD"):
        reply = api.ask(method, path)
        assert reply.status == 200
        assert reply.headers["x-response-time"].endswith("ms")


@pytest.mark.parametrize(
    "path", ["/v4", "/v4/", "//v4/nothing", "/v4/nothing", "/v4/hash/a/b", "/v4/a%00", "/health/x"]
)
def test_an_unknown_path(api: Running, path: str) -> None:
    problem(api.ask("GET", path), 404000)
    problem(api.ask("POST", path, b"x", key=None), 404000)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", f"/v4/hash/{DIGESTS.md5}/sandbox", {"GET", "HEAD"}),
        ("DELETE", f"/v4/sandbox/{SANDBOX_ID}", {"GET", "HEAD"}),
        ("GET", "/v4/file", {"POST"}),
        ("HEAD", "/v4/file", {"POST"}),
        ("PUT", "/v4/file", {"POST"}),
        ("OPTIONS", "/v4/status", {"GET", "HEAD"}),
        ("PATCH", f"/v4/hash/{DIGESTS.md5}", {"GET", "HEAD"}),
    ],
)
def test_a_wrong_method(api: Running, method: str, path: str, allowed: set[str]) -> None:
    reply = api.ask(method, path)
    assert set(reply.headers["allow"].replace(" ", "").split(",")) == allowed
    assert reply.status == 405
    if method != "HEAD":
        problem(reply, 405000)


def test_status_needs_no_key(api: Running) -> None:
    reply = api.ask("GET", "/v4/status", key=None)
    assert (reply.status, reply.json) == (200, {"status": "ok"})
    assert "x-authenticated" not in reply.headers
    assert api.ask("GET", "/v4/status/version", key=None).json == {"version": "4.0"}


def test_the_limit_is_the_one_that_was_set(api: Running) -> None:
    reply = api.ask("POST", "/v4/file", b"x" * (MAX_UPLOAD_BYTES + 1))
    assert reply.body == b'{"error":{"code":400144,"messages":["Exceeded maximum file size allowed (2MB)"]}}'


# Faults of our own


def broken(*_: object, **__: object) -> Any:
    raise RuntimeError("a fault")


def messages(scope: dict[str, Any], tmp_path: Path) -> list[Message]:
    """What an application whose every use case fails sends for `scope`."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"} if scope["type"] == "websocket" else {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        await app({"headers": [], "query_string": b"", **scope}, receive, send)

    with Store.open(tmp_path / "data") as store:
        service = Service(
            check_key=broken,
            by_hash=broken,
            by_sandbox_id=broken,
            files=Files(file_result=broken, hash_result=broken),
            uses=Uses._make([broken] * len(Uses._fields))._replace(
                watched=cast("Watched", SimpleNamespace(one=broken, of_submission=broken, all=broken)),
                imports=ImportUses(take=broken, at_once=1),
                evidence=EvidenceUses._make([broken] * len(EvidenceUses._fields)),
            ),
            accounts=Accounts(store, builders.QUOTAS, now=lambda: NOW),
            scan_history=broken,
        )
        uploads = Uploads(spool_folder=tmp_path, limits=Limits(max_bytes=10))
        app = create_app(service, uploads, Access(keyless_poll=True))
        asyncio.run(run())
    return sent


@pytest.mark.parametrize(
    ("path", "headers"),
    [(f"/v4/sandbox/{SANDBOX_ID}", []), (f"/v4/hash/{DIGESTS.md5}", [(b"apikey", b"0" * 32)])],
)
def test_a_fault_is_answered_and_logged_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str, headers: list[tuple[bytes, bytes]]
) -> None:
    start, body = messages({"type": "http", "method": "GET", "path": path, "headers": headers}, tmp_path)
    assert start["status"] == 500
    assert body["body"] == b'{"error":{"code":500001,"messages":["Internal Server Error"]}}'
    assert "RuntimeError: a fault" in caplog.text


def test_a_websocket_is_closed(tmp_path: Path) -> None:
    (message,) = messages({"type": "websocket", "path": "/v4/status"}, tmp_path)
    assert message["type"] == "websocket.close"
