"""Lookups: exact bodies, states, headers."""

import gzip
import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.errors import Damaged, InvalidHash
from fulgurite.exports import v4
from fulgurite.model import hashes
from fulgurite.model.hashes import digests_of
from fulgurite.model.task import RunOptions
from fulgurite.service.lookup import Answer, Lookup
from fulgurite.service.submit import submit
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import builders
from tests.fakes import FakeClock
from tests.store.values import damage

DATA = b"MZ one"
INVALID = b'{"error":{"code":400064,"messages":["The hash value is not valid"]}}'
UNKNOWN = b'{"error":{"code":404003,"messages":["The hash was not found"]}}'
NOT_FOUND = b'{"error":{"code":404001,"messages":["Entity was not found"]}}'


@pytest.fixture
def lookup(store: Store, clock: FakeClock) -> Lookup:
    return Lookup(store, now=clock)


def _submitted(store: Store, clock: FakeClock) -> str:
    done = submit(store, DATA, options=RunOptions(), file_name="a.exe", key_id=None, now=clock())
    assert done.sandbox_id is not None
    return done.sandbox_id


def _reported(store: Store, clock: FakeClock) -> tuple[str, bytes]:
    """An analysis that has its report: its sandbox_id, its body."""
    _submitted(store, clock)
    task = store.claim(clock(), Limits())
    assert task is not None
    report = builders.report(
        builders.file_write(f"C:\\{task.sandbox_id}"),
        sample=builders.sample(DATA),
        sandbox_id=task.sandbox_id,
        data_id=task.data_id,
        requested_at=task.requested_at,
    )
    body = v4.body(report)
    assert store.add_run(report, original=b"log", body=body, format_="runlog", now=clock())
    return task.sandbox_id, body


def _by_every_hash(lookup: Lookup, data: bytes = DATA) -> list[Answer]:
    spellings = [text for digest in digests_of(data) for text in (digest, digest.upper(), digest.title())]
    answers = [lookup.by_hash(text, False) for text in spellings]
    assert answers == [answers[0]] * 9
    return answers


def _headers(answer: Answer) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in answer.headers}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "0" * 31,
        "0" * 33,
        "0" * 39,
        "0" * 65,
        "g" * 32,
        "0" * 30 + " 0",
        "0" * 31 + "\n",
        "\u0660" * 32,
        "\udc80" * 32,
    ],
)
def test_what_is_no_hash_is_told_so(lookup: Lookup, text: str) -> None:
    answer = lookup.by_hash(text, True)
    assert (answer.status, answer.body) == (400, INVALID)
    assert _headers(answer) == {"content-type": "application/json; charset=utf-8", "content-length": str(len(INVALID))}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=70) | st.text(alphabet="0123456789abcdefABCDEF \u0660_", min_size=32, max_size=64))
def test_a_hash_here_is_a_hash_everywhere(lookup: Lookup, text: str) -> None:
    try:
        hashes.parse(text)
    except InvalidHash:
        assert lookup.by_hash(text, True).body == INVALID
    else:
        assert lookup.by_hash(text, True).body == UNKNOWN


