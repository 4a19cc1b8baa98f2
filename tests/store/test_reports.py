"""Which analysis is the last, which are reachable, what is imported once."""

from datetime import timedelta

import msgspec
import pytest

from fulgurite.errors import NotFound
from fulgurite.exports import v4
from fulgurite.model.artifact import Artifact
from fulgurite.model.hashes import digests_of, sha256_of
from fulgurite.model.sample import Sample
from fulgurite.store import Store, reports
from fulgurite.store.reports import Subject
from tests import builders
from tests.store.values import LIMITS, NOW, add_import, data_id, imported, reported, run_report, sandbox_id, submitted

DATA = b"MZ one"


def _last(store: Store, data: bytes = DATA) -> list[str | None]:
    """The last analysis by each hash, as the database has it; the index must say the same."""
    told = []
    for digest in digests_of(data):
        row = store.last_report(digest)
        found = store.finder.found(bytes.fromhex(digest))
        indexed = b"" if found is None else found.gzipped
        assert indexed == (b"" if row is None else store.body(row).gzipped)
        told.append(None if row is None else row.sandbox_id)
    return told


def test_the_last_is_the_one_asked_for_last(store: Store) -> None:
    reported(store, 1, DATA, at=NOW)
    reported(store, 2, DATA, at=NOW + timedelta(seconds=1))
    assert _last(store) == [sandbox_id(2)] * 3
    # It came in later, but was asked for earlier.
    imported(store, 3, builders.sample(DATA), at=NOW - timedelta(days=1))
    assert _last(store) == [sandbox_id(2)] * 3
    imported(store, 4, builders.sample(DATA), at=NOW + timedelta(microseconds=1_000_001))
    assert _last(store) == [sandbox_id(4)] * 3


def test_of_two_asked_for_at_once_the_later_kept_is_the_last(store: Store) -> None:
    reported(store, 2, DATA)
    reported(store, 1, DATA)
    assert _last(store) == [sandbox_id(1)] * 3


def test_a_failed_run_hides_nothing(store: Store) -> None:
    reported(store, 1, DATA, at=NOW)
    submitted(store, 2, DATA, at=NOW + timedelta(days=1))
    store.claim(NOW, LIMITS)
    store.fail(sandbox_id(2), "it broke")
    imported(store, 3, builders.sample(DATA), at=NOW + timedelta(days=2), outcome="failed", reasons=("x",), score=None)
    assert _last(store) == [sandbox_id(1)] * 3
    assert store.report(sandbox_id(3)) is not None


def test_a_failed_report_alone_makes_a_file_known(store: Store) -> None:
    imported(store, 1, builders.sample(DATA), outcome="failed", score=None)
    assert _last(store) == [None] * 3
    assert store.finder.found(bytes.fromhex(sha256_of(DATA))) is not None


def test_earlier_ones_stay_reachable(store: Store) -> None:
    for number in range(1, 4):
        reported(store, number, DATA, at=NOW + timedelta(seconds=number))
    for number in range(1, 4):
        assert store.finder.body(bytes.fromhex(sandbox_id(number))) is not None
        row = store.report(sandbox_id(number))
        assert row is not None
        assert (row.data_id, row.sha256, row.is_imported) == (data_id(number), sha256_of(DATA), False)


def test_files_that_share_an_md5_share_the_last_by_it(store: Store) -> None:
    one = builders.sample(b"MZ one")
    other = msgspec.structs.replace(builders.sample(b"MZ other"), md5=one.md5)
    imported(store, 1, one, at=NOW)
    imported(store, 2, other, at=NOW + timedelta(seconds=1))
    assert one.md5 is not None
    row = store.last_report(one.md5)
    assert row is not None
    assert row.sandbox_id == sandbox_id(2)
    assert store.last_report(one.sha256 or "") == store.report(sandbox_id(1))


def test_the_same_bytes_about_the_same_file_come_in_once(store: Store) -> None:
    assert imported(store, 1, builders.sample(DATA), content=b"{}").outcome == "stored"
    assert imported(store, 2, builders.sample(DATA), content=b"{}") == ("duplicate", sandbox_id(1))
    assert imported(store, 3, builders.sample(b"another"), content=b"{}").outcome == "stored"
    subject = Subject(sha256=sha256_of(DATA))
    assert reports.imported(store.database, sha256_of(b"{}"), 0, subject) == sandbox_id(1)
    assert reports.imported(store.database, sha256_of(b"{}"), 1, subject) is None
    assert reports.imported(store.database, sha256_of(b"[]"), 0, subject) is None


