"""Scan options, archives, privacy and URLs over a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from fulgurite.api.submissions import Uploads
from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.model.viewer import EVERYTHING
from fulgurite.store.tasks import Limits
from tests import archives
from tests.api.running import Reply, Running, running
from tests.api.test_routes import PROGRAM
from tests.receivers import answer, closes, receiver, says
from tests.store import values

FILES = [("a/hello.exe", PROGRAM), ("readme.txt", b"text")]


@pytest.fixture(scope="module")
def outward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that fetches and calls, on this machine too."""
    settings: dict[str, Any] = {
        "fetch_urls": True,
        "callbacks": True,
        "fetch_networks": ["127.0.0.0/8"],
        "fetch_ports": ["1-65535"],
    }
    with running(tmp_path_factory.mktemp("data"), max_upload_bytes=2 << 20, fetch_seconds=5, **settings) as server:
        yield server


def sent(api: Running, body: bytes, key: str = "", **headers: str) -> Reply:
    return api.ask_with("POST", "/v4/file", headers, body, key=key)


def test_uploads_have_defaults() -> None:
    assert Uploads._field_defaults["allowed"].private_processing


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"rule": "multiscan,launder"}, 400156),
        ({"privateprocessing": "yes"}, 400020),
        ({"samplesharing": "3"}, 400142),
        ({"x-force-scan": "2"}, 400141),
        ({"downloadfrom": "http://example.com/"}, 400146),
        ({"callbackurl": "http://example.com/"}, 400020),
    ],
)
def test_values_that_are_refused(api: Running, headers: dict[str, str], code: int) -> None:
    reply = sent(api, b"x", **headers)
    assert (reply.status, reply.code) == (400, code)
    assert len(reply.json["error"]["messages"]) >= 1


def test_values_that_are_taken(api: Running) -> None:
    headers = {
        "rule": "multiscan,sanitize,cdr,unarchive,dlp",
        "samplesharing": "1",
        "x-force-scan": "1",
        "rescan-count": "5",
        "rescan-interval": "1",
        "metadata": '{"a":1}',
        "x-source": "me",
    }
    assert sent(api, b"taken", **headers).status == 200


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (archives.zipped(FILES), {}),
        (archives.seven_zipped(FILES), {}),
        (archives.tarred(FILES, mode="w:gz"), {"rule": "unarchive"}),
        (archives.aes_zipped(FILES, "infected"), {"archivepwd": "infected"}),
        (archives.seven_zipped(FILES, "infected", hides_names=True), {"filepassword": "infected"}),
    ],
)
def test_members_of_an_archive_are_analysed(api: Running, data: bytes, headers: dict[str, str]) -> None:
    reply = sent(api, data, sandbox="windows10", filename="all.bin", **headers)
    assert reply.status == 200, reply.body
    program, text = reply.json["extracted_files"]
    assert program["name"] == "a/hello.exe"
    assert program["sha256"] == digests_of(PROGRAM).sha256.upper()
    assert text["sandbox_error"]["code"] == 404010
    assert "sandbox_id" not in reply.json
    assert "see extracted_files" in reply.json["sandbox_error"]["messages"][-1]
    task = api.ask("GET", f"/v4/sandbox/{program['sandbox_id']}").json
    assert task["scan_in_progress"] == program["sandbox_id"]
    member = api.ask("GET", f"/v4/file/{text['data_id']}").json
    assert member["parent_data_id"] == reply.json["data_id"]
    whole = api.ask("GET", f"/v4/file/{reply.json['data_id']}")
    assert whole.json["status"] == "inqueue"
    api.store.claim(datetime.now(UTC), Limits())
    while (claimed := api.store.claim(datetime.now(UTC), Limits())) is not None:
        api.store.fail(claimed.sandbox_id, "not wanted")


def test_the_result_of_an_archive_names_its_members(api: Running) -> None:
    reply = sent(api, archives.zipped([("x/y.txt", b"member text")]))
    whole = api.ask("GET", f"/v4/file/{reply.json['data_id']}").json
    inside = whole["extracted_files"]
    assert inside["files_extracted_count"] == 1
    [member] = inside["files_in_archive"]
    assert member == {
        "display_name": "y.txt",
        "data_id": reply.json["extracted_files"][0]["data_id"],
        "scan_result_i": 10,
        "progress_percentage": 100,
        "file_size": 11,
        "file_type": "text/plain",
        "detected_by": 0,
        "name": "x/y.txt",
        "sha256": digests_of(b"member text").sha256.upper(),
    }


