"""The bytes behind an analysis."""

import io

import cart
import msgspec
import pytest

from fulgurite.errors import NotFound
from fulgurite.exports import v4
from fulgurite.model.artifact import Artifact
from fulgurite.model.task import RunOptions
from fulgurite.service import evidence
from fulgurite.service.submit import submit
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import builders
from tests.fakes import FakeClock


def test_originals_reports_and_artifacts_are_reached_by_id(store: Store, clock: FakeClock) -> None:
    submit(store, b"MZ one", options=RunOptions(), file_name=None, key_id=None, now=clock())
    task = store.claim(clock(), Limits())
    assert task is not None
    digest = store.blobs.put_hostile(b"MZ dropped")
    report = msgspec.structs.replace(
        builders.report(sandbox_id=task.sandbox_id),
        artifacts=(Artifact(name="files/1.dat", kind="martian", sha256=digest, size_bytes=10, is_kept=True),),
    )
    store.add_run(report, original=b"the \xff log", body=v4.body(report), format_="runlog", now=clock())
    assert evidence.original(store, task.sandbox_id) == b"the \xff log"
    assert evidence.report(store, task.sandbox_id) == report
    assert evidence.artifact(store, task.sandbox_id, "files/1.dat") == b"MZ dropped"
    neutered = evidence.neutered_artifact(store, task.sandbox_id, "files/1.dat")
    assert neutered.startswith(b"CART")
    assert b"dropped" not in neutered
    unpacked = io.BytesIO()
    cart.unpack_stream(io.BytesIO(neutered), unpacked)
    assert unpacked.getvalue() == b"MZ dropped"


def test_the_log_of_a_failed_run_is_reached_too(store: Store, clock: FakeClock) -> None:
    submit(store, b"MZ one", options=RunOptions(), file_name=None, key_id=None, now=clock())
    task = store.claim(clock(), Limits())
    assert task is not None
    store.fail(task.sandbox_id, "it broke", log=b"its last words")
    assert evidence.original(store, task.sandbox_id) == b"its last words"
    assert evidence.original_and_format(store, task.sandbox_id) == (b"its last words", "runlog")
    with pytest.raises(NotFound):
        evidence.report(store, task.sandbox_id)


@pytest.mark.parametrize("name", ["files/1.dat", "", "\udc80", "../x"])
def test_what_is_not_there_is_not_found(store: Store, name: str) -> None:
    with pytest.raises(NotFound):
        evidence.original(store, "0" * 24)
    with pytest.raises(NotFound):
        evidence.report(store, "0" * 24)
    with pytest.raises(NotFound):
        evidence.artifact(store, "0" * 24, name)
