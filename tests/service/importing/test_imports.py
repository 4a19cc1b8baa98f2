"""Foreign reports come in."""

import gzip
import hashlib
import io
import json
import random
import shutil
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import IO, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.exports import v4
from fulgurite.model import report as native
from fulgurite.model.artifact import Artifact
from fulgurite.model.hashes import digests_of, sha256_of
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample
from fulgurite.service import evidence
from fulgurite.service.bodies import PLAIN
from fulgurite.service.importing import Imported, Importing, Writer
from fulgurite.service.importing.messages import Order
from fulgurite.service.importing.reading import Wanting
from fulgurite.service.lookup import Lookup
from fulgurite.service.submit import submit
from fulgurite.store import Store
from fulgurite.store.arrivals import Added, Arrival
from tests import builders
from tests.fakes import FakeClock
from tests.imports import Here, import_all, import_report
from tests.service.importing.given import zipped
from tests.store.values import add_import

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT.parent / "shared/spec/hash-lookup-with-sandbox.txt"
DATA = b"MZ one"
DIGESTS = digests_of(DATA)
OTHER = sha256_of(b"another")

SMALL = b"""{
 "md5": "%(md5)b", "sha1": "%(sha1)b", "sha256": "%(sha256)b",
 "data_id": "bzIyMDEwMmFiY2RlZmdoaWprbG1ub3A",
 "request_time": "2022-01-02T03:04:05.678Z", "browser": "os_default", "timeout": "short",
 "scan_results": {"scan_all_result_a": "Infected", "scan_all_result_i": 1, "progress_percentage": 100,
                  "infection_score": 8},
 "system": "windows10",
 "details": {"procLabels": [], "flowLabels": [],
             "data": {"search": [], "processes": [], "misc": [], "network": [], "registry": [], "files": [],
                      "mutex": [{"d": {"status": 0, "op": "MutantCreate", "mutant": "x", "proc": 1},
                                 "n": "windows.mutant"}]}},
 "summary": {"dumped": [], "network": {}, "signatures": [{"name": "Does things", "score": 8}], "processes": []},
 "sandbox_version": "2", "sandbox_id": "606d68d18d6e6d0c1c3a5d0f", "rescan_available": true
}""" % {name.encode(): digest.upper().encode() for name, digest in DIGESTS._asdict().items()}


def _imported(
    store: Store, clock: FakeClock, data: bytes, *, name: str | None = None, sha256: str | None = None
) -> Imported:
    return import_report(store, data, name=name, sha256=sha256, now=clock())


def _native(**fields: Any) -> bytes:
    """A report of another store, as bytes."""
    known = {"source": Source(name="cape"), "sandbox_id": None, "data_id": None}
    return native.encode(builders.report(**{**known, **fields}))


def _spellings(digest: str) -> tuple[str, ...]:
    mixed = random.Random(digest)  # noqa: S311 - no secret
    return digest.lower(), digest.upper(), "".join(mixed.choice((c.lower(), c.upper())) for c in digest)


def _assert_found(store: Store, clock: FakeClock, document: dict[str, Any]) -> None:
    """`document` comes back field for field by each of its hashes, in any case."""
    lookup = Lookup(store, now=clock)
    for name in ("md5", "sha1", "sha256"):
        for text in _spellings(document[name]):
            answer = lookup.by_hash(text, PLAIN)
            assert answer.status == 200
            shown = json.loads(answer.content)
            assert {key: shown.get(key) for key in document} == document
            assert shown["private_processing"] == 0
            assert shown["final_verdict"]["verdict"] == "LIKELY_MALICIOUS"
            assert shown["analysis"]["infection_score"] == 8
            assert shown["_id"] == document["sandbox_id"]


def test_a_documented_body_comes_back_field_for_field(store: Store, clock: FakeClock) -> None:
    done = _imported(store, clock, SMALL)
    assert done == Imported(
        outcome="imported", format="metadefender", sha256=DIGESTS.sha256, sandbox_id="606d68d18d6e6d0c1c3a5d0f"
    )
    _assert_found(store, clock, json.loads(SMALL))
    assert evidence.original(store, "606d68d18d6e6d0c1c3a5d0f") == SMALL


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the vendor's page with the example is not beside the repository")
def test_the_documented_example_comes_back_field_for_field(store: Store, clock: FakeClock) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    document, _ = json.JSONDecoder(strict=False).raw_decode(text[text.index('{\n"md5"') :])
    data = json.dumps(document).encode()
    done = _imported(store, clock, data)
    assert (done.outcome, done.sandbox_id) == ("imported", document["sandbox_id"])
    _assert_found(store, clock, document)
    assert evidence.original(store, document["sandbox_id"]) == data


