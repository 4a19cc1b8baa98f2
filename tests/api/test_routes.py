"""Submissions over a real server. What is so of every route is in test_guarded."""

import random
import resource
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fulgurite.model.hashes import digests_of
from tests.api.conftest import MAX_UPLOAD_BYTES
from tests.api.running import Reply, Running, replies_in, running

PROGRAM = (Path(__file__).resolve().parents[2] / "demo/hello.exe").read_bytes()
OCTETS = {"content-type": "application/octet-stream"}


def form(
    content: bytes, name: str = "file", file_name: str = "a.exe", *, end: bytes = b"\r\n--b--\r\n"
) -> dict[str, Any]:
    """A form with one file, as arguments of a request."""
    disposition = f'form-data; name="{name}"; filename="{file_name}"'.encode()
    body = b"--b\r\nContent-Disposition: " + disposition + b"\r\n\r\n" + content + end
    return {"body": body, "headers": {"content-type": "multipart/form-data; boundary=b"}}


def posted(api: Running, body: Any, headers: dict[str, Any] | None = None) -> Reply:
    return api.ask_with("POST", "/v4/file", OCTETS if headers is None else headers, body)


def shown_name(api: Running, reply: Reply) -> str | None:
    """The name that the submission in `reply` was kept under."""
    submission = api.store.submission(reply.json["data_id"])
    assert submission is not None
    return submission.file_name


def accepted(reply: Reply, content: bytes) -> None:
    """Holds when `reply` says that `content` was taken, without an analysis."""
    digests = digests_of(content)
    assert reply.status == 200
    assert reply.json == {
        "data_id": reply.json["data_id"],
        "status": "inqueue",
        "in_queue": 0,
        "queue_priority": "normal",
        "sha1": digests.sha1.upper(),
        "sha256": digests.sha256.upper(),
        "md5": digests.md5.upper(),
    }
    assert reply.json["data_id"].startswith("bz")
    assert reply.headers["x-authenticated"] == "by apikey"


def pieces(content: bytes) -> Iterator[bytes]:
    yield content[:3]
    yield content[3:]


@pytest.mark.parametrize(
    ("content", "given"),
    [
        (b"raw", {"body": b"raw", "headers": OCTETS}),
        (b"untyped", {"body": b"untyped", "headers": {}}),
        (b"a=b&c=%00", {"body": b"a=b&c=%00", "headers": {"content-type": "application/x-www-form-urlencoded"}}),
        (b"chunked body", {"body": pieces(b"chunked body"), "headers": {"Transfer-Encoding": "chunked"}}),
        (b"formed", form(b"formed")),
        (b"unnamed", form(b"unnamed", name="")),
        (b"oddly named", form(b"oddly named", name="x y/\u202e")),
        (b"\x00\r\n--\xff" * 1000, form(b"\x00\r\n--\xff" * 1000)),
        (b"x" * MAX_UPLOAD_BYTES, {"body": b"x" * MAX_UPLOAD_BYTES, "headers": OCTETS}),
        (b"y" * MAX_UPLOAD_BYTES, form(b"y" * MAX_UPLOAD_BYTES)),
    ],
)
def test_a_file_is_taken_however_it_is_sent(api: Running, content: bytes, given: dict[str, Any]) -> None:
    reply = posted(api, **given)
    accepted(reply, content)
    assert api.store.sample_bytes(digests_of(content).sha256) == content
    kept = api.ask("GET", f"/v4/file/{reply.json['data_id']}")
    assert (kept.status, kept.json["data_id"]) == (200, reply.json["data_id"])
    assert api.ask("GET", f"/v4/hash/{digests_of(content).md5}").json["data_id"] == reply.json["data_id"]


