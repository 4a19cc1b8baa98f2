"""`/v4/hash` beside the lookup of an analysis, on a real server."""

import hashlib
import json
from pathlib import Path

import pytest

from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.store import sha512
from tests import builders
from tests.api.asking import is_problem, post
from tests.api.running import Running
from tests.store.values import imported

PROGRAM = (Path(__file__).resolve().parents[2] / "demo/hello.exe").read_bytes()
DIGESTS = digests_of(PROGRAM)
TEXT = digests_of(b"a text of this module")
TWELVE = b"found by its SHA-512"
OCTETS = {"content-type": "application/octet-stream"}


@pytest.fixture(scope="module")
def data_id(api: Running) -> str:
    """Of a kept program."""
    assert api.ask_with("POST", "/v4/file", OCTETS, b"a text of this module").status == 200
    told: str = api.ask_with("POST", "/v4/file", OCTETS, PROGRAM).json["data_id"]
    return told


def test_many_hashes(api: Running, data_id: str) -> None:
    reply = post(api, "/v4/hash", {"hash": [DIGESTS.md5, "0" * 32, "x"]}, includescandetails="1")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.json["data"][0] == {
        "data_id": data_id,
        "scan_result_i": 10,
        "hash": DIGESTS.md5,
        "scan_details": {},
        "total_detected_avs": 0,
    }
    assert [one["error"]["code"] for one in reply.json["data"][1:]] == [404003, 400064]


def test_a_file_is_known_by_its_sha512(api: Running, data_id: str) -> None:
    name, unknown = hashlib.sha512(PROGRAM).hexdigest(), "5" * 128
    for text in (name, name.upper()):
        assert api.ask("GET", f"/v4/hash/{text}").json == api.ask("GET", f"/v4/hash/{DIGESTS.md5}").json
        for end in ("sandbox", "scanhistory", "peinfo"):
            one, other = (api.ask("GET", f"/v4/hash/{by}/{end}") for by in (text, DIGESTS.sha256))
            assert (one.status, one.json) == (other.status, other.json)
    for end in ("", "/sandbox", "/scanhistory", "/peinfo", "/badge"):
        assert is_problem(api.ask("GET", f"/v4/hash/{unknown}{end}"), 404003)
        assert is_problem(api.ask("GET", f"/v4/hash/{name[:-1]}x{end}"), 400064)
    told = post(api, "/v4/hash", {"hash": [name, unknown]}).json["data"]
    assert (told[0]["data_id"], told[0]["hash"], told[1]["error"]["code"]) == (data_id, name, 404003)


def test_many_lookups_by_sha512(api: Running) -> None:
    imported(api.store, 0x512, builders.sample(TWELVE))
    with api.store.database.write("testing") as connection:
        notes = sha512.state(connection, hashlib.sha512(TWELVE).hexdigest(), digests_of(TWELVE).sha256)
    api.store.indexing.settle(notes)
    texts = [hashlib.sha512(TWELVE).hexdigest().upper(), "5" * 128, digests_of(TWELVE).md5]
    one, unknown, other = post(api, "/v4/hash/sandbox", {"hash": texts}).json["data"]
    assert (one["status"], unknown["status"], unknown["error"]["code"]) == ("found", "unknown", 404003)
    assert {**one, "hash": texts[2]} == other
    assert one["hash"] == texts[0]
    body = api.ask("GET", f"/v4/hash/{texts[0]}/sandbox").json
    assert body == api.ask("GET", f"/v4/hash/{texts[2]}/sandbox").json
    assert body["sandbox_id"] == one["sandbox_id"]


@pytest.mark.parametrize("value", ["2", "yes", ""])
def test_a_bad_flag(api: Running, data_id: str, value: str) -> None:
    assert is_problem(post(api, "/v4/hash", {"hash": ["x"]}, includescandetails=value), 400065)
    assert is_problem(api.ask_with("GET", f"/v4/file/{data_id}", {"x-file-metadata": value}), 400066)


def test_the_metadata_of_a_file_may_be_asked_for(api: Running, data_id: str) -> None:
    reply = api.ask_with("GET", f"/v4/file/{data_id}?first=1&size=10", {"x-file-metadata": "1"})
    assert (reply.status, reply.json["data_id"]) == (200, data_id)


def test_the_history_of_a_file(api: Running, data_id: str) -> None:
    for digest in DIGESTS:
        told = api.ask("GET", f"/v4/hash/{digest.upper()}/scanhistory").json
        assert [told[kind] for kind in ("md5", "sha1", "sha256")] == [one.upper() for one in DIGESTS]
        assert data_id in [one["data_id"] for one in told["scan_result_history"]]
    path = f"/v4/hash/{DIGESTS.md5}/scanhistory"
    whole = api.ask("GET", path).json["scan_result_history"]
    assert api.ask("GET", f"{path}?limit=1&offset={len(whole) - 1}").json["scan_result_history"] == whole[-1:]
    assert api.ask("GET", f"{path}?offset=1000000").json["scan_result_history"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        *(("offset=-1", 400027), ("offset=x", 400027), ("offset=", 400027), ("offset=99999999999999999999", 400027)),
        *(("limit=0", 400028), ("limit=10000", 400028), ("limit=1.5", 400028), ("limit=%C2%B2", 400028)),
    ],
)
def test_a_bad_page(api: Running, query: str, code: int) -> None:
    assert is_problem(api.ask("GET", f"/v4/hash/{DIGESTS.md5}/scanhistory?{query}"), code)


