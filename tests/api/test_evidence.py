"""The bytes behind an analysis, over HTTP."""

import io
from datetime import UTC, datetime
from urllib.parse import quote

import cart
import msgspec
import pytest

from fulgurite.exports import v4
from fulgurite.model.artifact import Artifact
from fulgurite.model.hashes import sha256_of
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.task import RunOptions
from fulgurite.service.submit import submit
from fulgurite.store.tasks import Limits
from tests import builders
from tests.api.running import Running

HOSTILE = b"<script>alert(1)</script>MZ dropped"
NAME = "files/0x00050000000142b9-1.dat"
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
LOG = b'{"record":"header"} \xff\n'


@pytest.fixture(scope="module")
def sandbox_id(api: Running) -> str:
    """An analysis that left something."""
    store = api.store
    # Long ago, so that it is the oldest pending task: other tests leave theirs.
    submit(store, b"MZ evidence", options=RunOptions(), file_name=None, key_id=None, now=LONG_AGO)
    task = store.claim(datetime.now(UTC), Limits())
    assert task is not None
    digest = store.blobs.put_hostile(HOSTILE)
    artifact = Artifact(name=NAME, kind="martian", sha256=digest, size_bytes=len(HOSTILE), is_kept=True)
    report = msgspec.structs.replace(
        builders.report(
            builders.file_write("C:\\a"), builders.flow_start(), builders.flow_owner(), sandbox_id=task.sandbox_id
        ),
        artifacts=(artifact,),
        signatures=(
            Signature(name="Ours", label="odd", is_ours=True, events=(1, 2, 3, 99), event_count=2000),
            Signature(name="With a slash", label="c2/<//HTTP>", events=(1,)),
            Signature(name="Theirs", label="theirs", indicators=(Indicator(event=1), Indicator(event=1), Indicator())),
        ),
    )
    assert store.add_run(report, original=LOG, body=v4.body(report), format_="runlog", now=LONG_AGO)
    return task.sandbox_id


def test_the_original_comes_byte_for_byte(api: Running, sandbox_id: str) -> None:
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}/original")
    assert (reply.status, reply.body) == (200, LOG)
    assert reply.headers["x-content-sha256"] == sha256_of(LOG)
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["x-report-format"] == "runlog"


@pytest.mark.parametrize(("query", "media", "ending"), [
    ("", "text/html; charset=utf-8", "html"),
    ("?format=html", "text/html; charset=utf-8", "html"),
    ("?format=native", "application/json", "json"),
])  # fmt: skip
def test_an_analysis_leaves_as_one_file(api: Running, sandbox_id: str, query: str, media: str, ending: str) -> None:
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}/export{query}")
    assert reply.status == 200
    assert b"Theirs" in reply.body
    assert reply.headers["content-type"] == media
    assert reply.headers["content-disposition"] == f'attachment; filename="{sandbox_id}.{ending}"'
    assert reply.headers["x-content-sha256"] == sha256_of(reply.body)
    # Opened in place instead of kept, it could still do nothing with the reader's session.
    assert reply.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_an_export_of_nothing_or_in_no_form_is_told(api: Running, sandbox_id: str) -> None:
    assert api.ask("GET", f"/v4/sandbox/{'0' * 24}/export").code == 404001
    assert api.ask("GET", f"/v4/sandbox/{sandbox_id}/export?format=pdf").code == 400004


def test_an_artifact_leaves_neutered(api: Running, sandbox_id: str) -> None:
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}/artifacts/{NAME}")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/x-cart"
    assert reply.headers["content-disposition"].startswith("attachment; filename=")
    assert b"script" not in reply.body
    unpacked = io.BytesIO()
    cart.unpack_stream(io.BytesIO(reply.body), unpacked)
    assert unpacked.getvalue() == HOSTILE


def test_raw_only_when_asked_for_and_never_as_a_page(api: Running, sandbox_id: str) -> None:
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}/artifacts/{NAME}?form=raw")
    assert reply.body == HOSTILE
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-disposition"] == f'attachment; filename="{sha256_of(HOSTILE)}.bin"'
    assert "sandbox" in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_events_behind_a_signature(api: Running, sandbox_id: str) -> None:
    told = api.ask("GET", f"/v4/sandbox/{sandbox_id}/signatures/odd/events?limit=2").json
    assert {key: told[key] for key in ("label", "name", "is_ours", "total", "kept", "next")} == {
        "label": "odd",
        "name": "Ours",
        "is_ours": True,
        "total": 2000,
        "kept": 3,
        "next": 2,
    }
    assert [(one["event"], one["list"], one["n"]) for one in told["data"]] == [
        (1, "files", "windows.file.write"),
        (2, "flowLabels", "net.flow.start"),
    ]
    rest = api.ask("GET", f"/v4/sandbox/{sandbox_id}/signatures/odd/events?offset=2").json
    assert ([one["event"] for one in rest["data"]], rest["next"]) == ([3], None)


def test_a_label_may_have_slashes(api: Running, sandbox_id: str) -> None:
    told = api.ask("GET", f"/v4/sandbox/{sandbox_id}/signatures/{quote('c2/<//HTTP>', safe='')}/events").json
    assert (told["label"], told["kept"]) == ("c2/<//HTTP>", 1)


def test_the_events_behind_a_signature_of_the_source(api: Running, sandbox_id: str) -> None:
    told = api.ask("GET", f"/v4/sandbox/{sandbox_id}/signatures/theirs/events").json
    assert ([one["event"] for one in told["data"]], told["total"], told["is_ours"]) == ([1], 1, False)


def test_signatures_that_are_not_there(api: Running, sandbox_id: str) -> None:
    assert api.ask("GET", f"/v4/sandbox/{sandbox_id}/signatures/none/events").status == 404
    assert api.ask("GET", f"/v4/sandbox/{'0' * 24}/signatures/odd/events").status == 404
    assert api.ask("GET", f"/v4/sandbox/{sandbox_id}/signatures/odd/events?limit=0").status == 400


@pytest.mark.parametrize(
    "path", ["artifacts/files/no.dat", "artifacts/..%2F..%2Fapi-key", "artifacts/" + quote("\0\u202e"), "artifacts/x/"]
)
def test_another_name_is_not_found(api: Running, sandbox_id: str, path: str) -> None:
    assert api.ask("GET", f"/v4/sandbox/{sandbox_id}/{path}").status == 404


def test_an_unknown_analysis_is_not_found(api: Running) -> None:
    for path in ("original", f"artifacts/{NAME}"):
        assert api.ask("GET", f"/v4/sandbox/{'0' * 24}/{path}").code == 404001


def test_another_form_is_refused(api: Running, sandbox_id: str) -> None:
    assert api.ask("GET", f"/v4/sandbox/{sandbox_id}/artifacts/{NAME}?form=exe").status == 400