@pytest.mark.parametrize(
    ("data", "headers", "told"),
    [
        (archives.aes_zipped(FILES, "infected"), {"archivepwd": "wrong"}, "the password is wrong"),
        (archives.aes_zipped(FILES, "infected"), {"rule": "unarchive"}, "no password was given"),
        (archives.seven_zipped(FILES, "infected"), {"password": "wrong"}, "the password is wrong"),
        (archives.zipped([("flat", bytes(100 << 20))]), {}, "more than 200 times its own size"),
        (archives.nested(6), {}, "more than 3 deep"),
        (archives.overlapping(100, 1 << 20), {}, "its files overlap"),
        (archives.zipped([(str(n), b"") for n in range(501)]), {}, "more than 500 entries"),
    ],
)
def test_archives_that_are_refused(api: Running, data: bytes, headers: dict[str, str], told: str) -> None:
    reply = sent(api, data, **headers)
    assert (reply.status, reply.code) == (400, 400140)
    assert told in reply.json["error"]["messages"][1]
    assert api.ask("GET", f"/v4/hash/{digests_of(data).md5}").status == 404


def test_a_closed_archive_that_nobody_asked_to_open_is_kept(api: Running) -> None:
    reply = sent(api, archives.aes_zipped([("x", b"1")], "infected"))
    assert reply.status == 200
    assert "no password was given" in reply.json["unarchive_error"]["messages"][0]
    assert "extracted_files" not in reply.json


@pytest.fixture(scope="module")
def private(outward: Running) -> dict[str, Any]:
    """A private submission with its report, another whose analysis waits, and keys of several holders."""
    owner, other = outward.new_key(Role.SUBMIT, "owner"), outward.new_key(Role.SUBMIT, "other")
    done = sent(outward, PROGRAM, owner, sandbox="windows10", privateprocessing="1").json
    assert values.ran(outward.store) == done["sandbox_id"]
    waiting_data = PROGRAM + b"other"
    waiting = sent(outward, waiting_data, owner, sandbox="windows10", privateprocessing="1").json
    return {"owner": owner, "other": other, "done": done, "waiting": waiting}


def places(private: dict[str, Any]) -> list[str]:
    found = []
    for which in ("done", "waiting"):
        ids = private[which]
        found += [f"/v4/sandbox/{ids['sandbox_id']}", f"/v4/file/{ids['data_id']}"]
        for kind in ("md5", "sha1", "sha256"):
            found += [f"/v4/hash/{ids[kind]}/sandbox", f"/v4/hash/{ids[kind]}", f"/v4/hash/{ids[kind]}/scanhistory"]
            found += [f"/v4/hash/{ids[kind]}/peinfo"]
    return found


def test_a_private_analysis_is_seen_by_its_key_and_administrators(outward: Running, private: dict[str, Any]) -> None:
    for place in places(private):
        seen = [outward.ask("GET", place, key=key).status for key in (private["owner"], "", private["other"])]
        assert seen[2] == 404, place
        if "peinfo" not in place:
            assert seen[:2] == [200, 200], place
    for hidden in (private["done"], private["waiting"]):
        own = outward.ask("GET", f"/v4/sandbox/{hidden['sandbox_id']}", key=private["owner"]).json
        assert own["private_processing"] == 1 or hidden is private["done"]
        unknown = outward.ask("GET", f"/v4/hash/{hidden['md5']}/sandbox", key=private["other"])
        assert unknown.body == b'{"error":{"code":404003,"messages":["The hash was not found"]}}'


def test_bulk_lookups_tell_others_nothing(outward: Running, private: dict[str, Any]) -> None:
    hashes = [private["done"]["sha256"], private["waiting"]["md5"]]
    for path in ("/v4/hash", "/v4/hash/sandbox"):
        body = b'{"hash":["%b","%b"]}' % (hashes[0].encode(), hashes[1].encode())
        mine, theirs = (
            outward.ask("POST", path, body, key=private[who], content_type="application/json")
            for who in ("owner", "other")
        )
        assert mine.status == theirs.status == 200
        assert private["done"]["data_id"].encode() not in theirs.body
        assert private["done"]["sandbox_id"].encode() not in theirs.body
        assert private["waiting"]["sandbox_id"].encode() not in theirs.body


