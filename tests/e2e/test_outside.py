"""Webhooks and URLs with the real server and its worker."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcl_platform_sdk.models.file_scan_results import FileScanResults
from mcl_platform_sdk.models.file_upload_results import FileUploadResults
from mcl_platform_sdk.models.sandbox_response_for_aurl import SandboxResponseForAURL
from mcl_platform_sdk.models.sandbox_url_upload_results import SandboxURLUploadResults

from tests import archives
from tests.e2e.running import HELLO, Running, call, finished, until
from tests.receivers import answer, receiver, says

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def outward(admin: tuple[Path, str]) -> Iterator[Running]:
    """A server, with its worker, that fetches and calls, on this machine too."""
    settings = {
        "FULGURITE_FETCH_URLS": "true",
        "FULGURITE_CALLBACKS": "true",
        "FULGURITE_CALLBACK_PAUSE_SECONDS": "1",
        "FULGURITE_FETCH_NETWORKS": "127.0.0.0/8",
        "FULGURITE_FETCH_PORTS": "1-65535",
    }
    with Running("serve", "--data", admin[0], "--port", 0, **settings) as running:
        assert running.url
        yield running


def test_an_archive_is_analysed_and_its_end_called(outward: Running, admin: tuple[Path, str]) -> None:
    data = archives.zipped([("hello.exe", HELLO.read_bytes()), ("note.txt", b"text")])
    with receiver(says(answer(b"", "500 No"), answer())) as server:
        headers = {"sandbox": "windows10", "callbackurl": f"{server.url}/hook"}
        status, told = call(outward.url, "/file", admin[1], method="POST", data=data, headers=headers)
        assert status == 200, told
        report = finished(outward.url, admin[1], told["extracted_files"][0]["sandbox_id"])
        assert report["final_verdict"]
        until(lambda: len(server.calls) == 2, "the second attempt")
    first, second = server.calls
    assert [one.headers["x-fulgurite-attempt"] for one in (first, second)] == ["1", "2"]
    body = json.loads(second.body)
    assert body["data_id"] == told["data_id"]
    assert len(body["extracted_files"]["files_in_archive"]) == 2
    place = f"/file/webhooks/{told['data_id']}"
    delivered = until(lambda: call(outward.url, place, admin[1])[1].get("state") == "delivered", "the delivery")
    assert delivered


def test_a_url_is_fetched_and_analysed(outward: Running, admin: tuple[Path, str]) -> None:
    with receiver(says(answer(HELLO.read_bytes()))) as server:
        body = json.dumps({"url": f"{server.url}/hello.exe"}).encode()
        json_type = {"content-type": "application/json"}
        status, told = call(outward.url, "/sandbox", admin[1], method="POST", data=body, headers=json_type)
        assert status == 200, told
        report = finished(outward.url, admin[1], told["sandbox_id"])
    assert report["final_verdict"]["verdict"]
    assert report["sandbox_id"] == told["sandbox_id"]
    assert not {"md5", "sha1", "sha256", "private_processing"} & report.keys()
    assert report["fetched"]["http_status"] == 200


def test_the_official_models_read_what_is_told(outward: Running, admin: tuple[Path, str]) -> None:
    data = archives.zipped([("a.txt", b"text")])
    _, told = call(outward.url, "/file", admin[1], method="POST", data=data)
    _, file = call(outward.url, f"/file/{told['data_id']}", admin[1])
    result = FileScanResults.from_json(json.dumps(file))
    assert result is not None
    assert result.extracted_files is not None
    assert [one.display_name for one in result.extracted_files.files_in_archive] == ["a.txt"]
    upload = FileUploadResults.from_json(json.dumps(told))
    assert upload is not None
    assert upload.data_id == told["data_id"]
    body = json.dumps({"url": "http://127.0.0.1:1/"}).encode()
    _, url = call(
        outward.url, "/sandbox", admin[1], method="POST", data=body, headers={"content-type": "application/json"}
    )
    taken = SandboxURLUploadResults.from_json(json.dumps(url))
    assert taken is not None
    assert taken.sandbox_id == url["sandbox_id"]
    failed = finished(outward.url, admin[1], url["sandbox_id"])
    analysis = SandboxResponseForAURL.from_json(json.dumps(failed))
    assert analysis is not None
    assert analysis.final_verdict is not None
    assert analysis.final_verdict.verdict == "UNKNOWN"
    assert "no connection" in failed["sandbox_error"]["messages"][1]
