"""Schemathesis over the interface's own document, against a real server: nothing undocumented, no fault of ours.

The same requests every time. FULGURITE_SCHEMATHESIS=N sends N of each kind and operation instead of a few.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of
from fulgurite.model.task import RunOptions
from fulgurite.service.submit import submit
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import builders
from tests.api.running import Running, running
from tests.e2e.running import HELLO

pytestmark = pytest.mark.e2e

MORE = "FULGURITE_SCHEMATHESIS"
FEW = 60
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "ignored_auth",
    "unsupported_method",
    # Not `allow_header_conformance`: /v4/file/rescan, asked for by GET, is one of /v4/file/{data_id}.
)
"""Not `negative_data_rejection` and its like: clients of all years send more, and other, than is documented."""
PROGRAM = HELLO.read_bytes()
_SENT = re.compile(r"Test cases:\s*\n?\s*([0-9,]+) generated")


def analysed(store: Store) -> str:
    """The sandbox_id of an analysis that is over."""
    now = datetime.now(UTC)
    submit(store, PROGRAM, options=RunOptions(), file_name="a.exe", key_id=None, now=now)
    task = store.claim(now, Limits())
    assert task is not None
    report = builders.report(
        builders.file_write(),
        sample=builders.sample(PROGRAM),
        sandbox_id=task.sandbox_id,
        data_id=task.data_id,
        requested_at=now,
        score=8,
    )
    assert store.add_run(report, original=b"log", body=v4.body(report), format_="runlog", now=now)
    return task.sandbox_id


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), bad_keys=10**9, max_upload_bytes=1 << 20) as started:
        yield started


@contextmanager
def worked_off(store: Store) -> Iterator[None]:
    """While this lasts, every analysis that is asked for fails soon: a stream of events comes to its end."""
    stopping = threading.Event()

    def work() -> None:
        while not stopping.wait(0.1):
            while (task := store.claim(datetime.now(UTC), Limits())) is not None:
                store.fail(task.sandbox_id, "nobody runs anything here")

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stopping.set()
        worker.join()


@pytest.fixture(scope="module")
def document(server: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document that the server gives, with examples of what it has."""
    told = server.ask("GET", "/v4/openapi.json", key=None).json
    sandbox_id = analysed(server.store)
    task = server.store.task(sandbox_id)
    assert task is not None
    known: dict[str, Any] = {
        "sandbox_id": sandbox_id,
        "data_id": task.data_id,
        "file_id": task.data_id,
        "hash": digests_of(PROGRAM).sha1,
        "hex": digests_of(PROGRAM).sha256[:5],
        "key": server.key,
    }
    for row in told["paths"].values():
        for about in row.values():
            for parameter in about["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in known:
                    parameter["example"] = known[parameter["name"]]
            for body in about.get("requestBody", {}).get("content", {}).values():
                name = next(iter(body.get("example", {})), None)
                for items in body["schema"].get("properties", {}).values():
                    # Lists of thousands take most of the time to make; other tests have them.
                    items.update({"maxItems": 20} if "maxItems" in items else {})
                if name in {"hash", "file_ids"}:
                    body["example"] = {name: [known["hash"] if name == "hash" else task.data_id, "no-such"]}
    path = tmp_path_factory.mktemp("schemathesis") / "openapi.json"
    path.write_text(json.dumps(told))
    return path


def test_every_answer_is_documented_and_none_is_a_fault(
    server: Running, document: Path, record_testsuite_property: Any
) -> None:
    command = [
        *(str(Path(sys.executable).parent / "st"), "run", str(document)),
        *("--url", f"http://{server.host}:{server.port}", "--header", f"apikey: {server.key}"),
        *("--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS)),
        *("--max-examples", os.environ.get(MORE, str(FEW)), "--seed", "1", "--generation-database", "none"),
        *("--continue-on-failure", "--no-color", "--no-shrink", "--request-timeout", "30", "--warnings", "off"),
    ]
    with worked_off(server.store):
        ended = subprocess.run(command, cwd=document.parent, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr
    sent = _SENT.search(ended.stdout)
    assert sent is not None, ended.stdout
    record_testsuite_property("schemathesis requests", sent[1])
    sys.stdout.write(f"Schemathesis tried {sent[1]} requests\n")
    assert server.is_well()
