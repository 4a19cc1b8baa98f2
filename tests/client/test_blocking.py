"""Both clients against a real server that answers by a script; test_asynchronous.py has what only one of them can."""

from pathlib import Path

import msgspec
import pytest

from fulgurite.client import (
    AnswerError,
    Brought,
    Client,
    Forbidden,
    LimitReached,
    NotFound,
    Options,
    ServerUnreachable,
    State,
    StillRunning,
    Unauthorized,
)
from fulgurite.client.flows import BULK, PAGE
from tests.client.conftest import PATIENT, Call
from tests.client.scripted import Answer, Scripted, json, refusal

SHA256 = "ab" * 32
ID = "0123456789abcdef01234567"
RUNNING = {"sandbox_id": ID, "scan_in_progress": ID, "scan_results": {"progress_percentage": 40}}
DONE = {
    "sandbox_id": ID,
    "scan_results": {"progress_percentage": 100, "infection_score": 8},
    "final_verdict": {"verdict": "MALICIOUS", "threatLevel": 1, "confidence": 100},
}
FAILED = {
    "sandbox_id": ID,
    "scan_results": {"progress_percentage": 100},
    "final_verdict": {"verdict": "UNKNOWN"},
    "sandbox_error": {"code": 500000, "messages": ["Scan request has failed permanently", "no engine"]},
}
SUBMITTED = json({"data_id": "bzX", "sha256": SHA256, "sandbox_id": ID, "status": "inqueue"})
LOOKUP = f"/v4/hash/{SHA256}/sandbox"


def test_a_report_is_brought_and_told_of(call: Call, tmp_path: Path) -> None:
    path = tmp_path / f"{SHA256}.json"
    path.write_bytes(b"{}")
    told = [{"outcome": "imported", "sandbox_id": ID, "format": "cape"}, {"outcome": "refused", "reason": "why"}]
    answer = json({"imported": 1, "duplicate": 0, "refused": 1, "data": told})
    with Scripted({"POST /v4/import": [Answer(breaks=True), answer]}).running() as server:
        # It may have arrived: sent again it does no harm.
        imported, refused = call(server.url, "import_report", path)
    assert (imported.outcome, imported.sandbox_id, imported.format) == ("imported", ID, "cape")
    assert (refused.outcome, refused.reason, refused.member) == ("refused", "why", None)
    first, second = server.asked
    assert first.body == second.body == b"{}"
    assert second.headers["filename"] == path.name


def test_what_is_told_with_a_report(call: Call) -> None:
    brought = Brought(name="a b/\u00e4.zip", sha256=SHA256, password="p@ss")
    with Scripted({"POST /v4/import": [json({"data": []})]}).running() as server:
        assert call(server.url, "import_report", b"x", brought) == []
    (asked,) = server.asked
    sent = {name: asked.headers[name] for name in ("filename", "sha256", "archivepwd")}
    assert sent == {"filename": "a b/%C3%A4.zip", "sha256": SHA256, "archivepwd": "p%40ss"}


def test_a_report_that_is_refused_is_no_error(call: Call) -> None:
    body = {"error": {"code": 400022, "messages": ["Payload validation has failed", "a.json: why", "b.json: how"]}}
    with Scripted({"POST /v4/import": [json(body, 400)]}).running() as server:
        assert [one.reason for one in call(server.url, "import_report", b"x")] == ["a.json: why", "b.json: how"]
    with (
        Scripted({"POST /v4/import": [refusal(400, 400144, "too large")]}).running() as server,
        pytest.raises(AnswerError),
    ):
        call(server.url, "import_report", b"x")


