"""`POST /v4/import`: reports of other sandboxes over the interface."""

import gzip
import io
import json
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fulgurite.exports import native, v4
from fulgurite.model.hashes import digests_of, sha256_of
from fulgurite.model.key import Role
from fulgurite.model.report import Source
from fulgurite.model.sample import Sample
from fulgurite.model.usage import Allowance
from fulgurite.service import keys
from tests import builders
from tests.api.conftest import MAX_UPLOAD_BYTES, NOW
from tests.api.running import Reply, Running, running


def _report(data: bytes, **fields: Any) -> bytes:
    """A report of another store about the file `data`."""
    known = {"source": Source(name="cape"), "sandbox_id": None, "data_id": None, "sample": builders.sample(data)}
    return native.body(builders.report(**{**known, **fields}))


def _zip(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.json", data)
    return packed.getvalue()


def _sent(api: Running, body: bytes, **headers: str) -> Reply:
    return api.ask("POST", "/v4/import", body, **headers)


def test_a_report_is_found_by_hash_once_it_is_in(api: Running) -> None:
    data = _report(b"brought 1")
    reply = _sent(api, data)
    assert (reply.status, reply.json["imported"], reply.json["refused"]) == (200, 1, 0)
    [told] = reply.json["data"]
    assert (told["outcome"], told["format"], told["sha256"]) == ("imported", "native", sha256_of(b"brought 1"))
    for digest in digests_of(b"brought 1"):
        assert api.ask("GET", f"/v4/hash/{digest}/sandbox").json["sandbox_id"] == told["sandbox_id"]
    original = api.ask("GET", f"/v4/sandbox/{told['sandbox_id']}/original")
    assert original.body == data
    assert original.headers["x-content-sha256"] == sha256_of(data)
    assert original.headers["content-type"] == "application/octet-stream"
    assert original.headers["x-report-format"] == "native"


def test_the_same_report_comes_in_once_however_it_is_packed(api: Running) -> None:
    data = _report(b"brought 2")
    first = _sent(api, gzip.compress(data)).json["data"][0]
    assert first["outcome"] == "imported"
    for again in (data, gzip.compress(data, 1), _zip(x=data)):
        [told] = _sent(api, again).json["data"]
        assert (told["outcome"], told["sandbox_id"]) == ("duplicate", first["sandbox_id"])
    assert api.ask("GET", f"/v4/sandbox/{first['sandbox_id']}/original").body == data


def test_a_form_carries_a_report_too(api: Running) -> None:
    digest = sha256_of(b"brought 3")
    body = (
        b'--x\r\ncontent-disposition: form-data; name="file"; filename="reports/%b.json"\r\n\r\n' % digest.encode()
        + _report(b"", sample=Sample())
        + b"\r\n--x--\r\n"
    )
    reply = _sent(api, body, content_type="multipart/form-data; boundary=x")
    assert [one["sha256"] for one in reply.json["data"]] == [digest]


def test_the_hash_may_be_told_by_header_or_name(api: Running) -> None:
    silent = _report(b"", sample=Sample(), tags=("by header",))
    digest = sha256_of(b"brought 4")
    assert _sent(api, silent).code == 400022
    assert "names no hash" in _sent(api, silent).json["error"]["messages"][1]
    assert _sent(api, silent, sha256=digest.upper()).json["data"][0]["sha256"] == digest
    other = sha256_of(b"brought 5")
    assert _sent(api, silent, x_filename=f"{other}%2Freport.json").json["data"][0]["sha256"] == other
    assert _sent(api, silent, sha256="no hash").code == 400020


def test_contradicting_hashes_are_refused_with_both(api: Running) -> None:
    told, given = sha256_of(b"brought 6"), sha256_of(b"another")
    reply = _sent(api, _report(b"brought 6"), sha256=given)
    assert reply.code == 400022
    assert told in reply.json["error"]["messages"][1]
    assert given in reply.json["error"]["messages"][1]
    assert api.ask("GET", f"/v4/hash/{told}/sandbox").code == 404003


@pytest.mark.parametrize(
    "wrong",
    [b"\x89PNG\r\n\x1a\n" + bytes(50), b"MZ" + bytes(500), b"\x7fELF", b"%PDF-1.7", b"{}", b"\x00", b"[" * 9999],
)
def test_what_is_no_report_is_refused_and_not_kept(api: Running, wrong: bytes) -> None:
    reply = _sent(api, wrong)
    assert (reply.status, reply.code) == (400, 400022)
    assert not api.store.is_known(sha256_of(wrong))


def test_each_report_of_an_archive_is_told_of(api: Running) -> None:
    reply = _sent(api, _zip(a=_report(b"brought 7"), b=_report(b"", sample=Sample()), c=_report(b"brought 8")))
    assert (reply.status, reply.json["imported"], reply.json["refused"]) == (200, 2, 1)
    assert {one["member"]: one["outcome"] for one in reply.json["data"]} == {
        "a.json": "imported",
        "b.json": "refused",
        "c.json": "imported",
    }


def test_who_may_bring_reports(api: Running) -> None:
    data = _report(b"brought 9")
    assert api.ask("POST", "/v4/import", data, key=None).status == 401
    assert api.ask("POST", "/v4/import", data, key=api.new_key(Role.READ, "import-reader")).status == 403
    key = api.new_key(Role.SUBMIT, "import-submitter")
    reply = api.ask("POST", "/v4/import", data, key=key)
    assert (reply.status, reply.headers["x-ratelimit-for"]) == (200, "prevention_api")
    used = api.ask("GET", "/v4/apikey/limits", key=key).json
    assert used["prevention_api"] == 1


def test_nothing_private_is_imported_for_all_to_see(api: Running) -> None:
    assert _sent(api, _report(b"brought 10"), privateprocessing="1").code == 400143
    assert not api.store.is_known(sha256_of(b"brought 10"))


def test_bodies_over_the_limit_and_empty_ones_are_refused(api: Running) -> None:
    assert _sent(api, bytes(MAX_UPLOAD_BYTES + 1)).code == 400144
    assert _sent(api, b"").code == 400145
    # It goes over the limit only when it is unpacked: then the reader's caps hold.
    assert _sent(api, gzip.compress(bytes(300 << 20))).code == 400022


def test_lookups_are_answered_while_reports_are_read(api: Running) -> None:
    rows = [builders.file_write(f"C:\\{number}") for number in range(12_000)]
    bodies = [_report(b"brought many %d" % n, events=tuple(rows[: 11_000 + n])) for n in range(3)]
    done: list[Reply] = []
    threads = [threading.Thread(target=lambda body=body: done.append(_sent(api, body))) for body in bodies]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert api.is_well()
    assert [reply.status for reply in done] == [200, 200, 200]


def test_imports_at_once_of_the_same_bytes_make_one_analysis(api: Running) -> None:
    data = _report(b"brought at once")
    done: list[Any] = []
    threads = [threading.Thread(target=lambda: done.append(_sent(api, data).json["data"][0])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one["sandbox_id"] for one in done}) == 1
    assert sorted(one["outcome"] for one in done) == ["duplicate"] * 7 + ["imported"]
    assert (
        api.store.database.value("SELECT count(*) FROM reports WHERE sha256 = ?", (sha256_of(b"brought at once"),)) == 1
    )


def test_an_older_analysis_that_comes_in_later_is_not_the_last(api: Running) -> None:
    report = builders.report(sample=builders.sample(b"brought 11"), sandbox_id=None, data_id=None)
    bodies = [
        json.dumps({**json.loads(v4.body(report)), "sandbox_id": None, "request_time": f"{year}-05-06T07:08:09.000Z"})
        for year in (2024, 2021, 9999, 1970)
    ]
    ids = [_sent(api, body.encode()).json["data"][0]["sandbox_id"] for body in bodies[:2]]
    digest = sha256_of(b"brought 11")
    assert api.ask("GET", f"/v4/hash/{digest}/sandbox").json["sandbox_id"] == ids[0]
    [item] = api.ask("POST", "/v4/hash/sandbox", json.dumps({"hash": [digest]}), content_type="application/json").json[
        "data"
    ]
    assert (item["sandbox_id"], item["request_time"]) == (ids[0], "2024-05-06T07:08:09.000Z")
    history = api.ask("GET", f"/v4/hash/{digest}/scanhistory").json["scan_result_history"]
    assert [entry["start_time"][:4] for entry in history] == ["2024", "2021"]
    # Times that cannot be count as that of the import.
    ids += [_sent(api, body.encode()).json["data"][0]["sandbox_id"] for body in bodies[2:]]
    assert api.ask("GET", f"/v4/hash/{digest}/sandbox").json["sandbox_id"] == ids[3]


def test_a_quota_holds(api: Running) -> None:
    allowance = Allowance(prevention_api=1)
    key = keys.create(api.store, "import-little", Role.SUBMIT, NOW, allowance=allowance)
    assert api.ask("POST", "/v4/import", _report(b"brought 12"), key=key).status == 200
    refused = api.ask("POST", "/v4/import", _report(b"brought 13"), key=key)
    assert (refused.status, refused.code) == (429, 429000)
    assert "retry-after" in refused.headers
    assert not api.store.is_known(sha256_of(b"brought 13"))


def test_a_server_that_stops_does_not_wait_for_what_is_read(tmp_path: Path) -> None:
    rows = tuple(builders.file_write(f"C:\\{number}") for number in range(200_000))
    body = _report(b"brought last", events=rows)
    done: list[Reply] = []
    with running(tmp_path / "data", import_seconds=3600, drain_seconds=1) as served:
        sender = threading.Thread(target=lambda: done.append(served.ask("POST", "/v4/import", body)))
        sender.start()
        while not _is_reading(served.process.pid):
            time.sleep(0.02)
        served.process.terminate()
        assert served.process.wait(60) == 0
        sender.join()
    # It may have been done just before.
    assert done[0].status in (200, 503)


def _is_reading(pid: int) -> bool:
    """Whether the server has started a reader."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return any(file.read_text() != "" for file in children)
