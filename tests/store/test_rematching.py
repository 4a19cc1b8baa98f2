"""Findings in the place of the old ones."""

import msgspec
import pytest

from fulgurite.exports import v4
from fulgurite.model import report as native
from fulgurite.model.hashes import digests_of
from fulgurite.model.matched import Matched
from fulgurite.model.report import Report
from fulgurite.store import Store, checking, compacting, deleting, observations, rematching
from fulgurite.store.rematching import Rematched, Stale
from tests import builders
from tests.store.values import NOW, found, imported, reported, sandbox_id

DATA = b"MZ one"
RULES = "ab" * 32


def _changed(store: Store, stale: Stale, *, score: int = 9) -> Rematched:
    report = native.decode(store.packing.native(stale.row))
    told = Matched(version="1", digest=RULES, count=1, score=score)
    new = msgspec.structs.replace(report, score=score, matched=told)
    return Rematched(stale.row, observations.digest_of(new), native.encode(new), v4.body(new))


def _report(store: Store, number: int) -> Report:
    row = store.report(sandbox_id(number))
    assert row is not None
    return native.decode(store.packing.native(row))


def test_what_other_rules_matched_is_found_oldest_first(store: Store) -> None:
    for number in (1, 2, 3):
        imported(store, number, builders.sample(b"%d" % number))
    assert rematching.count(store, RULES) == 3
    first = rematching.stale(store, RULES, 0, 2)
    assert [one.row.sandbox_id for one in first] == [sandbox_id(1), sandbox_id(2)]
    rest = rematching.stale(store, RULES, first[-1].seq, 2)
    assert [one.row.sandbox_id for one in rest] == [sandbox_id(3)]


def test_a_report_has_new_findings_and_stays_the_same_analysis(store: Store) -> None:
    reported(store, 1, DATA)
    imported(store, 2, builders.sample(b"MZ two"))
    before, row = found(store, DATA), store.report(sandbox_id(1))
    assert row is not None
    changes = [_changed(store, stale) for stale in rematching.stale(store, RULES, 0, 9)]
    assert rematching.replace(store, changes) == 2
    after, now = found(store, DATA), store.report(sandbox_id(1))
    assert now is not None
    assert before != after
    assert (now.requested_at, now.stored_at, now.original_sha256) == (
        row.requested_at,
        row.stored_at,
        row.original_sha256,
    )
    assert _report(store, 1).score == _report(store, 2).score == 9
    assert rematching.count(store, RULES) == 0
    assert store.packing.original(now) == b"the log of 1\n"
    assert list(checking.check(store)) == []


def test_a_long_report_is_read_again_and_again(store: Store) -> None:
    events = tuple(builders.file_write(f"C:\\Users\\Admin\\Documents\\{number}.docx") for number in range(500))
    # As its source told it: much of it stands in its native form again.
    content = native.encode(builders.report(*events))
    imported(store, 1, builders.sample(b"1"), content=content, events=events)
    for score in (9, 8):
        rematching.replace(store, [_changed(store, stale, score=score) for stale in rematching.stale(store, "", 0, 9)])
        assert _report(store, 1).events == events
    assert list(checking.check(store)) == []


def test_the_room_of_the_old_bytes_is_given_back(store: Store) -> None:
    reported(store, 1, DATA)
    rematching.replace(store, [_changed(store, stale) for stale in rematching.stale(store, RULES, 0, 9)])
    store.packs.close()
    assert compacting.compact(store, now=NOW.timestamp()).packs == 1
    assert _report(store, 1).score == 9
    assert list(checking.check(store)) == []


def test_what_changed_or_went_meanwhile_is_left_out(store: Store) -> None:
    reported(store, 1, DATA)
    imported(store, 2, builders.sample(b"MZ two"))
    one, other = rematching.stale(store, RULES, 0, 9)
    late = [_changed(store, one, score=2), _changed(store, other, score=2)]
    rematching.replace(store, [_changed(store, one)])
    deleting.analysis(store, other.row.sandbox_id)
    assert rematching.replace(store, late) == 0
    assert _report(store, 1).score == 9
    assert store.report(sandbox_id(2)) is None


def test_nothing_is_nothing(store: Store) -> None:
    assert rematching.replace(store, []) == 0
    assert rematching.stale(store, RULES, 0, 9) == []


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_it_is_found_by_every_hash(store: Store, kind: str) -> None:
    reported(store, 1, DATA)
    rematching.replace(store, [_changed(store, stale) for stale in rematching.stale(store, RULES, 0, 9)])
    entry = store.finder.found(bytes.fromhex(getattr(digests_of(DATA), kind)))
    row = store.report(sandbox_id(1))
    assert entry is not None
    assert row is not None
    assert row.body_sha256.startswith(entry.etag.decode())
