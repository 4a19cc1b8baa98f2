"""Commands that ask a server, here one that answers by a script."""

import json
from pathlib import Path

import pytest

from fulgurite.config import KEY_VARIABLE
from tests.client.scripted import Answer, Scripted, refusal
from tests.client.scripted import json as answer
from tests.client.test_blocking import DONE, FAILED, ID, LOOKUP, SHA256, SUBMITTED
from tests.conftest import Command


@pytest.fixture(autouse=True)
def key(command: Command, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: ARG001 - it clears the environment first
    """The key that the commands find in their environment."""
    monkeypatch.setenv(KEY_VARIABLE, "k" * 32)
    return "k" * 32


def test_a_lookup_asks_the_server_with_the_key(command: Command, key: str) -> None:
    with Scripted({f"GET {LOOKUP}": [answer(DONE)]}).running() as server:
        ended = command("lookup", SHA256, "--json", "--server", server.url)
    assert ended.code == 0
    assert json.loads(ended.out) == DONE
    assert server.asked[0].headers["apikey"] == key


@pytest.mark.parametrize(
    ("reply", "code", "words"),
    [
        (refusal(404, 404003, "The hash was not found"), 3, "no analysis"),
        (refusal(400, 400064, "The hash value is not valid"), 2, "not a hash"),
        (refusal(401, 401006, "Invalid API key"), 5, KEY_VARIABLE),
        (refusal(429, 429000, "API key limit exceeded", retry_after="3600"), 6, "3600 s"),
        (refusal(403, 403003, "Insufficient Privileges"), 1, "Insufficient Privileges"),
        (Answer(200, b"<html>"), 1, "JSON"),
    ],
)
def test_what_the_server_refuses_has_its_exit_code(command: Command, reply: Answer, code: int, words: str) -> None:
    with Scripted({f"GET {LOOKUP}": [reply]}).running() as server:
        ended = command("lookup", SHA256, "--server", server.url)
    assert ended.code == code
    assert words in ended.err
    assert "k" * 32 not in ended.err + ended.out


def test_a_file_is_submitted_and_awaited(command: Command, tmp_path: Path) -> None:
    program = tmp_path / "a.exe"
    program.write_bytes(b"MZ")
    script = {"POST /v4/file": [SUBMITTED], f"GET /v4/sandbox/{ID}": [answer(DONE)]}
    with Scripted(script).running() as server:
        ended = command("submit", program, "--json", "--timeout", "long", "--server", server.url)
    line = json.loads(ended.out)
    assert (ended.code, line["state"], line["score"], line["sandbox_id"]) == (0, "reported", 8, ID)
    assert server.asked[0].headers["sandbox-timeout"] == "long"
    assert server.asked[0].headers["sandbox"] == "windows10"


def test_a_failed_analysis_is_an_error(command: Command, tmp_path: Path) -> None:
    program = tmp_path / "a.exe"
    program.write_bytes(b"MZ")
    with Scripted({"POST /v4/file": [SUBMITTED], f"GET /v4/sandbox/{ID}": [answer(FAILED)]}).running() as server:
        ended = command("submit", program, "--server", server.url)
    assert ended.code == 1
    assert "no engine" in ended.out


def test_a_file_that_is_not_analysed_is_told(command: Command, tmp_path: Path) -> None:
    program = tmp_path / "a.txt"
    program.write_bytes(b"text")
    unsupported = {"data_id": "bz", "sha256": SHA256, "sandbox_error": {"code": 404010, "messages": ["no engine"]}}
    with Scripted({"POST /v4/file": [answer(unsupported)]}).running() as server:
        ended = command("submit", program, tmp_path / "none.exe", "--json", "--server", server.url)
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 1
    assert [line["state"] for line in lines] == ["refused", "refused"]
    assert "no engine" in lines[0]["reason"]
    assert "No such file" in lines[1]["reason"]


@pytest.mark.parametrize("more", [("--data", "x"), ()])
def test_a_call_that_cannot_be_meant(command: Command, more: tuple[str, ...]) -> None:
    server = "http://127.0.0.1:9" if more else "127.0.0.1:9"
    assert command("lookup", SHA256, "--server", server, *more).code == 2


def test_nobody_there(command: Command) -> None:
    ended = command("lookup", SHA256, "--server", "http://127.0.0.1:9")
    assert ended.code == 1
    assert "http://127.0.0.1:9" in ended.err
