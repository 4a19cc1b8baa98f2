"""Quotas, throttle, rate headers and the brake, over real servers."""

import errno
import logging
import os
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fulgurite.api import limits
from fulgurite.api.problems import Problem
from fulgurite.api.seldom import Seldom
from fulgurite.errors import StoreError
from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.model.usage import Allowance
from fulgurite.service import keys
from fulgurite.store.faults import told
from tests import builders
from tests.api.running import Reply, Running, running
from tests.imports import import_report

HELLO = (Path(__file__).resolve().parents[2] / "demo/hello.exe").read_bytes()
RATE = ("for", "limit", "used", "remaining", "reset-in", "interval")


def new_key(server: Running, name: str, role: Role = Role.SUBMIT, **allowance: int) -> str:
    return keys.create(server.store, name, role, datetime.now(UTC), allowance=Allowance(**allowance))


def rate(reply: Reply) -> dict[str, str]:
    """What the reply says of the quota; every part must be there."""
    assert reply.headers["x-authenticated"] == "by apikey"
    assert reply.headers["x-account-type"] == "other"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["x-response-time"].endswith("ms")
    told = {name: reply.headers[f"x-ratelimit-{name}"] for name in RATE}
    assert told["interval"] == "86400"
    assert told["reset-in"].endswith("s")
    assert 0 < int(told["reset-in"][:-1]) <= 86400
    assert int(told["limit"]) - int(told["used"]) == int(told["remaining"])
    return told


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v4/hash/x/sandbox", "reputation_api"),
        ("GET", f"/v4/hash/{'0' * 32}/sandbox", "reputation_api"),
        ("HEAD", f"/v4/hash/{'0' * 32}/sandbox", "reputation_api"),
        ("GET", f"/v4//hash/{'0' * 32}/sandbox/", "reputation_api"),
        ("GET", "/v4/sandbox/x", "reputation_api"),
        ("GET", f"/v4/hash/{'0' * 32}", "reputation_api"),
        ("GET", "/v4/file/bzunknown", "prevention_api"),
        ("GET", "/v4/apikey", "reputation_api"),
        ("POST", "/v4/file", "prevention_api"),
    ],
)
def test_every_reply_tells_of_the_quota(api: Running, method: str, path: str, kind: str) -> None:
    assert rate(api.ask(method, path, b"x" if method == "POST" else None))["for"] == kind


