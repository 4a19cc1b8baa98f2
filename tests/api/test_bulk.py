"""Our own lookups of many analyses, on a real server."""

import json

import pytest

from fulgurite.api.bulk import NDJSON, PAD_BYTES
from fulgurite.model.hashes import digests_of
from tests import builders
from tests.api.asking import is_problem, post
from tests.api.running import Running
from tests.store.values import imported, sandbox_id

DATA = b"a sample of the bulk tests"
DIGESTS = digests_of(DATA)
NUMBER = 0xB01C


@pytest.fixture(scope="module", autouse=True)
def analysed(api: Running) -> None:
    imported(api.store, NUMBER, builders.sample(DATA), score=9)


def found(text: str) -> dict[str, object]:
    return {
        "hash": text,
        "status": "found",
        "sandbox_id": sandbox_id(NUMBER),
        "verdict": "LIKELY_MALICIOUS",
        "infection_score": 9,
        "scan_all_result_i": 1,
        "scan_all_result_a": "Infected",
        "request_time": "2026-01-02T03:04:05.678Z",
    }


INVALID = {"hash": "x", "status": "invalid", "error": {"code": 400064, "messages": ["The hash value is not valid"]}}
UNKNOWN = {
    "hash": "0" * 40,
    "status": "unknown",
    "error": {"code": 404003, "messages": ["The hash was not found"]},
}


def test_verdicts_of_many_files(api: Running) -> None:
    texts = [DIGESTS.md5, DIGESTS.sha1.upper(), DIGESTS.sha256, "0" * 40, "x"]
    reply = post(api, "/v4/hash/sandbox", {"hash": texts})
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.json == {"data": [*(found(text) for text in texts[:3]), UNKNOWN, INVALID]}


def test_the_bulk_says_what_the_single_lookup_says(api: Running) -> None:
    single = api.ask("GET", f"/v4/hash/{DIGESTS.md5}/sandbox").json
    item = post(api, "/v4/hash/sandbox", {"hash": [DIGESTS.md5]}).json["data"][0]
    assert item["sandbox_id"] == single["sandbox_id"]
    assert item["verdict"] == single["final_verdict"]["verdict"]
    assert item["request_time"] == single["request_time"]
    for field in ("infection_score", "scan_all_result_i", "scan_all_result_a"):
        assert item[field] == single["scan_results"][field]


def test_lines_come_when_they_are_asked_for(api: Running) -> None:
    texts = [DIGESTS.md5, "0" * 40, "x"] * 400
    reply = post(api, "/v4/hash/sandbox", {"hash": texts}, accept=NDJSON)
    assert (reply.status, reply.headers["content-type"]) == (200, NDJSON)
    assert reply.headers["transfer-encoding"] == "chunked"
    lines = reply.body.decode().splitlines()
    assert [json.loads(line) for line in lines] == [found(DIGESTS.md5), UNKNOWN, INVALID] * 400


@pytest.mark.parametrize("accept", ["*/*", NDJSON])
def test_ten_thousand_of_which_nearly_all_are_bad(api: Running, accept: str) -> None:
    texts = ["z" * 32] * 5_000 + [DIGESTS.sha256] + ["\u0000\u202e"] * 4_999
    reply = post(api, "/v4/hash/sandbox", {"hash": texts}, accept=accept)
    items = [json.loads(line) for line in reply.body.decode().splitlines()]
    items = items if accept == NDJSON else items[0]["data"]
    assert len(items) == 10_000
    assert [item["status"] for item in items].count("invalid") == 9_999
    assert items[5_000] == found(DIGESTS.sha256)


def test_the_path_is_not_taken_for_a_hash(api: Running) -> None:
    assert is_problem(api.ask("GET", "/v4/hash/sandbox"), 400064)
    assert api.ask("DELETE", "/v4/hash/sandbox").status == 405


@pytest.mark.parametrize("length", [5, 6, 11, 16])
def test_files_by_the_first_digits_of_their_sha256(api: Running, length: int) -> None:
    prefix, rest = DIGESTS.sha256[:length], DIGESTS.sha256[length:].upper()
    reply = api.ask("GET", f"/v4/hash/prefix/{prefix}")
    told = reply.json
    assert reply.status == 200
    assert len(reply.body) % PAD_BYTES == 0
    assert (told["prefix"], told["count"], told["next"]) == (prefix.upper(), 1, None)
    assert told["data"] == [
        {
            "suffix": rest,
            "verdict": "LIKELY_MALICIOUS",
            "infection_score": 9,
            "request_time": "2026-01-02T03:04:05.678Z",
        }
    ]
    assert api.ask("GET", f"/v4/hash/prefix/{prefix}?after={rest}").json["data"] == []


def test_no_file_has_it(api: Running) -> None:
    told = api.ask("GET", "/v4/hash/prefix/00000").json
    assert (told["count"], told["data"], set(told["padding"])) == (0, [], {"0"})


@pytest.mark.parametrize("path", ["abcd", "abcdefabcdefabcde", "xyzxy", "%00abcde", "abcde?after=1", "abcde?after="])
def test_bad_prefixes(api: Running, path: str) -> None:
    assert is_problem(api.ask("GET", f"/v4/hash/prefix/{path}"), 400064)
