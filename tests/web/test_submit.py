"""Sending in by forms: what each field asks for, what comes back, what is refused."""

import hashlib
import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from fulgurite.model import report as native
from tests import builders
from tests.api.running import Reply, Running, running
from tests.api.test_routes import PROGRAM
from tests.web.conftest import MAX_UPLOAD_BYTES, Keys
from tests.web.looking import OURS, look, send, text_of


def sent(web: Running, fields: dict[str, str], *files: tuple[str, bytes], key: str = "") -> Reply:
    return send(web, "/submit", fields, files, key=key)


def followed(web: Running, reply: Reply) -> dict[str, object]:
    """What the list says of the one analysis that `reply` leads to."""
    assert reply.status == 303, text_of(reply)
    sandbox_id = reply.headers["location"].removeprefix("/sandbox/")
    listed = web.ask("GET", "/v4/sandbox?state=open&limit=500").json["analyses"]
    found: dict[str, object] = next(one for one in listed if one["sandbox_id"] == sandbox_id)
    return found


def test_a_file_leads_to_its_analysis(web: Running, roles: Keys) -> None:
    fields = {"system": "windows7", "timeout": "short", "browser": "", "shellcode": "", "password": ""}
    entry = followed(web, sent(web, fields, ("a b\u00e9.exe", PROGRAM), key=roles.submit))
    assert (entry["system"], entry["is_private"]) == ("windows7", False)
    assert entry["sha256"] == hashlib.sha256(PROGRAM).hexdigest()


def test_a_private_file_is_private(web: Running, roles: Keys) -> None:
    reply = sent(web, {"system": "windows10", "private": "1"}, ("p.exe", PROGRAM + b"p"), key=roles.submit)
    assert followed(web, reply)["is_private"]
    assert look(web, reply.headers["location"], key=roles.read).status == 404


def test_a_file_can_be_kept_only(web: Running) -> None:
    reply = sent(web, {"system": "none"}, ("kept.exe", PROGRAM + b"k"))
    assert reply.status == 200
    assert "kept, not run" in text_of(reply)


def test_several_files_are_told_one_by_one(web: Running) -> None:
    reply = sent(web, {"system": "windows10"}, ("<i>one</i>.exe", PROGRAM + b"1"), ("two.txt", b"just text"))
    text = text_of(reply)
    assert "<i>one</i>.exe to be analysed" in text
    assert "two.txt kept, not run" in text
    assert "<i>one" not in reply.body.decode()


def test_an_archive_is_taken_apart(web: Running) -> None:
    data = BytesIO()
    with ZipFile(data, "w") as archive:
        archive.writestr("inner.exe", PROGRAM + b"i")
        archive.writestr("readme.txt", b"text")
    reply = sent(web, {"system": "windows10", "unpack": "1"}, ("all.zip", data.getvalue()))
    assert "all.zip / inner.exe to be analysed" in text_of(reply)


def test_scripts_are_told_in_json(web: Running) -> None:
    headers = {**OURS, "accept": "application/json"}
    reply = send(web, "/submit", {"system": "windows10"}, [("x.exe", PROGRAM + b"x")], headers=headers)
    (one,) = reply.json["sent"]
    assert one["href"] == f"/sandbox/{one['sandbox_id']}"
    nothing = send(web, "/submit", {"system": "windows10"}, headers=headers)
    assert (nothing.status, nothing.json["sent"]) == (400, [])
    assert "No file was chosen" in nothing.json["fault"]