def test_an_unknown_file_is_told_from_one_without_analysis(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    assert [(answer.status, answer.body) for answer in _by_every_hash(lookup)] == [(404, UNKNOWN)] * 9
    submit(store, DATA, options=None, file_name=None, key_id=None, now=clock())
    assert [(answer.status, answer.body) for answer in _by_every_hash(lookup)] == [(404, NOT_FOUND)] * 9


def test_a_finished_analysis_is_found_by_every_hash(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    sandbox_id, body = _reported(store, clock)
    for answer in (*_by_every_hash(lookup), lookup.by_sandbox_id(sandbox_id, False)):
        assert (answer.status, answer.body) == (200, body)
        assert _headers(answer) | {"etag": ""} == {
            "content-type": "application/json; charset=utf-8",
            "content-length": str(len(body)),
            "vary": "accept-encoding",
            "etag": "",
        }


def test_gzip_goes_out_as_it_lies(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    sandbox_id, body = _reported(store, clock)
    row = store.report(sandbox_id)
    assert row is not None
    for answer in (lookup.by_hash(digests_of(DATA).md5, True), lookup.by_sandbox_id(sandbox_id, True)):
        assert answer.body == store.body(row).gzipped
        assert gzip.decompress(answer.body) == body
        headers = _headers(answer)
        assert headers["content-encoding"] == "gzip"
        assert headers["content-length"] == str(len(answer.body))
        assert headers["etag"] != _headers(lookup.by_sandbox_id(sandbox_id, False))["etag"]


def test_an_analysis_in_progress_says_how_far_it_is(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    sandbox_id = _submitted(store, clock)
    store.claim(clock(), Limits())
    store.set_progress(sandbox_id, 42)
    for answer in (*_by_every_hash(lookup), lookup.by_sandbox_id(sandbox_id, True)):
        shown = json.loads(answer.body)
        assert answer.status == 200
        assert shown["sandbox_id"] == shown["scan_in_progress"] == sandbox_id
        assert shown["scan_results"] == {"progress_percentage": 42}
        assert shown["sha1"] == digests_of(DATA).sha1.upper()
        assert "final_verdict" not in shown


def test_the_last_analysis_names_the_one_that_runs(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    first, body = _reported(store, clock)
    plain = lookup.by_hash(digests_of(DATA).md5, False)
    clock.advance(seconds=1)
    second = _submitted(store, clock)
    for answer in _by_every_hash(lookup):
        assert json.loads(answer.body) == {**json.loads(body), "scan_in_progress": second}
        assert answer.body.startswith(body[:-1])
        assert _headers(answer)["etag"] != _headers(plain)["etag"]
        assert _headers(answer)["content-length"] == str(len(answer.body))
    zipped = lookup.by_hash(digests_of(DATA).md5, True)
    assert json.loads(gzip.decompress(zipped.body))["scan_in_progress"] == second
    # By its own id it is what it was.
    assert lookup.by_sandbox_id(first, False).body == body


def test_a_failed_run_hides_no_good_one(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    _, body = _reported(store, clock)
    clock.advance(seconds=1)
    failed = _submitted(store, clock)
    store.claim(clock(), Limits())
    store.fail(failed, "no engine for this type: a .NET program")
    assert _by_every_hash(lookup)[0].body == body
    answer = lookup.by_sandbox_id(failed, True)
    shown = json.loads(answer.body)
    assert answer.status == 200
    assert shown["scan_results"] == {"progress_percentage": 100}
    assert shown["final_verdict"]["verdict"] == "UNKNOWN"
    assert shown["sandbox_error"]["messages"][-1] == "no engine for this type: a .NET program"
    assert shown["sha256"] == digests_of(DATA).sha256.upper()


def test_a_failed_run_alone_is_no_analysis(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    failed = _submitted(store, clock)
    store.claim(clock(), Limits())
    store.fail(failed, "it broke")
    assert [(answer.status, answer.body) for answer in _by_every_hash(lookup)] == [(404, NOT_FOUND)] * 9


def test_earlier_analyses_stay_reachable(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    made = []
    for _ in range(3):
        made.append(_reported(store, clock))
        clock.advance(seconds=1)
    assert _by_every_hash(lookup)[0].body == made[-1][1]
    for sandbox_id, body in made:
        assert lookup.by_sandbox_id(sandbox_id, False).body == body


@pytest.mark.parametrize("text", ["", "x", "0" * 24, "0" * 23, "A" * 24, "../" * 8, "\udc80" * 24])
def test_an_unknown_id_is_not_found(lookup: Lookup, text: str) -> None:
    answer = lookup.by_sandbox_id(text, True)
    assert (answer.status, answer.body) == (404, NOT_FOUND)


def test_a_deadline_holds_without_any_worker(store: Store, clock: FakeClock) -> None:
    limits = Limits(pending=timedelta(minutes=30))
    lookup = Lookup(store, now=clock, limits=limits)
    done = submit(store, DATA, options=RunOptions(), file_name=None, key_id=None, now=clock(), limits=limits)
    clock.advance(minutes=29)
    assert "scan_in_progress" in json.loads(lookup.by_hash(done.digests.md5, False).body)
    clock.advance(minutes=1)
    assert lookup.by_hash(done.digests.md5, False).body == NOT_FOUND
    shown = json.loads(lookup.by_sandbox_id(done.sandbox_id or "", False).body)
    assert shown["sandbox_error"]["messages"][-1] == "no worker took it up within 30 minutes"


def test_a_report_that_the_index_lacks_is_found_by_its_id(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    sandbox_id, body = _reported(store, clock)
    with store.index.write() as changes:
        changes.clear()
        changes.belongs_to("another store")
    assert lookup.by_sandbox_id(sandbox_id, False).body == body


def test_a_body_that_is_lost_is_no_missing_analysis(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    sandbox_id, _ = _reported(store, clock)
    row = store.report(sandbox_id)
    assert row is not None
    damage(store, row.body_at)
    store.indexing.rebuild()
    for ask, text in ((lookup.by_hash, digests_of(DATA).md5), (lookup.by_sandbox_id, sandbox_id)):
        with pytest.raises(Damaged):
            ask(text, False)


def test_the_caller_may_add_headers(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    sandbox_id, _ = _reported(store, clock)
    for ask, text in ((lookup.by_sandbox_id, sandbox_id), (lookup.by_hash, "")):
        before = len(ask(text, True).headers)
        ask(text, True).headers.append((b"x-more", b"1"))
        assert len(ask(text, True).headers) == before