def test_an_id_belongs_to_one_analysis(store: Store) -> None:
    submitted(store, 1, DATA)
    assert imported(store, 1, builders.sample(b"another")) == ("taken", sandbox_id(1))
    assert not store.is_id_free(sandbox_id(1))
    assert store.is_id_free(sandbox_id(2))
    imported(store, 2, builders.sample(b"another"))
    assert not store.is_id_free(sandbox_id(2))
    assert store.is_data_id_foreign(data_id(1), sha256_of(b"another"))
    assert not store.is_data_id_foreign(data_id(1), sha256_of(DATA))
    assert store.is_data_id_foreign(data_id(2), sha256_of(DATA))
    assert not store.is_data_id_foreign(data_id(9), sha256_of(DATA))


def test_a_report_that_knew_one_hash_learns_the_others_from_the_sample(store: Store) -> None:
    known = digests_of(DATA)
    imported(store, 1, Sample(md5=known.md5))
    imported(store, 2, Sample(sha1=known.sha1), at=NOW + timedelta(seconds=1))
    assert store.digests(known.md5) is None
    assert store.finder.found(bytes.fromhex(known.sha256)) is None
    submitted(store, 3, DATA)
    assert _last(store) == [sandbox_id(2)] * 3
    assert store.digests(known.md5) == known


def test_artifacts_are_reached_through_their_report(store: Store) -> None:
    content = b"MZ dropped"
    digest = store.blobs.put_hostile(content)
    submitted(store, 1, DATA)
    task = store.claim(NOW, LIMITS)
    assert task is not None
    report = msgspec.structs.replace(
        run_report(task, DATA),
        artifacts=(
            Artifact(name="files/1.dat", kind="martian", sha256=digest, size_bytes=len(content), is_kept=True),
            Artifact(name="files/2.dat", kind="martian", sha256=digest, is_kept=False),
        ),
    )
    store.add_run(report, original=b"log", body=v4.body(report), format_="runlog", now=NOW)
    assert store.artifact(sandbox_id(1), "files/1.dat") == content
    for where, name in ((1, "files/2.dat"), (1, digest), (2, "files/1.dat")):
        with pytest.raises(NotFound):
            store.artifact(sandbox_id(where), name)


def test_a_data_id_finds_its_latest_report(store: Store) -> None:
    imported(store, 1, builders.sample(DATA))
    row = store.report_of_data_id(data_id(1))
    assert row is not None
    assert (row.sandbox_id, row.is_imported, row.format) == (sandbox_id(1), True, "metadefender")
    assert store.report_of_data_id(data_id(2)) is None


def test_a_file_of_which_other_digests_are_known_now_is_still_the_same(store: Store) -> None:
    known = digests_of(DATA)
    imported(store, 1, Sample(md5=known.md5), content=b"{}")
    imported(store, 2, builders.sample(b"another"), content=b"[]")
    digest = sha256_of(b"{}")
    assert reports.imported(store.database, digest, 0, Subject(known.sha256, known.sha1, known.md5)) == sandbox_id(1)
    assert reports.imported(store.database, digest, 0, Subject(sha1=known.sha1)) is None
    # The same MD5 does not make the same file where the SHA-256 says otherwise.
    other = Subject(sha256_of(DATA), md5=builders.sample(b"another").md5)
    assert reports.imported(store.database, sha256_of(b"[]"), 0, other) is None


def test_the_last_of_a_data_id_is_the_one_asked_for_last(store: Store) -> None:
    for number, days in ((1, 2), (2, 0), (3, 1)):
        report = builders.report(
            sandbox_id=sandbox_id(number), data_id=data_id(1), requested_at=NOW - timedelta(days=days)
        )
        add_import(store, report, original=b"%d" % number)
    row = store.report_of_data_id(data_id(1))
    assert row is not None
    assert row.sandbox_id == sandbox_id(2)