@pytest.mark.parametrize("what", ["scanhistory", "badge", "peinfo", "exif", "apk-manifest"])
def test_bad_and_unknown_hashes(api: Running, what: str) -> None:
    assert is_problem(api.ask("GET", f"/v4/hash/no-hash/{what}"), 400064)
    unknown = api.ask("GET", f"/v4/hash/{'0' * 64}/{what}", accept="application/json")
    assert is_problem(unknown, 404003)


def test_the_badge_is_a_picture_of_the_verdict(api: Running) -> None:
    for number, (score, words) in enumerate([(9, b"Threat detected"), (6, b"Suspicious"), (1, b"No threat detected")]):
        imported(api.store, 0xBAD0 + number, builders.sample(b"badge %d" % score), score=score)
        reply = api.ask("GET", f"/v4/hash/{digests_of(b'badge %d' % score).sha1}/badge?size=large")
        assert (reply.status, reply.headers["content-type"]) == (200, "image/svg+xml")
        assert reply.headers["vary"] == "accept"
        assert words in reply.body
    assert b"No information available" in api.ask("GET", f"/v4/hash/{'0' * 32}/badge").body


def test_who_takes_json_only_gets_what_is_known_instead_of_a_badge(api: Running, data_id: str) -> None:
    reply = api.ask("GET", f"/v4/hash/{DIGESTS.md5}/badge", accept="application/json; charset=utf-8")
    assert reply.json["data_id"] == data_id
    both = api.ask("GET", f"/v4/hash/{DIGESTS.md5}/badge", accept="image/*, application/json")
    assert both.headers["content-type"] == "image/svg+xml"


@pytest.mark.usefixtures("data_id")
def test_the_facts_of_a_program(api: Running) -> None:
    reply = api.ask("GET", f"/v4/hash/{DIGESTS.sha256}/peinfo")
    assert reply.status == 200
    assert {"section_headers", "imported_dlls", "imphash", "headers"} < reply.json.keys()
    assert "peinfo" in api.ask("GET", f"/v4/hash/{DIGESTS.md5}").json["additional_info"]
    assert is_problem(api.ask("GET", f"/v4/hash/{TEXT.sha256}/peinfo"), 404005)
    for what in ("exif", "apk-manifest"):
        assert is_problem(api.ask("GET", f"/v4/hash/{DIGESTS.sha256}/{what}"), 404005)


@pytest.mark.parametrize("cut", [0x80, 0x100, 0x180, 0x400, 0x1000])
def test_a_broken_program_breaks_nothing(api: Running, cut: int) -> None:
    broken = PROGRAM[:cut] + b"\xff" * 64
    assert api.ask_with("POST", "/v4/file", OCTETS, broken).status == 200
    assert api.ask("GET", f"/v4/hash/{digests_of(broken).md5}/peinfo").status in {200, 404}


@pytest.mark.usefixtures("data_id")
def test_what_the_client_has_is_not_sent_again(api: Running) -> None:
    path = f"/v4/hash/{DIGESTS.md5}/scanhistory"
    etag = api.ask("GET", path).headers["etag"]
    again = api.ask_with("GET", path, {"if-none-match": etag})
    assert (again.status, again.body) == (304, b"")
    head = api.ask("HEAD", path)
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", etag)


def test_there_are_no_engines_and_that_is_said(api: Running) -> None:
    reply = api.ask("GET", "/v4/status/enginedef", key=None)
    assert reply.status == 200
    assert set(reply.json.values()) == {""}


def test_each_hash_is_counted(api: Running) -> None:
    key = api.new_key(Role.READ, "counted hashes")
    reply = api.ask_with(
        "POST", "/v4/hash", {"content-type": "application/json"}, json.dumps({"hash": ["x"] * 7}), key=key
    )
    assert reply.headers["x-ratelimit-for"] == "reputation_api"
    assert reply.headers["x-ratelimit-used"] == "7"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v4/hash/sandbox", "GET, HEAD, POST"),
        ("/v4/hash", "POST"),
        ("/v4/ip/192.0.2.1", "GET, HEAD"),
        ("/v4/file/rescan", "GET, HEAD, POST"),
    ],
)
def test_a_method_that_a_path_has_not(api: Running, path: str, methods: str) -> None:
    reply = api.ask("DELETE", path)
    assert is_problem(reply, 405000)
    assert reply.headers["allow"] == methods
