"""Every route, whatever it is for: who is let in, what a refusal looks like, how its path may be spelt."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from fulgurite.api.problems import MESSAGES
from fulgurite.api.reference.document import Row
from fulgurite.api.routes import rows
from fulgurite.exports import v4
from fulgurite.model.hashes import Digests, digests_of
from fulgurite.model.key import Role
from fulgurite.model.task import RunOptions
from fulgurite.service.submit import submit
from fulgurite.store.tasks import Limits
from tests import builders
from tests.api.running import Reply, Running

ROWS = rows()
GUARDED = [row for row in ROWS if row.role is not None]
BY_SUBMITTERS = [row for row in ROWS if row.role is Role.SUBMIT]
EXAMPLES = {
    "hash": "0" * 64,
    "hex": "00000",
    "sandbox_id": "0" * 24,
    "data_id": "bzAAAA",
    "file_id": "bzAAAA",
    "key": "0" * 32,
    "value": "198.51.100.7",
    "name": "a.dmp",
    "label": "executes_dropped_exe",
    "other": "1" * 24,
    "list": "processes",
    "id": "999999999",
}
BODIES: dict[str, Any] = {
    "/v4/file": b"a file",
    "/v4/file/rescan": {"file_ids": ["bzAAAA"]},
    "/v4/hash": {"hash": ["0" * 64]},
    "/v4/hash/sandbox": {"hash": ["0" * 64]},
    "/v4/ip": {"address": ["198.51.100.7"]},
    "/v4/domain": {"fqdn": ["www.example.com"]},
    "/v4/url": {"url": ["https://www.example.com/"]},
    "/v4/admin/keys": {"name": "", "role": "read"},
    "/v4/sandbox": {"url": "https://www.example.com/"},
}
ERRORS = {400, 401, 403, 404, 405, 406, 429}


def named(row: Row) -> str:
    return row.name


def path_of(row: Row, **values: str) -> str:
    path = row.name.partition(" ")[2]
    for name, value in {**EXAMPLES, **values}.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, "a parameter without an example"
    return path


def asked(
    api: Running, row: Row, path: str | None = None, *, method: str | None = None, key: str | None = "", **headers: str
) -> Reply:
    """Sends what the endpoint of `row` wants."""
    body = BODIES.get(row.path) if row.method == "POST" else None
    given = dict(headers)
    if isinstance(body, dict):
        body, given["content-type"] = json.dumps(body), "application/json"
    return api.ask_with(method or row.method, path_of(row) if path is None else path, given, body, key=key)


def refused(reply: Reply, code: int) -> None:
    """Holds when `reply` is this error, in the documented shape."""
    assert reply.status == code // 1000
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert list(reply.json) == ["error"]
    assert reply.json["error"]["code"] == code
    assert reply.json["error"]["messages"][0] == MESSAGES[code]
    assert reply.body == json.dumps(reply.json, separators=(",", ":")).encode()


@pytest.mark.parametrize("row", GUARDED, ids=named)
@pytest.mark.parametrize("key", [None, "", "0" * 32, "A" * 32, "é", "0" * 5000], ids=lambda key: repr(key)[:12])
def test_no_key_and_a_wrong_one(api: Running, row: Row, key: str | None) -> None:
    headers = {} if key is None else {"apikey": key.encode()}
    body = BODIES.get(row.path) if row.method == "POST" else None
    given = json.dumps(body) if isinstance(body, dict) else body
    refused(api.ask_with(row.method, path_of(row), headers, given, key=None), 401006)


@pytest.mark.parametrize("row", BY_SUBMITTERS, ids=named)
def test_a_reader_may_not_submit(api: Running, row: Row) -> None:
    refused(asked(api, row, key=api.new_key(Role.READ, f"reader of {row.name}")), 403003)


def test_each_role_is_asked_for() -> None:
    """What changes something needs more than a reader's key; what is open is nothing of anybody's."""
    assert {row.name for row in BY_SUBMITTERS} == {
        "POST /v4/file",
        "POST /v4/sandbox",
        "POST /v4/sandbox/{data_id}/scan",
        "GET /v4/file/{file_id}/rescan",
        "POST /v4/file/rescan",
        "POST /v4/import",
    }
    open_to_all = {row.path for row in ROWS if row.role is None}
    assert open_to_all == {
        *("/v4/status", "/v4/status/version", "/v4/status/enginedef"),
        *("/v4/openapi.json", "/v4/docs", "/v4/docs/style.css"),
        *("/health", "/ready", "/metrics"),
    }


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_spellings_of_a_path(api: Running, row: Row) -> None:
    plain = asked(api, row)
    path = path_of(row)
    for spelt in (path + "/", path.replace("/v4/", "//v4//"), path + "//"):
        other = asked(api, row, spelt)
        assert (other.status, other.headers.get("content-type")) == (plain.status, plain.headers["content-type"])
        if plain.status >= 400:
            assert other.body == plain.body
            refused_shape(plain)


def refused_shape(reply: Reply) -> None:
    assert reply.status in ERRORS
    assert isinstance(reply.code, int)
    assert reply.code // 1000 == reply.status


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=named)
def test_the_head_of_every_answer(api: Running, row: Row) -> None:
    whole, head = asked(api, row), asked(api, row, method="HEAD")
    assert (head.status, head.body) == (whole.status, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert asked(api, row, method="HEAD", key=None).status == (200 if row.role is None else 401)


@pytest.mark.parametrize("row", ROWS, ids=named)
@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method(api: Running, row: Row, method: str) -> None:
    if any((one.method, one.path) == (method, row.path) for one in ROWS):
        return
    for key in ("", None):
        reply = asked(api, row, method=method, key=key)
        refused(reply, 405000)
        assert row.method in reply.headers["allow"].split(", ")
        assert method not in reply.headers["allow"].split(", ")


@pytest.mark.parametrize(
    "path", ["/v4", "/v4/nothing", "/v4/hash", "/v4/status/x/y", "/v4/%2e%2e/x", "/ready/x", "//v4/nothing"]
)
def test_another_path(api: Running, path: str) -> None:
    reply = api.ask("GET", path)
    refused(reply, 405000 if path == "/v4/hash" else 404000)


@pytest.mark.parametrize("path", ["/v4/url/a%0Ab", "/v4/url/%0A", "/v4/sandbox/%0A/artifacts/a%0Ab", "/v4/hash/%0A"])
def test_a_line_break_in_a_path_hides_no_route(api: Running, path: str) -> None:
    refused(api.ask("GET", path, key=None), 401006)
    assert api.ask("GET", path).code != 404000


class Hidden(NamedTuple):
    """A private submission with its analysis, and who may see it."""

    data_id: str
    sandbox_id: str
    digests: Digests
    owner: str


@pytest.fixture(scope="module")
def hidden(api: Running) -> Hidden:
    content = b"MZ nobody else's"
    owner = api.new_key(Role.SUBMIT, "owner of a secret")
    key = api.store.key(owner)
    assert key is not None
    now = datetime.now(UTC)
    done = submit(
        api.store,
        content,
        options=RunOptions(),
        file_name="secret-name.exe",
        key_id=key.id,
        now=now,
        private_to=key.id,
    )
    while (task := api.store.claim(now, Limits())) is not None and task.sandbox_id != done.sandbox_id:
        api.store.fail(task.sandbox_id, "not needed")
    assert task is not None
    report = builders.report(
        builders.file_write("C:\\secret-path"),
        sample=builders.sample(content),
        sandbox_id=task.sandbox_id,
        data_id=task.data_id,
        requested_at=now,
        score=9,
    )
    body = v4.body(report, is_private=True)
    assert api.store.add_run(report, original=b"log", body=body, format_="runlog", now=now)
    return Hidden(done.data_id, task.sandbox_id, digests_of(content), owner)


@pytest.mark.parametrize("row", GUARDED, ids=named)
def test_what_is_private_is_told_to_no_other_key(api: Running, hidden: Hidden, row: Row) -> None:
    """Whatever names it, another key gets what it gets for a name that stands for nothing."""
    other = api.new_key(Role.SUBMIT, f"curious {row.name}")
    ids = {"data_id": hidden.data_id, "file_id": hidden.data_id, "sandbox_id": hidden.sandbox_id}
    nothing = asked(api, row, key=other, sandbox="windows10")
    for digest in hidden.digests:
        about = {**ids, "hash": digest, "hex": digest[:16]}
        body = BODIES.get(row.path)
        if row.path in {"/v4/hash", "/v4/hash/sandbox"}:
            body = {"hash": list(hidden.digests)}
        elif row.path == "/v4/file/rescan":
            body = {"file_ids": [hidden.data_id]}
        given = json.dumps(body) if isinstance(body, dict) else body
        headers = {"content-type": "application/json"} if isinstance(body, dict) else {}
        headers["sandbox"] = "windows10"
        path = path_of(row, **about)
        reply = api.ask_with(row.method, path, headers, given if row.method == "POST" else None, key=other)
        assert reply.status == nothing.status
        # What was asked for may be said back; nothing else that belongs to it.
        for secret in (b"secret-name", b"secret-path", b"LIKELY_MALICIOUS", *_ids(hidden, path, given)):
            assert secret.lower() not in reply.body.lower()


def _ids(hidden: Hidden, path: str, given: Any) -> list[bytes]:
    """Its names, but for those that the request itself has."""
    sent = f"{path} {given}".lower()
    names = [hidden.data_id, hidden.sandbox_id, *hidden.digests]
    return [name.encode() for name in names if name.lower() not in sent]


def test_what_is_private_is_told_to_its_own_key(api: Running, hidden: Hidden) -> None:
    for key in (hidden.owner, api.key):
        assert api.ask("GET", f"/v4/sandbox/{hidden.sandbox_id}", key=key).json["scan_results"]["infection_score"] == 9
        assert api.ask("GET", f"/v4/hash/{hidden.digests.md5}/sandbox", key=key).status == 200
        assert api.ask("GET", f"/v4/file/{hidden.data_id}", key=key).status == 200