@pytest.mark.parametrize(
    "headers",
    [
        {"sandbox": "windows10", "sandbox_timeout": "short", "sandbox_browser": "os_default"},
        {"Sandbox": "Windows 7", "sandbox-timeout": "MEDIUM", "Sandbox-Browser": "OS default"},
    ],
)
def test_an_analysis_is_asked_for(api: Running, headers: dict[str, str]) -> None:
    reply = posted(api, PROGRAM, {**headers, "filename": "a%20b.exe"})
    assert reply.status == 200
    assert list(reply.json) == [
        *("data_id", "status", "in_queue", "queue_priority"),
        *("sha1", "sha256", "md5", "sandbox_id"),
    ]
    task = api.store.task(reply.json["sandbox_id"])
    assert task is not None
    assert task.options.system in {"windows10", "windows7"}
    assert task.options.file_name == "a b.exe"
    state = api.ask("GET", f"/v4/sandbox/{task.sandbox_id}").json
    assert state["scan_in_progress"] == state["sandbox_id"] == task.sandbox_id
    assert 1 <= state["scan_results"]["progress_percentage"] < 100
    assert "final_verdict" not in state
    by_hash = api.ask("GET", f"/v4/hash/{reply.json['sha1']}/sandbox").json
    assert by_hash["scan_in_progress"] == task.sandbox_id


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({"sandbox": "windows95"}, "sandbox: allowed values are windows10, windows7"),
        ({"sandbox": ""}, "sandbox: allowed values are windows10, windows7"),
        (
            {"sandbox": "windows7", "sandbox_timeout": "forever"},
            "sandbox_timeout: allowed values are short, medium, long",
        ),
    ],
)
def test_an_unknown_value_is_refused(api: Running, headers: dict[str, str], detail: str) -> None:
    reply = posted(api, PROGRAM, headers)
    assert reply.status == 400
    assert reply.json == {"error": {"code": 400020, "messages": ["Header is not valid", detail]}}


def test_a_file_that_no_engine_takes_is_kept_and_said_so(api: Running) -> None:
    content = b"a text, no program"
    reply = posted(api, content, {"sandbox": "windows10"})
    assert reply.status == 200
    assert "sandbox_id" not in reply.json
    error = reply.json["sandbox_error"]
    assert error["code"] == 404010
    assert error["messages"][0] == "Unsupported file type"
    assert len(error["messages"]) == 2
    assert api.store.sample_bytes(digests_of(content).sha256) == content
    assert api.ask("GET", f"/v4/hash/{digests_of(content).sha256}/sandbox").code == 404001


@pytest.mark.parametrize("given", [{"body": b"", "headers": OCTETS}, form(b""), {"body": None, "headers": OCTETS}])
def test_an_empty_body(api: Running, given: dict[str, Any]) -> None:
    reply = posted(api, **given)
    message = b'{"error":{"code":400145,"messages":["Request body is empty, please send a binary file"]}}'
    assert (reply.status, reply.body) == (400, message)


@pytest.mark.parametrize(
    "given",
    [
        form(b"MZ", end=b""),
        form(b"MZ", end=b"\r\n--b"),
        form(b"MZ", end=b"\r\n--c--\r\n"),
        {"body": b"--b\r\n", "headers": {"content-type": "multipart/form-data; boundary=b"}},
        {"body": b"MZ", "headers": {"content-type": "multipart/form-data"}},
        {"body": b"MZ", "headers": {"content-type": "multipart/form-data; boundary=" + "b" * 1000}},
        {
            "body": b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n' * 10_000 + b"--b--\r\n",
            "headers": {"content-type": "multipart/form-data; boundary=b"},
        },
        {
            "body": b"--b\r\n" + b"x: y\r\n" * 10_000 + b"\r\n\r\n--b--\r\n",
            "headers": {"content-type": "multipart/form-data; boundary=b"},
        },
    ],
)
def test_a_broken_form(api: Running, given: dict[str, Any]) -> None:
    reply = posted(api, **given)
    assert reply.status == 400
    assert reply.code == 400140
    assert reply.json["error"]["messages"][0] == "file upload has failed"