def test_a_file_is_sent_with_its_options(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "ä b.exe"
    path.write_bytes(b"MZ" * 1_000_000)
    options = Options(system="windows7", timeout="long", archive_password="pä", is_private=True)
    with Scripted({"POST /v4/file": [SUBMITTED]}).running() as server:
        submitted = call(server.url, "submit", path, options)
    assert (submitted.data_id, submitted.sandbox_id, submitted.sha256) == ("bzX", ID, SHA256)
    (asked,) = server.asked
    assert asked.body == path.read_bytes()
    sent = {name: asked.headers.get(name) for name in ("sandbox", "sandbox-timeout", "filename", "archivepwd")}
    assert sent == {
        "sandbox": "windows7",
        "sandbox-timeout": "long",
        "filename": "%C3%A4 b.exe",
        "archivepwd": "p%C3%A4",
    }
    assert asked.headers["privateprocessing"] == "1"
    assert asked.headers["apikey"] == "k" * 32


def test_bytes_without_an_analysis(call: Call) -> None:
    with Scripted({"POST /v4/file": [SUBMITTED]}).running() as server:
        call(server.url + "/v4/", "submit", b"abc", Options(system=None, name="a.bin"))
    (asked,) = server.asked
    assert asked.body == b"abc"
    assert "sandbox" not in asked.headers
    assert asked.headers["filename"] == "a.bin"


def test_the_last_analysis(call: Call) -> None:
    with Scripted({f"GET {LOOKUP}": [json({**DONE, "scan_in_progress": "f" * 24})]}).running() as server:
        analysis = call(server.url, "last_analysis", SHA256)
    assert (analysis.state, analysis.verdict, analysis.score) == (State.FINISHED, "MALICIOUS", 8)
    assert analysis.running_id == "f" * 24
    assert analysis.progress == 100


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Unauthorized), (403, Forbidden), (404, NotFound), (400, AnswerError)]
)
def test_errors_have_their_class_code_and_words(call: Call, status: int, kind: type[AnswerError]) -> None:
    script = {f"GET {LOOKUP}": [refusal(status, status * 1000 + 3, "as it is")]}
    with Scripted(script).running() as server, pytest.raises(kind) as caught:
        call(server.url, "last_analysis", SHA256)
    assert (caught.value.status, caught.value.code, caught.value.messages) == (status, status * 1000 + 3, ("as it is",))
    assert "k" * 32 not in str(caught.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error":1}', b'{"error":{"code":"x","messages":[]}}'])
def test_an_error_without_our_envelope_is_still_one(call: Call, body: bytes) -> None:
    with (
        Scripted({f"GET {LOOKUP}": [Answer(502, body)]}).running() as server,
        pytest.raises(AnswerError, match="502") as caught,
    ):
        call(server.url, "last_analysis", SHA256)
    assert caught.value.code is None


def test_a_throttled_call_is_made_again(call: Call) -> None:
    script = {f"GET {LOOKUP}": [refusal(429, 429001, "throttled", retry_after="0"), json(DONE)]}
    with Scripted(script).running() as server:
        assert call(server.url, "last_analysis", SHA256).score == 8
    assert len(server.asked) == 2


def test_a_used_up_quota_is_told_at_once(call: Call) -> None:
    script = {f"GET {LOOKUP}": [refusal(429, 429000, "API key limit exceeded", retry_after="86400")]}
    with Scripted(script).running() as server, pytest.raises(LimitReached) as caught:
        call(server.url, "last_analysis", SHA256)
    assert caught.value.retry_after_s == 86400
    assert len(server.asked) == 1


def test_an_unavailable_server_is_tried_again_and_then_told(call: Call) -> None:
    with (
        Scripted({f"GET {LOOKUP}": [refusal(503, 503000, "full")]}).running() as server,
        pytest.raises(AnswerError, match="full"),
    ):
        call(server.url, "last_analysis", SHA256)
    assert len(server.asked) == PATIENT.tries


def test_a_broken_connection_is_tried_again(call: Call) -> None:
    with Scripted({f"GET {LOOKUP}": [Answer(breaks=True), json(DONE)]}).running() as server:
        assert call(server.url, "last_analysis", SHA256).score == 8


def test_a_submission_that_broke_midway_is_not_sent_twice(call: Call) -> None:
    with (
        Scripted({"POST /v4/file": [Answer(breaks=True)]}).running() as server,
        pytest.raises(ServerUnreachable),
    ):
        call(server.url, "submit", b"abc")
    assert len(server.asked) == 1


def test_nobody_there(call: Call) -> None:
    with pytest.raises(ServerUnreachable):
        call("http://127.0.0.1:9", "analysis", ID)


def test_waiting_by_events(call: Call) -> None:
    stream = b"".join(
        b"event: progress\ndata: " + msgspec.json.encode({"progress_percentage": n}) + b"\n\n" for n in (50, 45, 90)
    )
    script = {
        f"GET /v4/sandbox/{ID}": [json(RUNNING), json(DONE)],
        f"GET /v4/sandbox/{ID}/events": [Answer(200, stream, (("content-type", "text/event-stream"),))],
    }
    seen: list[int] = []
    with Scripted(script).running() as server:
        analysis = call(server.url, "wait", ID, on_progress=seen.append)
    assert analysis.state is State.FINISHED
    assert seen == [40, 50, 90, 100]


def test_waiting_without_events(call: Call) -> None:
    with Scripted({f"GET /v4/sandbox/{ID}": [json(RUNNING), json(RUNNING), json(FAILED)]}).running() as server:
        analysis = call(server.url, "wait", ID)
    assert analysis.state is State.FAILED
    assert "no engine" in analysis.reasons
    assert analysis.score is None


def test_waiting_ends(call: Call) -> None:
    with (
        Scripted({f"GET /v4/sandbox/{ID}": [json(RUNNING)]}).running() as server,
        pytest.raises(StillRunning) as caught,
    ):
        call(server.url, "wait", ID, timeout_s=0.05)
    assert (caught.value.sandbox_id, caught.value.progress) == (ID, 40)


def test_many_lookups_go_in_batches(call: Call) -> None:
    line = msgspec.json.encode({"hash": SHA256, "status": "found", "verdict": "NO_THREAT", "new_field": 1}) + b"\n"
    answers = [Answer(200, line * BULK), Answer(200, line * 3)]
    with Scripted({"POST /v4/hash/sandbox": answers}).running() as server:
        found = call(server.url, "lookups", (SHA256 for _ in range(BULK + 3)))
    assert len(found) == BULK + 3
    assert {item.verdict for item in found} == {"NO_THREAT"}
    assert [len(msgspec.json.decode(asked.body)["hash"]) for asked in server.asked] == [BULK, 3]


def test_history_is_paged(call: Call) -> None:
    pages = [
        json({"scan_result_history": [{"data_id": f"bz{n}"} for n in range(PAGE)]}),
        json({"scan_result_history": [{"data_id": "bzlast"}]}),
        json({"scan_result_history": []}),
    ]
    with Scripted({f"GET /v4/hash/{SHA256}/scanhistory": pages}).running() as server:
        runs = call(server.url, "history", SHA256)
    assert len(runs) == PAGE + 1
    assert [asked.path.split("?")[1] for asked in server.asked] == [
        f"limit={PAGE}&offset={n}" for n in (0, PAGE, PAGE + 1)
    ]


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"data_id": 5}'])
def test_an_answer_of_another_shape_is_an_error_of_ours(call: Call, body: bytes) -> None:
    with Scripted({"POST /v4/file": [Answer(200, body)]}).running() as server, pytest.raises(ServerUnreachable):
        call(server.url, "submit", b"abc")


def test_a_name_in_a_path_stays_a_name(call: Call) -> None:
    with Scripted({}).running() as server, pytest.raises(NotFound):
        call(server.url, "analysis", "../apikey?x=1")
    assert server.asked[0].path == "/v4/sandbox/..%2Fapikey%3Fx%3D1"


def test_a_client_can_be_given_an_http_client() -> None:
    with Client("http://nowhere.invalid", policy=PATIENT) as client, pytest.raises(ServerUnreachable):
        client.analysis(ID)
