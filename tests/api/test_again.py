"""Looking at a kept file again, on a real server."""

from pathlib import Path
from typing import Any

import pytest

from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.model.viewer import PUBLIC
from fulgurite.store import histories
from fulgurite.store.reports import Subject
from tests.api.asking import is_problem, post
from tests.api.running import Running, running

PROGRAM = (Path(__file__).resolve().parents[2] / "demo/hello.exe").read_bytes()
DIGESTS = digests_of(PROGRAM)
OCTETS = {"content-type": "application/octet-stream"}


def uploaded(api: Running, content: bytes = PROGRAM, **headers: str) -> dict[str, Any]:
    told: dict[str, Any] = api.ask_with("POST", "/v4/file", {**OCTETS, **headers}, content).json
    return told


def test_a_rescan(api: Running) -> None:
    before = uploaded(api, sandbox="windows7", sandbox_timeout="long", filename="a.exe")
    reply = api.ask("GET", f"/v4/file/{before['data_id']}/rescan")
    told = reply.json
    assert reply.status == 200
    assert told == {
        "data_id": told["data_id"],
        "status": "inqueue",
        "in_queue": 1,
        "queue_priority": "normal",
        "sandbox_id": told["sandbox_id"],
    }
    assert told["data_id"] != before["data_id"]
    old, new = (api.store.task(one["sandbox_id"]) for one in (before, told))
    assert old is not None
    assert new is not None
    assert old.options == new.options
    assert reply.headers["x-ratelimit-for"] == "sandbox_api"
    assert api.ask("GET", f"/v4/file/{told['data_id']}").json["status"] == "inqueue"


def test_a_rescan_of_what_was_never_run(api: Running) -> None:
    reply = api.ask("GET", f"/v4/file/{uploaded(api, b'a text')['data_id']}/rescan")
    assert reply.json["in_queue"] == 0
    assert "sandbox_id" not in reply.json
    assert reply.headers["x-ratelimit-for"] == "prevention_api"


@pytest.mark.parametrize("file_id", ["bz0", "%00", "x" * 300])
def test_a_rescan_of_nothing(api: Running, file_id: str) -> None:
    assert is_problem(api.ask("GET", f"/v4/file/{file_id}/rescan"), 404007)


def test_many_rescans(api: Running) -> None:
    known = uploaded(api, b"a text")["data_id"]
    reply = post(api, "/v4/file/rescan", {"file_ids": [known, "bz0", 7]})
    assert reply.status == 200
    assert reply.json[0]["status"] == "inqueue"
    assert [(one["file_id"], one["error"]["code"]) for one in reply.json[1:]] == [("bz0", 404007), (None, 404007)]


def test_many_rescans_end_with_the_quota(tmp_path: Path) -> None:
    with running(tmp_path, daily_prevention=3) as api:
        known = uploaded(api, b"a text")["data_id"]
        told = post(api, "/v4/file/rescan", {"file_ids": [known] * 4}).json
        assert [one.get("error", {}).get("code") for one in told] == [None, None, 429000, 429000]
        assert histories.count(api.store.database, Subject(digests_of(b"a text").sha256), PUBLIC) == 3
        assert is_problem(post(api, "/v4/file/rescan", {"file_ids": [known]}), 429000)


def test_one_more_analysis(api: Running) -> None:
    before = uploaded(api)
    reply = api.ask("POST", f"/v4/sandbox/{before['data_id']}/scan", sandbox="windows 10")
    told = reply.json
    assert reply.status == 200
    assert told == {
        "apikey": told["apikey"],
        "md5": DIGESTS.md5.upper(),
        "sha1": DIGESTS.sha1.upper(),
        "sha256": DIGESTS.sha256.upper(),
        "dataId": before["data_id"],
        "data_id": before["data_id"],
        "_id": told["sandbox_id"],
        "sandbox_id": told["sandbox_id"],
    }
    assert api.key not in reply.body.decode()
    assert told["apikey"].endswith("*" * 20)
    task = api.store.task(told["sandbox_id"])
    assert task is not None
    assert (task.data_id, task.options.system) == (before["data_id"], "windows10")
    assert api.ask("GET", f"/v4/sandbox/{told['sandbox_id']}").json["scan_in_progress"] == told["sandbox_id"]


def test_of_an_unknown_file_in_the_shape_of_2019(api: Running) -> None:
    reply = api.ask("POST", "/v4/sandbox/bz0/scan", sandbox="windows7")
    assert reply.status == 404
    assert reply.body == (
        b'{"success":false,"error":{"code":404001,"messages":["Entity was not found"],'
        b'"details":{"message":"Entity was not found","name":"Client Error","code":404001,"status":404}}}'
    )


def test_of_a_file_that_no_engine_takes(api: Running) -> None:
    reply = api.ask("POST", f"/v4/sandbox/{uploaded(api, b'a text')['data_id']}/scan", sandbox="windows10")
    assert is_problem(reply, 404010)
    assert reply.json["success"] is False


@pytest.mark.parametrize(("headers", "code"), [({}, 400024), ({"sandbox": "beos"}, 400020), ({"sandbox": ""}, 400020)])
def test_without_a_system(api: Running, headers: dict[str, str], code: int) -> None:
    assert is_problem(api.ask_with("POST", f"/v4/sandbox/{uploaded(api)['data_id']}/scan", headers), code)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v4/file/bz0/rescan"), ("POST", "/v4/file/rescan"), ("POST", "/v4/sandbox/bz0/scan")],
)
def test_a_key_that_only_reads_may_not(api: Running, method: str, path: str) -> None:
    name = f"reads {method} {path}"
    assert is_problem(api.ask(method, path, key=api.new_key(Role.READ, name)), 403003)
