"""Lookups: exact bodies, states, headers."""

import gzip
import hashlib
import json
from datetime import timedelta

import pytest
from backports import zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.errors import Damaged, InvalidHash
from fulgurite.exports import v4
from fulgurite.model import hashes
from fulgurite.model.hashes import digests_of
from fulgurite.model.task import RunOptions
from fulgurite.service.bodies import LARGE_BYTES, PLAIN, Stream, Takes
from fulgurite.service.lookup import Answer, Lookup
from fulgurite.service.submit import submit
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import builders
from tests.fakes import FakeClock
from tests.store.values import damage

DATA = b"MZ one"
GZIP = Takes(gzip=True)
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
    answers = [lookup.by_hash(text) for text in spellings]
    assert answers == [answers[0]] * 9
    return answers


def _headers(answer: Answer) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in answer.head.decode().splitlines())


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
    answer = lookup.by_hash(text, GZIP)
    assert (answer.status, answer.content) == (400, INVALID)
    assert _headers(answer) == {"content-type": "application/json; charset=utf-8", "content-length": str(len(INVALID))}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=70) | st.text(alphabet="0123456789abcdefABCDEF \u0660_", min_size=32, max_size=64))
def test_a_hash_here_is_a_hash_everywhere(lookup: Lookup, text: str) -> None:
    try:
        hashes.parse(text)
    except InvalidHash:
        assert lookup.by_hash(text, GZIP).content == INVALID
    else:
        assert lookup.by_hash(text, GZIP).content == UNKNOWN