def test_who_submits_the_same_file_publicly_learns_nothing_of_before(outward: Running, private: dict[str, Any]) -> None:
    reply = sent(outward, PROGRAM + b"other", private["other"])
    assert reply.status == 200
    digest = private["waiting"]["sha256"]
    assert outward.ask("GET", f"/v4/hash/{digest}", key=private["other"]).json["data_id"] == reply.json["data_id"]
    assert outward.ask("GET", f"/v4/hash/{digest}/sandbox", key=private["other"]).code == 404001
    own = outward.ask("GET", f"/v4/hash/{digest}/sandbox", key=private["owner"]).json
    assert own["sandbox_id"] == private["waiting"]["sandbox_id"]


def test_a_file_is_fetched(outward: Running) -> None:
    with receiver(says(answer(b"fetched text"))) as server:
        reply = sent(outward, b"", downloadfrom=f"{server.url}/a/b.txt")
    assert reply.status == 200, reply.body
    submission = outward.store.submission(reply.json["data_id"])
    assert submission is not None
    assert submission.file_name == "b.txt"
    assert outward.store.sample_bytes(submission.sha256) == b"fetched text"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (says(answer(b"", "302 Found", "Location: http://example.com/")), 400155),
        (says(answer(b"no", "404 Not Found")), 400146),
        (says(answer(b"")), 400146),
        (says(answer(b"x" * (3 << 20))), 400144),
        (closes, 400146),
    ],
)
def test_a_file_that_cannot_be_fetched(outward: Running, script: Any, code: int) -> None:
    with receiver(script) as server:
        reply = sent(outward, b"", downloadfrom=server.url)
    assert (reply.status, reply.code) == (400, code)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd", "http://0x0a000001/", "x"])
def test_urls_that_lead_inside(outward: Running, url: str) -> None:
    assert sent(outward, b"x", downloadfrom=url).code == 400146
    assert sent(outward, b"x", callbackurl=url).code == 400020
    body = b'{"url":"%b"}' % url.encode()
    assert outward.ask("POST", "/v4/sandbox", body, content_type="application/json").code == 400186


def test_a_url_is_taken(outward: Running) -> None:
    reply = outward.ask("POST", "/v4/sandbox", b'{"url":"http://127.0.0.1:9/x"}', content_type="application/json")
    assert reply.status == 200
    assert list(reply.json) == ["status", "in_queue", "queue_priority", "sandbox_id"]
    assert (reply.json["status"], type(reply.json["in_queue"])) == ("inqueue", int)
    shown = outward.ask("GET", f"/v4/sandbox/{reply.json['sandbox_id']}").json
    assert shown["sandbox_id"] == reply.json["sandbox_id"]
    assert not {"md5", "sha1", "sha256", "private_processing", "final_verdict"} & shown.keys()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 406001),
        (b"{", 406000),
        (b"[]", 400022),
        (b"{}", 400022),
        (b'{"url":1}', 400022),
        (b'{"url":"\\ud800"}', 400186),
    ],
)
def test_bodies_that_are_no_url(outward: Running, body: bytes, code: int) -> None:
    assert outward.ask("POST", "/v4/sandbox", body, content_type="application/json").code == code


def test_urls_are_off_by_default(api: Running) -> None:
    reply = api.ask("POST", "/v4/sandbox", b'{"url":"http://example.com/"}', content_type="application/json")
    assert (reply.status, reply.code) == (400, 400048)
    assert "off" in reply.json["error"]["messages"][1]


def test_webhooks_are_told_to_their_own_key(outward: Running, private: dict[str, Any]) -> None:
    with receiver(closes) as server:
        data_id = sent(outward, b"call me", private["owner"], callbackurl=server.url).json["data_id"]
    place = f"/v4/file/webhooks/{data_id}"
    told = outward.ask("GET", place, key=private["owner"]).json
    assert told == {"url": server.url, "data_id": data_id, "state": "open", "attempts": 0}
    assert outward.ask("GET", place).status == 200
    assert outward.ask("GET", place, key=private["other"]).code == 404001
    assert outward.ask("GET", "/v4/file/webhooks", key=private["owner"]).json == {"data": [told]}
    assert outward.ask("GET", "/v4/file/webhooks", key=private["other"]).json == {"data": []}
    assert outward.ask("GET", "/v4/file/webhooks/unknown").code == 404001
    webhook = outward.store.webhooks.find(data_id, EVERYTHING, datetime.now(UTC))
    assert webhook is not None