def test_the_same_bytes_come_in_once(store: Store, clock: FakeClock) -> None:
    first = _imported(store, clock, SMALL)
    again = _imported(store, clock, SMALL)
    assert again == Imported(
        outcome="duplicate", format="metadefender", sha256=DIGESTS.sha256, sandbox_id=first.sandbox_id
    )
    assert store.database.value("SELECT count(*) FROM reports") == 1


def test_other_bytes_with_a_taken_id_get_a_new_one(store: Store, clock: FakeClock) -> None:
    _imported(store, clock, SMALL)
    other = _imported(store, clock, SMALL + b"\n")
    assert other.outcome == "imported"
    assert other.sandbox_id is not None
    assert other.sandbox_id != "606d68d18d6e6d0c1c3a5d0f"
    report = evidence.report(store, other.sandbox_id)
    assert (report.sandbox_id, report.data_id) == (other.sandbox_id, "bzIyMDEwMmFiY2RlZmdoaWprbG1ub3A")


def test_ids_that_are_none_are_made_anew(store: Store, clock: FakeClock) -> None:
    data = _native(sandbox_id="no id/../at all", data_id="../x", sample=builders.sample(DATA))
    done = _imported(store, clock, data)
    report = evidence.report(store, done.sandbox_id or "")
    assert report.data_id is not None
    assert report.data_id.startswith("bz")
    assert len(done.sandbox_id or "") == 24


def test_a_data_id_of_another_file_is_not_taken_over(store: Store, clock: FakeClock) -> None:
    theirs = submit(store, b"another", options=None, file_name=None, key_id=None, now=clock())
    done = _imported(store, clock, _native(sample=builders.sample(DATA), data_id=theirs.data_id))
    assert evidence.report(store, done.sandbox_id or "").data_id != theirs.data_id
    ours = submit(store, DATA, options=None, file_name=None, key_id=None, now=clock())
    done = _imported(store, clock, _native(sample=builders.sample(DATA), data_id=ours.data_id))
    assert evidence.report(store, done.sandbox_id or "").data_id == ours.data_id


@pytest.mark.parametrize(
    ("sample", "given", "name", "sha256"),
    [
        (Sample(sha256=DIGESTS.sha256), None, "x.json", DIGESTS.sha256),
        (Sample(sha256=DIGESTS.sha256.upper()), DIGESTS.sha256, f"{OTHER}.json", DIGESTS.sha256),
        (Sample(), DIGESTS.sha256.upper(), f"{OTHER}.json", DIGESTS.sha256),
        (Sample(), None, f"report_{DIGESTS.sha256.upper()}.dat.json", DIGESTS.sha256),
        (Sample(md5=DIGESTS.md5), None, f"{OTHER}.json", None),
        (Sample(md5=DIGESTS.md5), DIGESTS.sha256, None, DIGESTS.sha256),
    ],
)
def test_the_sample_is_the_reports_then_the_one_given_then_the_names(
    store: Store, clock: FakeClock, sample: Sample, given: str | None, name: str | None, sha256: str | None
) -> None:
    done = _imported(store, clock, _native(sample=sample), name=name, sha256=given)
    assert (done.outcome, done.sha256, done.format) == ("imported", sha256, "native")
    assert Lookup(store, now=clock).by_hash(sha256 or DIGESTS.md5, PLAIN).status == 200