@pytest.mark.parametrize("size", [MAX_UPLOAD_BYTES + 1, 3 * MAX_UPLOAD_BYTES])
@pytest.mark.parametrize("shape", [lambda c: {"body": c, "headers": OCTETS}, form], ids=["raw", "form"])
def test_a_file_over_the_limit(api: Running, size: int, shape: Callable[[bytes], dict[str, Any]]) -> None:
    reply = posted(api, **shape(b"x" * size))
    assert reply.code == 400144
    assert reply.json["error"]["messages"] == ["Exceeded maximum file size allowed (2MB)"]
    chunked = shape(b"x" * size)
    chunked["headers"] = {**chunked["headers"], "Transfer-Encoding": "chunked"}
    chunked["body"] = iter([chunked["body"]])
    assert posted(api, **chunked).code == 400144


def test_an_endless_body_is_refused_while_it_comes(api: Running) -> None:
    with api.connected() as connection:
        connection.sendall(api.head("POST", "/v4/file", b"transfer-encoding: chunked"))
        for _ in range(3):
            connection.sendall(b"100000\r\n" + b"x" * (1 << 20) + b"\r\n")
        said = b""
        while b"}" not in said:
            said += connection.recv(1 << 16)
    assert replies_in(said)[0].code == 400144


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("C:\\temp\\evil.exe", "evil.exe"),
        ("a%00b", "a_b"),
        ("%E2%80%AEfdp.exe", "_fdp.exe"),
        ("n" * 5000, "n" * 255),
        ("..", None),
    ],
)
@pytest.mark.parametrize("header", ["filename", "X-Filename"])
def test_a_name_is_cleaned(api: Running, header: str, given: str, shown: str | None) -> None:
    reply = posted(api, b"named", {**OCTETS, header: given})
    assert reply.status == 200
    assert shown_name(api, reply) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [("../../x.exe", "x.exe"), ("n" * 5000, "n" * 255), ("\u202efdp.exe", "_fdp.exe"), ("a\x01b", "a_b"), ("", None)],
)
def test_a_name_in_a_form_is_cleaned(api: Running, given: str, shown: str | None) -> None:
    assert shown_name(api, posted(api, **form(b"named", file_name=given))) == shown


def test_the_header_goes_before_the_form(api: Running) -> None:
    request = form(b"named", file_name="form.exe")
    request["headers"]["filename"] = "header.exe"
    assert shown_name(api, posted(api, **request)) == "header.exe"


def test_the_same_bytes_at_once_are_as_many_submissions(api: Running) -> None:
    replies: list[Reply] = []
    threads = [
        threading.Thread(target=lambda: replies.append(posted(api, PROGRAM, {"sandbox": "windows10"})))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {reply.status for reply in replies} == {200}
    assert len({reply.json["data_id"] for reply in replies}) == 8
    assert len({reply.json["sandbox_id"] for reply in replies}) == 8


def test_nothing_is_left_in_the_folder_of_uploads(api: Running) -> None:
    posted(api, b"x" * MAX_UPLOAD_BYTES)
    posted(api, b"x" * MAX_UPLOAD_BYTES * 2)
    folders = [path for path in (api.store.data_dir / "tmp").rglob("*") if path.is_file() and path.name != "lock"]
    assert [path.name for path in folders] == [".guard"]


@pytest.mark.parametrize("size", [100_000, MAX_UPLOAD_BYTES])
def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)  # noqa: S311 - bytes that do not compress
    with running(tmp_path) as server:
        taken = posted(server, b"taken before")
        pid, hard = server.process.pid, resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        # To a writer the same as a full disk, without the need to fill one.
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (10_000, hard))
        refused = posted(server, content)
        assert refused.status == 503
        assert refused.json["error"]["messages"] == ["Service is not available", "no room left on the disk"]
        assert server.is_well()
        assert server.ask("GET", f"/v4/hash/{digests_of(b'x' * size).md5}").code == 404003
        assert server.ask("GET", f"/v4/file/{taken.json['data_id']}").status == 200
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        accepted(posted(server, content), content)