def test_an_unknown_file_is_told_from_one_without_analysis(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    assert [(answer.status, answer.content) for answer in _by_every_hash(lookup)] == [(404, UNKNOWN)] * 9
    submit(store, DATA, options=None, file_name=None, key_id=None, now=clock())
    assert [(answer.status, answer.content) for answer in _by_every_hash(lookup)] == [(404, NOT_FOUND)] * 9


def test_a_finished_analysis_is_found_by_every_hash(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    sandbox_id, body = _reported(store, clock)
    for answer in (*_by_every_hash(lookup), lookup.by_sandbox_id(sandbox_id)):
        assert (answer.status, answer.content) == (200, body)
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
    for answer in (lookup.by_hash(digests_of(DATA).md5, GZIP), lookup.by_sandbox_id(sandbox_id, GZIP)):
        assert answer.content == store.body(row).gzipped
        assert gzip.decompress(answer.content) == body
        headers = _headers(answer)
        assert headers["content-encoding"] == "gzip"
        assert headers["content-length"] == str(len(answer.content))
        assert headers["etag"] != _headers(lookup.by_sandbox_id(sandbox_id))["etag"]


def test_an_analysis_in_progress_says_how_far_it_is(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    sandbox_id = _submitted(store, clock)
    store.claim(clock(), Limits())
    store.set_progress(sandbox_id, 42)
    for answer in (*_by_every_hash(lookup), lookup.by_sandbox_id(sandbox_id, GZIP)):
        shown = json.loads(answer.content)
        assert answer.status == 200
        assert shown["sandbox_id"] == shown["scan_in_progress"] == sandbox_id
        assert shown["scan_results"] == {"progress_percentage": 42}
        assert shown["sha1"] == digests_of(DATA).sha1.upper()
        assert "final_verdict" not in shown


def test_the_last_analysis_names_the_one_that_runs(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    first, body = _reported(store, clock)
    plain = lookup.by_hash(digests_of(DATA).md5)
    clock.advance(seconds=1)
    second = _submitted(store, clock)
    for answer in _by_every_hash(lookup):
        assert json.loads(answer.content) == {**json.loads(body), "scan_in_progress": second}
        assert answer.content.startswith(body[:-1])
        assert _headers(answer)["etag"] != _headers(plain)["etag"]
        assert _headers(answer)["content-length"] == str(len(answer.content))
    zipped = lookup.by_hash(digests_of(DATA).md5, GZIP)
    assert json.loads(gzip.decompress(zipped.content))["scan_in_progress"] == second
    # By its own id it is what it was.
    assert lookup.by_sandbox_id(first).content == body


def test_a_failed_run_hides_no_good_one(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    _, body = _reported(store, clock)
    clock.advance(seconds=1)
    failed = _submitted(store, clock)
    store.claim(clock(), Limits())
    store.fail(failed, "no engine for this type: a .NET program")
    assert _by_every_hash(lookup)[0].content == body
    answer = lookup.by_sandbox_id(failed, GZIP)
    shown = json.loads(answer.content)
    assert answer.status == 200
    assert shown["scan_results"] == {"progress_percentage": 100}
    assert shown["final_verdict"]["verdict"] == "UNKNOWN"
    assert shown["sandbox_error"]["messages"][-1] == "no engine for this type: a .NET program"
    assert shown["sha256"] == digests_of(DATA).sha256.upper()


def test_a_failed_run_alone_is_no_analysis(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    failed = _submitted(store, clock)
    store.claim(clock(), Limits())
    store.fail(failed, "it broke")
    assert [(answer.status, answer.content) for answer in _by_every_hash(lookup)] == [(404, NOT_FOUND)] * 9


def test_earlier_analyses_stay_reachable(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    made = []
    for _ in range(3):
        made.append(_reported(store, clock))
        clock.advance(seconds=1)
    assert _by_every_hash(lookup)[0].content == made[-1][1]
    for sandbox_id, body in made:
        assert lookup.by_sandbox_id(sandbox_id).content == body


@pytest.mark.parametrize("text", ["", "x", "0" * 24, "0" * 23, "A" * 24, "../" * 8, "\udc80" * 24])
def test_an_unknown_id_is_not_found(lookup: Lookup, text: str) -> None:
    answer = lookup.by_sandbox_id(text, GZIP)
    assert (answer.status, answer.content) == (404, NOT_FOUND)


def test_a_deadline_holds_without_any_worker(store: Store, clock: FakeClock) -> None:
    limits = Limits(pending=timedelta(minutes=30))
    lookup = Lookup(store, now=clock, limits=limits)
    done = submit(store, DATA, options=RunOptions(), file_name=None, key_id=None, now=clock(), limits=limits)
    clock.advance(minutes=29)
    assert "scan_in_progress" in json.loads(lookup.by_hash(done.digests.md5).content)
    clock.advance(minutes=1)
    assert lookup.by_hash(done.digests.md5).content == NOT_FOUND
    shown = json.loads(lookup.by_sandbox_id(done.sandbox_id or "").content)
    assert shown["sandbox_error"]["messages"][-1] == "no worker took it up within 30 minutes"


def test_a_report_that_the_index_lacks_is_found_by_its_id(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    sandbox_id, body = _reported(store, clock)
    with store.index.write() as changes:
        changes.clear()
        changes.belongs_to("another store")
    assert lookup.by_sandbox_id(sandbox_id).content == body


def test_a_body_that_is_lost_is_no_missing_analysis(lookup: Lookup, store: Store, clock: FakeClock) -> None:
    sandbox_id, _ = _reported(store, clock)
    row = store.report(sandbox_id)
    assert row is not None
    damage(store, row.body_at)
    store.indexing.rebuild()
    for ask, text in ((lookup.by_hash, digests_of(DATA).md5), (lookup.by_sandbox_id, sandbox_id)):
        with pytest.raises(Damaged):
            ask(text)


def _large(store: Store, clock: FakeClock) -> tuple[str, bytes]:
    """An analysis whose body is kept as zstd too, and inflated piecemeal."""
    task_id = _submitted(store, clock)
    task = store.claim(clock(), Limits())
    assert task is not None
    events = [builders.file_write(f"C:\\{number}\\{task_id}") for number in range(LARGE_BYTES // 70)]
    report = builders.report(
        *events,
        sample=builders.sample(DATA),
        sandbox_id=task.sandbox_id,
        data_id=task.data_id,
        requested_at=task.requested_at,
    )
    body = v4.body(report)
    assert len(body) > LARGE_BYTES
    assert store.add_run(report, original=b"log", body=body, format_="runlog", now=clock())
    return task.sandbox_id, body


def test_a_large_body_goes_out_in_the_encoding_that_the_client_likes(store: Store, clock: FakeClock) -> None:
    lookup = Lookup(store, now=clock)
    sandbox_id, body = _large(store, clock)
    zipped = lookup.by_sandbox_id(sandbox_id, GZIP)
    packed = lookup.by_sandbox_id(sandbox_id, Takes(gzip=True, zstd=True))
    plain = lookup.by_sandbox_id(sandbox_id)
    assert [_headers(one).get("content-encoding") for one in (zipped, packed, plain)] == ["gzip", "zstd", None]
    assert gzip.decompress(zipped.content) == zstd.decompress(packed.content) == plain.content == body
    assert [_headers(one)["content-length"] for one in (zipped, packed, plain)] == [
        str(len(one.content)) for one in (zipped, packed, plain)
    ]
    assert len({_headers(one)["etag"] for one in (zipped, packed, plain)}) == 3
    assert isinstance(plain.body, Stream)


def test_a_small_body_is_packed_for_who_takes_zstd_only(store: Store, clock: FakeClock) -> None:
    lookup = Lookup(store, now=clock)
    _reported(store, clock)
    md5 = digests_of(DATA).md5
    for running in (False, True):
        if running:
            clock.advance(seconds=1)
            _submitted(store, clock)
        packed, plain = lookup.by_hash(md5, Takes(zstd=True)), lookup.by_hash(md5)
        assert (_headers(packed)["content-encoding"], _headers(packed)["vary"]) == ("zstd", "accept-encoding")
        assert zstd.decompress(packed.content) == plain.content
        assert _headers(packed)["content-length"] == str(len(packed.content))
        assert _headers(packed)["etag"] not in {_headers(plain)["etag"], _headers(lookup.by_hash(md5, GZIP))["etag"]}


def test_a_file_is_found_by_its_sha512(store: Store, clock: FakeClock) -> None:
    lookup = Lookup(store, now=clock)
    _reported(store, clock)
    name = hashlib.sha512(DATA).hexdigest()
    assert lookup.by_hash(name.upper(), GZIP) == lookup.by_hash(digests_of(DATA).sha256, GZIP)
    assert lookup.by_hash("0" * 128) == lookup.by_hash("0" * 64)
    assert lookup.by_hash("x" * 128) == lookup.by_hash("x" * 64)


def test_a_large_last_analysis_names_the_one_that_runs_too(store: Store, clock: FakeClock) -> None:
    lookup = Lookup(store, now=clock)
    _, body = _large(store, clock)
    clock.advance(seconds=1)
    second = _submitted(store, clock)
    for takes in (PLAIN, GZIP):
        answer = lookup.by_hash(digests_of(DATA).md5, takes)
        assert json.loads(answer.content) == {**json.loads(body), "scan_in_progress": second}
        assert _headers(answer)["content-length"] == str(len(answer.content))