@pytest.mark.parametrize(
    ("data", "rest", "reason", "format_"),
    [
        (b"", {}, "no format that can be imported", None),
        (b"no report", {}, "no format that can be imported", None),
        (b'{"record":"header"}', {}, "", "runlog"),
        (_native(sample=Sample()), {}, "names no hash of its sample", "native"),
        (_native(sample=Sample()), {"name": "a" * 65 + ".json"}, "names no hash of its sample", "native"),
        (_native(sample=Sample()), {"sha256": "xyz"}, "hash: expected", None),
        (_native(sample=Sample()), {"sha256": "0" * 32}, "sha256: expected 64 hex digits", None),
        (_native(sample=builders.sample(DATA)), {"sha256": OTHER}, f"the report is about {DIGESTS.sha256}", "native"),
        (_native(sample=Sample(sha256="0" * 40)), {}, "expected the sha256 of the sample", "native"),
        (_native(sample=Sample(md5="teapot")), {}, "hash: expected", "native"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(
    store: Store, clock: FakeClock, data: bytes, rest: dict[str, str], reason: str, format_: str | None
) -> None:
    done = _imported(store, clock, data, **rest)
    assert (done.outcome, done.format, done.sandbox_id) == ("refused", format_, None)
    assert reason in (done.reason or "")
    assert store.database.value("SELECT count(*) FROM reports") == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.text(max_size=20) | st.none(), st.text(max_size=70) | st.none())
def test_any_bytes_have_an_outcome(
    store: Store, clock: FakeClock, data: bytes, name: str | None, sha256: str | None
) -> None:
    assert _imported(store, clock, data, name=name, sha256=sha256).outcome == "refused"


def test_known_hashes_complete_a_report(store: Store, clock: FakeClock) -> None:
    submit(store, DATA, options=None, file_name=None, key_id=None, now=clock())
    done = _imported(store, clock, _native(sample=Sample(md5=DIGESTS.md5)))
    assert done.sha256 == DIGESTS.sha256
    report = evidence.report(store, done.sandbox_id or "")
    assert (report.sample.md5, report.sample.sha1, report.sample.sha256) == DIGESTS
    assert report.rescan_available is True
    assert Lookup(store, now=clock).by_hash(DIGESTS.sha1, PLAIN).status == 200


def test_artifacts_of_another_store_are_not_here(store: Store, clock: FakeClock) -> None:
    artifact = Artifact(name="files/1.dat", kind="martian", sha256=OTHER, is_kept=True)
    done = _imported(store, clock, _native(sample=builders.sample(DATA), artifacts=(artifact,)))
    [shown] = evidence.report(store, done.sandbox_id or "").artifacts
    assert not shown.is_kept


def test_the_last_is_the_one_asked_for_last_also_among_foreign_ones(store: Store, clock: FakeClock) -> None:
    later = _native(sample=builders.sample(DATA), requested_at=clock())
    undated = _native(sample=builders.sample(DATA), requested_at=None)
    old = clock()
    done = _imported(store, clock, later)
    lookup = Lookup(store, now=clock)
    clock.at = old.replace(year=2020)
    # A report that does not say when it was asked for counts as asked for when it came in.
    _imported(store, clock, undated)
    assert json.loads(lookup.by_hash(DIGESTS.md5, PLAIN).content)["sandbox_id"] == done.sandbox_id
    clock.at = old.replace(year=2030)
    last = _imported(store, clock, _native(sample=builders.sample(DATA), requested_at=None, tags=("x",)))
    assert json.loads(lookup.by_hash(DIGESTS.md5, PLAIN).content)["sandbox_id"] == last.sandbox_id


def test_a_run_log_of_ours_comes_in_with_our_rules(store: Store, clock: FakeClock) -> None:
    log = builders.run_log(header=builders.log_header(sample=builders.sample(DATA)))
    done = _imported(store, clock, b"\xef\xbb\xbf" + log)
    assert (done.outcome, done.format, done.sha256) == ("imported", "runlog", DIGESTS.sha256)
    assert evidence.original(store, done.sandbox_id or "") == b"\xef\xbb\xbf" + log


def test_what_was_imported_survives_a_lost_index(tmp_path: Path, clock: FakeClock) -> None:
    with Store.open(tmp_path) as store:
        _imported(store, clock, SMALL)
    shutil.rmtree(tmp_path / "index.lmdb")
    with Store.open(tmp_path) as store:
        _assert_found(store, clock, json.loads(SMALL))


def test_what_is_stored_renders_as_it_did(store: Store, clock: FakeClock) -> None:
    done = _imported(store, clock, SMALL)
    report: Report = evidence.report(store, done.sandbox_id or "")
    assert Lookup(store, now=clock).by_sandbox_id(done.sandbox_id or "", PLAIN).content == v4.body(report)
    assert msgspec.json.decode(v4.body(report))["md5"] == DIGESTS.md5.upper()


def _count(store: Store) -> int:
    count: int = store.database.value("SELECT count(*) FROM reports")
    return count


def test_several_reports_of_one_document_come_in_once_each(store: Store, clock: FakeClock) -> None:
    both = [json.loads(_native(sample=builders.sample(DATA), tags=(tag,))) for tag in ("a", "b")]
    data = json.dumps(both).encode()
    outcomes = import_all(store, data, now=clock())
    assert [one.outcome for one in outcomes] == ["imported", "imported"]
    ids = [one.sandbox_id for one in outcomes]
    assert [evidence.original(store, name or "") for name in ids] == [data, data]
    assert [evidence.report(store, name or "").tags for name in ids] == [("a",), ("b",)]
    for packed in (data, gzip.compress(data), zipped(x=data, y=data)):
        # Known by the digest of the whole, and, where that is lost, report by report.
        for _ in range(2):
            again = import_all(store, packed, now=clock())
            assert {(one.outcome, one.sandbox_id) for one in again} == {("duplicate", name) for name in ids}
            with store.database.write("testing") as connection:
                connection.execute("DELETE FROM taken_in")
    assert _count(store) == 2


def test_a_file_of_which_more_is_known_now_is_no_other_file(store: Store, clock: FakeClock) -> None:
    data = _native(sample=Sample(md5=DIGESTS.md5))
    first = _imported(store, clock, data)
    submit(store, DATA, options=None, file_name=None, key_id=None, now=clock())
    with store.database.write("testing") as connection:
        connection.execute("DELETE FROM taken_in")
    assert _imported(store, clock, data).sandbox_id == first.sandbox_id
    # Told with the hash, too.
    assert _imported(store, clock, data, sha256=DIGESTS.sha256).sandbox_id == first.sandbox_id
    assert _count(store) == 1


def test_the_same_bytes_may_be_about_several_files(store: Store, clock: FakeClock) -> None:
    data = _native(sample=Sample())
    for digest in (DIGESTS.sha256, OTHER):
        for name in (f"{digest}.json", f"x/{digest}/report.json"):
            assert _imported(store, clock, data, name=name).sha256 == digest
    assert _count(store) == 2


def test_what_was_refused_is_read_again(store: Store, clock: FakeClock) -> None:
    packed = zipped(a=_native(sample=Sample()), b=_native(sample=builders.sample(DATA)))
    first = import_all(store, packed, now=clock())
    again = import_all(store, packed, now=clock())
    assert [one.outcome for one in first] == ["refused", "imported"]
    assert [one.outcome for one in again] == ["refused", "duplicate"]


def test_an_id_that_another_process_takes_meanwhile_is_made_anew(store: Store, clock: FakeClock) -> None:
    class Racing(Here):
        """Imports a report with the same id, when the names of ours are chosen already."""

        def read(self, file: IO[bytes], order: Order, wanting: Wanting) -> str:
            digest = super().read(file, order, wanting)
            if _count(store) == 0:
                other = builders.report(sandbox_id="5f" * 12, data_id="bzother", sample=builders.sample(b"other"))
                add_import(store, other, original=b"other")
            return digest

    class Slow(Writer):
        """Keeps nothing before it is left."""

        def put(self, arrival: Arrival) -> "Future[Added]":
            kept: Future[Added] = Future()
            done = super().put
            threading.Timer(0.2, lambda: kept.set_result(done(arrival).result())).start()
            return kept

    with Slow(store) as writer:
        importing = Importing(store, Racing(), writer, now=clock)
        [outcome] = importing.take(io.BytesIO(_native(sample=builders.sample(DATA), sandbox_id="5f" * 12)), name=None)
    assert outcome.outcome == "imported"
    assert outcome.sandbox_id not in (None, "5f" * 12)
    assert evidence.report(store, outcome.sandbox_id or "").sandbox_id == outcome.sandbox_id


def test_a_report_that_changes_while_it_is_read_is_remembered_as_what_was_read(store: Store, clock: FakeClock) -> None:
    class Changing(io.BytesIO):
        """Another content once it has been read to its end."""

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            if data == b"":
                at = self.tell()
                self.seek(0)
                self.truncate()
                self.write(_native(sample=builders.sample(b"later")))
                self.seek(at)
            return data

    with Writer(store) as writer:
        importing = Importing(store, Here(), writer, now=clock)
        [outcome] = importing.take(Changing(_native(sample=builders.sample(DATA))), name=None)
    assert outcome.sha256 == sha256_of(b"later")
    assert _imported(store, clock, _native(sample=builders.sample(DATA))).outcome == "imported"


def test_a_file_is_found_by_the_sha512_that_its_report_states(store: Store, clock: FakeClock) -> None:
    name = hashlib.sha512(DATA).hexdigest()
    _imported(store, clock, _native(sample=builders.sample(DATA, sha512=name.upper())))
    lookup = Lookup(store, now=clock)
    assert lookup.by_hash(name, PLAIN).body == lookup.by_hash(DIGESTS.sha1, PLAIN).body
    assert lookup.by_hash(name.upper(), PLAIN).status == 200
    assert lookup.by_hash(name[::-1], PLAIN).status == 404
