"""Stored reports matched anew."""

from pathlib import Path

import pytest

from fulgurite import rules
from fulgurite.errors import StoreFull
from fulgurite.exports import v4
from fulgurite.model import report as native
from fulgurite.model.report import Report
from fulgurite.rules import RuleSet
from fulgurite.service import rematch, rulebook
from fulgurite.store import Store, rematching
from tests import builders
from tests.store.values import imported, reported, sandbox_id

TEXT = "name: own\nscore: {}\nwhen: {{file: {{verb: write}}}}\ncases: {{match: [[]], miss: [[]]}}\n"


def _folder(tmp_path: Path, score: int = 9) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    (folder / "own.yml").write_text(TEXT.format(score))
    return folder


def _report(store: Store, number: int) -> Report:
    row = store.report(sandbox_id(number))
    assert row is not None
    return native.decode(store.packing.native(row))


def _applied(store: Store, folder: Path, *, jobs: int = 1) -> tuple[list[int], tuple[str, ...], RuleSet]:
    told: list[int] = []
    rule_set = rulebook.load([folder]).rules
    done = rematch.apply(store, [folder], rule_set, jobs=jobs, progress=told.append)
    assert told[-1:] == ([done.done] if told else [])
    return told, done.skipped, rule_set


def test_reports_are_matched_anew_and_then_left_alone(store: Store, tmp_path: Path) -> None:
    reported(store, 1, b"MZ one")
    imported(store, 2, builders.sample(b"MZ two"), source=builders.source(name="cape"), score=3)
    folder = _folder(tmp_path)
    told, skipped, rule_set = _applied(store, folder)
    assert (told, skipped, rematch.waiting(store, rule_set)) == ([2], (), 0)
    own, foreign = _report(store, 1), _report(store, 2)
    assert own.matched is not None
    assert (own.score, own.matched.digest) == (9, rule_set.digest)
    assert "own" in {one.label for one in own.signatures}
    assert foreign.matched is not None
    assert (foreign.score, foreign.matched.score) == (3, None)
    assert _applied(store, folder)[0] == []
    _folder(tmp_path, score=8)
    assert _applied(store, folder)[0] == [2]
    assert _report(store, 1).score == 8


def test_several_processes_find_the_same(store: Store, tmp_path: Path) -> None:
    for number in range(1, 5):
        imported(store, number, builders.sample(b"%d" % number), events=(builders.file_write(),) * number)
    _, skipped, rule_set = _applied(store, _folder(tmp_path), jobs=2)
    assert skipped == ()
    for number in range(1, 5):
        report = _report(store, number)
        assert report == rules.enriched(rule_set, report)
        row = store.report(sandbox_id(number))
        assert row is not None
        assert store.packing.body_content(row) == v4.body(report)


def test_a_report_that_cannot_be_read_stays(store: Store, tmp_path: Path) -> None:
    imported(store, 1, builders.sample(b"1"))
    imported(store, 2, builders.sample(b"2"))
    with store.database.write("breaking a report") as connection:
        connection.execute("UPDATE reports SET native_sha256 = ? WHERE sandbox_id = ?", ("0" * 64, sandbox_id(1)))
    told, skipped, rule_set = _applied(store, _folder(tmp_path))
    assert told == [1]
    assert [one.partition(":")[0] for one in skipped] == [sandbox_id(1)]
    assert rematch.waiting(store, rule_set) == 1


def test_what_was_broken_off_goes_on_where_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        imported(store, number, builders.sample(b"%d" % number))
    monkeypatch.setattr(rematch, "BATCH", 2)
    folder = _folder(tmp_path)
    rule_set = rulebook.load([folder]).rules

    def broken_off(done: int) -> None:
        if done == 4:
            raise StoreFull("no room")

    with pytest.raises(StoreFull):
        rematch.apply(store, [folder], rule_set, jobs=1, progress=broken_off)
    assert rematching.count(store, rule_set.digest) == 1
    assert _applied(store, folder)[0] == [1]


def test_private_reports_stay_private(store: Store, tmp_path: Path) -> None:
    reported(store, 1, b"MZ one")
    with store.database.write("making it private") as connection:
        connection.execute("UPDATE reports SET private_to = 7")
    _applied(store, _folder(tmp_path))
    row = rematching.stale(store, "other", 0, 1)[0].row
    assert b'"private_processing":1' in store.packing.body_content(row)