def test_headers_are_there_once_and_of_a_finished_analysis_too(api: Running) -> None:
    data = b"a sample with an analysis"
    report = builders.report(builders.file_write(), sample=builders.sample(data), sandbox_id="ab" * 12)
    import_report(api.store, v4.body(report), name=None, sha256=None, now=datetime.now(UTC))
    for path in ("/v4/hash/{}/sandbox", "/v4//hash/{}/sandbox"):
        said = api.said_to(api.head("GET", path.format(digests_of(data).md5)))
        names = [line.split(b":")[0] for line in said.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
        assert len(names) == len(set(names))
        assert {b"x-ratelimit-" + name.encode() for name in RATE} <= set(names)
        assert b"etag" in names
    reply = api.ask("GET", f"/v4/hash/{digests_of(data).md5}/sandbox")
    again = api.ask("GET", f"/v4/hash/{digests_of(data).md5}/sandbox", if_none_match=reply.headers["etag"])
    assert again.status == 304
    assert int(rate(again)["used"]) == int(rate(reply)["used"]) + 1


def test_submissions_are_counted_by_what_they_ask_for(api: Running) -> None:
    key = new_key(api, "by kind", sandbox_api=5, prevention_api=6)
    runs = rate(api.ask("POST", "/v4/file", HELLO, key=key, sandbox="windows10"))
    assert (runs["for"], runs["limit"], runs["used"]) == ("sandbox_api", "5", "1")
    kept = rate(api.ask("POST", "/v4/file", HELLO, key=key))
    assert (kept["for"], kept["limit"], kept["used"]) == ("prevention_api", "6", "1")
    text = rate(api.ask("POST", "/v4/file", b"no program", key=key, sandbox="windows10"))
    assert (text["for"], text["used"]) == ("prevention_api", "2")
    refused = rate(api.ask("POST", "/v4/file", b"", key=key, sandbox="windows10"))
    assert (refused["for"], refused["used"]) == ("sandbox_api", "1")


def test_a_used_up_quota(api: Running) -> None:
    key = new_key(api, "used up", sandbox_api=1, prevention_api=0, reputation_api=2)
    assert api.ask("POST", "/v4/file", HELLO, key=key, sandbox="windows10").status == 200
    for kind, limit, headers in (("sandbox_api", 1, {"sandbox": "windows10"}), ("prevention_api", 0, {})):
        reply = api.ask_with("POST", "/v4/file", headers, HELLO, key=key)
        assert (reply.status, rate(reply)["for"]) == (429, kind)
        messages = ["API key limit exceeded; retry after the limit is reset", f"{kind}: {limit} in 24 hours"]
        assert reply.json == {"error": {"code": 429000, "messages": messages}}
        assert 86300 < int(reply.headers["retry-after"]) <= 86400
    told = [
        api.ask("GET", path, key=key)
        for path in ("/v4/hash/x/sandbox", "/v4/hash/x", "/v4/hash/x", "/v4/hash/x/sandbox")
    ]
    assert [reply.code for reply in told] == [400064, 400064, 429000, 429000]
    assert [rate(reply)["remaining"] for reply in told] == ["1", "0", "0", "0"]
    assert 86300 < int(told[3].headers["retry-after"]) <= 86400
    assert api.ask("GET", "/v4/sandbox/" + "0" * 24, key=key).code == 404001
    assert api.ask("GET", "/v4/apikey/limits", key=key).status == 200


def test_the_throttle(api: Running) -> None:
    key = new_key(api, "throttled", per_minute=3, prevention_api=3)
    replies = [api.ask("POST", "/v4/file", b"throttled", key=key) for _ in range(5)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429, 429]
    messages = ["Request throttled, maximum 3 requests per minute"]
    assert replies[3].json == {"error": {"code": 429001, "messages": messages}}
    assert 0 < int(replies[3].headers["retry-after"]) <= 60
    assert rate(replies[3])["used"] == "3"
    assert api.ask("GET", "/v4/file/bzunknown", key=key).code == 404004


def at_once(servers: list[Running], key: str, count: int, **headers: str) -> list[Reply]:
    """The replies to `count` submissions at once, dealt out to `servers`."""
    replies: list[Reply] = []
    ready = threading.Barrier(count)

    def one(number: int) -> None:
        ready.wait()
        server = servers[number % len(servers)]
        replies.append(server.ask_with("POST", "/v4/file", headers, HELLO + b"%d" % number, key=key))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies


def test_of_64_submissions_at_once_a_quota_of_10_lets_10_pass(api: Running) -> None:
    key = new_key(api, "race", sandbox_api=10)
    replies = at_once([api], key, 64, sandbox="windows10")
    assert sorted(reply.status for reply in replies) == [200] * 10 + [429] * 54
    assert {reply.code for reply in replies if reply.status == 429} == {429000}
    assert len(api.ask("GET", "/v4/apikey/scan-history", key=key).json["data"]) == 10
    assert api.ask("GET", "/v4/apikey/limits/status", key=key).json["sandbox_api"] == 0


def test_two_servers_on_one_folder_share_what_is_used(tmp_path: Path) -> None:
    with ExitStack() as stack:
        one = stack.enter_context(running(tmp_path))
        # `running` makes a key of one name; that of the first is free again once it is revoked.
        keys.revoke(one.store, f"tests {one.process.pid}", datetime.now(UTC))
        two = stack.enter_context(running(tmp_path))
        key = new_key(one, "shared", sandbox_api=10, per_minute=40, reputation_api=100)
        replies = at_once([one, two], key, 32, sandbox="windows10")
        assert sorted(reply.status for reply in replies) == [200] * 10 + [429] * 22
        assert sorted(reply.status for reply in at_once([one, two], key, 16))[8:] == [429] * 8
        for _ in range(30):
            one.ask("GET", "/v4/hash/x/sandbox", key=key)
        until = time.monotonic() + 30
        while two.ask("GET", "/v4/apikey/limits", key=key).json["reputation_api"] < 30:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_a_restart_keeps_what_was_used(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        key = new_key(server, "kept", sandbox_api=10)
        server.ask("POST", "/v4/file", HELLO, key=key, sandbox="windows10")
        for _ in range(7):
            server.ask("GET", "/v4/hash/x/sandbox", key=key)
        keys.revoke(server.store, f"tests {server.process.pid}", datetime.now(UTC))
    with running(tmp_path) as server:
        used = server.ask("GET", "/v4/apikey/limits", key=key).json
        assert (used["sandbox_api"], used["reputation_api"]) == (1, 7)
        server.process.kill()


def test_an_expired_key_is_no_key(api: Running) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    key = keys.create(api.store, "brief", Role.READ, datetime.now(UTC), expires_at=soon)
    told = api.ask("GET", "/v4/apikey", key=key)
    assert (told.status, told.json["expiration_date"][:16]) == (200, soon.isoformat()[:16])
    time.sleep((soon - datetime.now(UTC)).total_seconds() + 1)
    reply = api.ask("GET", "/v4/apikey", key=key)
    assert (reply.status, reply.body) == (401, Problem(401006).body)
    assert keys.create(api.store, "brief", Role.READ, datetime.now(UTC)) != key


def test_who_guesses_keys_is_told_to_stay_away(tmp_path: Path) -> None:
    with running(tmp_path, bad_keys=3, ban_seconds=2) as server:
        paths = ("/v4/hash/x/sandbox", "/v4/file/x", "/v4/sandbox/x", "/v4/apikey", "/v4/hash/x/sandbox")
        told = [server.ask("GET", path, key=f"{n:032}") for n, path in enumerate(paths)]
        assert [reply.code for reply in told] == [401006, 401006, 401006, 403002, 403002]
        assert told[3].headers["retry-after"] == "2"
        assert server.ask("GET", "/v4/apikey", key="f" * 32, x_forwarded_for="192.0.2.9").code == 403002
        assert server.ask("GET", "/v4/apikey").status == 200
        assert server.ask("GET", "/v4/apikey", key=None).code == 401006
        time.sleep(2.1)
        assert server.ask("GET", "/v4/apikey", key="f" * 32).code == 401006


def test_nothing_of_a_key_is_written_or_answered(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    wrong, said = "wr0ngwr0ngwr0ngwr0ngwr0ngwr0ng12", b""
    with running(tmp_path / "data", bad_keys=5) as server:
        secrets = [server.key, *(new_key(server, role.value, role) for role in Role), wrong, wrong[:-1] + "\xe9"]
        paths = [
            "/v4/hash/x/sandbox",
            "/v4/file/{}",
            "/v4/apikey",
            "/v4/apikey/{}",
            "/v4/{}",
            "/v4/hash/{}",
            "/{}?k={}",
        ]
        for key in secrets:
            shown = wrong if "\xe9" in key else key
            for path in paths:
                reply = server.ask("GET", path.format(shown, shown), key=key)
                said += repr(reply).encode() + reply.body
            said += repr(server.ask("POST", "/v4/file", b"x", key=key, filename="x")).encode()
            head = b"GET /v4/\x00" + shown.encode() + b" HTTP/1.1\r\napikey: " + shown.encode() + b"\r\n\r\n"
            said += server.said_to(head) + server.said_to(b"apikey " + shown.encode() + b"\r\n\r\n")
    out, err = capfd.readouterr()
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    everything = b"\n".join([said, out.encode(), err.encode(), *files])
    assert len(files) > 3
    assert "Invalid HTTP request" in err
    for secret in secrets:
        assert secret.encode("latin-1") not in everything
        assert secret[7:].encode("latin-1") not in everything


def test_where_no_files_are_left_that_is_told_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_say", Seldom(logging.getLogger("test")))
    for number in (errno.EMFILE, errno.ENFILE, errno.EMFILE):
        with pytest.raises(StoreError) as caught, told("keeping a file"):
            raise OSError(number, os.strerror(number))
        for error in (caught.value, OSError(number, os.strerror(number))):
            problem = limits.problem_of(error)
            assert (problem.code, problem.headers) == (503000, ((b"retry-after", b"1"),))
    assert [record.getMessage() for record in caplog.records] == [
        "no file descriptors are left, raise `ulimit -n`: [Errno 24] Too many open files while keeping a file"
    ]
    assert limits.problem_of(OSError(errno.EACCES, "no")).code == 500001