@pytest.mark.parametrize(
    ("fields", "files", "said"),
    [
        ({"system": "windows10"}, [], "No file was chosen"),
        ({"system": "windows10"}, [("", b"")], "No file was chosen"),
        ({"system": "windows3"}, [("a.exe", PROGRAM)], "sandbox: allowed values are"),
        (
            {"timeout": "ever\r\nx: y", "system": "windows10"},
            [("a.exe", PROGRAM)],
            "sandbox_timeout: allowed values are",
        ),
        ({"system": "windows10"}, [("empty.exe", b"")], "empty"),
        ({"system": "windows10", "url": "http://a.example/"}, [], "URL analysis is off"),
    ],
)
def test_what_is_not_taken_is_said(
    web: Running, fields: dict[str, str], files: list[tuple[str, bytes]], said: str
) -> None:
    reply = send(web, "/submit", fields, files)
    assert said in text_of(reply)
    assert reply.status in {200, 400}


@pytest.mark.parametrize("length", [MAX_UPLOAD_BYTES + 1, MAX_UPLOAD_BYTES + 400_000])
def test_a_file_that_is_too_large_is_refused(web: Running, length: int) -> None:
    reply = sent(web, {"system": "windows10"}, ("large.exe", bytes(length)))
    assert reply.status in {200, 400}
    assert "maximum file size" in text_of(reply) or "bytes were sent" in text_of(reply)
    assert web.is_well()


def test_more_files_than_a_form_may_have(web: Running) -> None:
    reply = sent(web, {}, *((f"{number}", b"x") for number in range(60)))
    assert reply.status == 400
    assert "Too many files" in text_of(reply)


def test_a_body_that_is_no_form(web: Running) -> None:
    cookie = {"cookie": f"fulgurite_key={web.key}", **OURS}
    broken = {**cookie, "content-type": "multipart/form-data"}
    assert web.ask_with("POST", "/submit", broken, b"--x\r\n", key=None).status == 400
    other = {**cookie, "content-type": "application/json"}
    assert web.ask_with("POST", "/submit", other, json.dumps({"system": "windows10"}), key=None).status == 400


def test_a_report_is_taken_in_once(web: Running, roles: Keys) -> None:
    report = builders.report(sample=builders.sample(b"of a report"), requested_at=builders.report().requested_at)
    data = native.encode(report)
    first = send(web, "/import", {}, [("r.json", data)], key=roles.submit)
    assert first.status == 303, text_of(first)
    again = send(web, "/import", {}, [("r.json", data)], key=roles.submit)
    assert again.headers["location"] == first.headers["location"]
    refused = send(web, "/import", {}, [("r.json", b"{}")], key=roles.submit)
    assert refused.status == 400
    assert "no format that can be imported" in text_of(refused)


def test_a_file_that_is_here_is_analysed_anew(web: Running, roles: Keys) -> None:
    uploaded = web.ask("POST", "/v4/file", PROGRAM + b"again", key=roles.submit, filename="again.exe").json
    reply = send(web, "/again", {"data_id": uploaded["data_id"], "system": "windows7"}, key=roles.submit)
    assert followed(web, reply)["system"] == "windows7"
    gone = send(web, "/again", {"data_id": "bzIyMDEwMmFiY2RlZmdoaWprbG1ub3B", "system": "windows7"}, key=roles.submit)
    assert gone.status == 404


def test_the_form_takes_a_url_from_the_address(web: Running) -> None:
    reply = look(web, "/submit?url=http%3A%2F%2Fa.example%2F")
    assert "This server fetches no URLs" in text_of(reply)


def test_a_url_is_sent_in_where_the_server_fetches(tmp_path: Path) -> None:
    # Nobody works there, so nothing is fetched.
    with running(tmp_path, fetch_urls=True) as fetching:
        assert 'name="url"' in look(fetching, "/submit?url=http%3A%2F%2F1.1.1.1%2F").body.decode()
        reply = send(fetching, "/submit", {"system": "windows10", "url": "http://1.1.1.1/a.exe"})
        assert reply.status == 303
        refused = send(fetching, "/submit", {"system": "windows10", "url": "http://127.0.0.1/"})
        assert refused.status == 400
        assert "127.0.0.1" in text_of(refused)
        seen = look(fetching, "/known?kind=url&value=http%3A%2F%2F1.1.1.1%2F")
        assert "Have it fetched and analysed" in text_of(seen)
