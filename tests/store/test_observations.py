"""What the reports saw, by value; and reports that were stored before that was kept."""

from pathlib import Path
from typing import Any

import pytest

from fulgurite.model.events import DnsQuery
from fulgurite.model.hashes import digests_of
from fulgurite.model.observed import MAX_VALUES
from fulgurite.model.verdict import Verdict
from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer
from fulgurite.store import Store, observations
from tests import builders
from tests.store.values import NOW, imported, sandbox_id

DATA = b"a sample"
QUERY = DnsQuery(name="evil.example")


def stored(store: Store, number: int, score: int | None, **fields: Any) -> str:
    """An imported report of this score that asked for evil.example."""
    given: dict[str, Any] = {"events": (QUERY,), "score": score, **fields}
    return imported(store, number, builders.sample(b"%d" % number), **given).sandbox_id


def counted(store: Store, viewer: Viewer = PUBLIC) -> dict[Verdict, int]:
    counts = observations.counts(store.database, "domain", "evil.example", viewer)
    return {verdict: count for verdict, count in counts.items() if count > 0}


def test_values_are_counted_by_verdict(store: Store) -> None:
    for number, score in enumerate([10, 8, 5, 3, None], start=1):
        stored(store, number, score)
    assert counted(store) == {
        Verdict.MALICIOUS: 2,
        Verdict.SUSPICIOUS: 1,
        Verdict.BENIGN: 1,
        Verdict.UNKNOWN: 1,
    }
    seen = observations.sightings(store.database, "domain", "evil.example", 3, PUBLIC)
    assert [(one.sandbox_id, one.verdict) for one in seen] == [
        (sandbox_id(2), Verdict.MALICIOUS),
        (sandbox_id(1), Verdict.MALICIOUS),
        (sandbox_id(3), Verdict.SUSPICIOUS),
    ]
    assert seen[0].sha256 == digests_of(b"2").sha256
    assert seen[0].requested_at == seen[0].stored_at == NOW


def test_a_failed_run_says_nothing(store: Store) -> None:
    stored(store, 1, 9, outcome="failed")
    assert counted(store) == {}
    assert observations.score(store.database, sandbox_id(1)) is None


@pytest.mark.parametrize(("given", "kept"), [(None, None), (-5, 1), (1, 1), (10, 10), (1000, 10)])
def test_a_score_is_kept_in_its_range(store: Store, given: int | None, kept: int | None) -> None:
    name = stored(store, 1, given)
    assert observations.score(store.database, name) == kept
    summary = store.finder.summaries([bytes.fromhex(digests_of(b"1").md5)])[0]
    assert summary is not None
    assert summary.score == (kept or 0)


def test_the_rest_is_counted(store: Store) -> None:
    stored(store, 1, 9, events=tuple(DnsQuery(name=f"n{n}.example") for n in range(MAX_VALUES + 3)))
    assert store.database.value("SELECT observed_rest FROM reports") == 3
    assert store.database.value("SELECT count(*) FROM observed") == MAX_VALUES


def test_what_is_private_is_seen_by_who_may(store: Store) -> None:
    name = stored(store, 1, 9)
    with store.database.write("testing") as connection:
        connection.execute("UPDATE observed SET private_to = 7 WHERE sandbox_id = ?", (name,))
    assert counted(store) == {}
    assert counted(store, Viewer(key_id=8)) == {}
    assert counted(store, Viewer(key_id=7)) == counted(store, EVERYTHING) == {Verdict.MALICIOUS: 1}
    assert observations.sightings(store.database, "domain", "evil.example", 9, PUBLIC) == ()


def test_older_reports_are_worked_off_at_the_next_start(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        names = [stored(store, number, 9) for number in (1, 2)]
        lost = store.report(names[1])
        assert lost is not None
        with store.database.write("testing") as connection:
            connection.execute("DELETE FROM observed")
            connection.execute("UPDATE reports SET is_digested = 0, score = NULL")
            connection.execute("UPDATE reports SET native_sha256 = ? WHERE sandbox_id = ?", ("0" * 64, names[1]))
    with Store.open(tmp_path) as store:
        assert counted(store) == {Verdict.MALICIOUS: 1}
        assert [observations.score(store.database, name) for name in names] == [9, None]
        assert observations.work_off(store.database, store.packing) == 0
        summary = store.finder.summaries([bytes.fromhex(digests_of(b"1").sha256)])[0]
        assert summary is not None
        assert (summary.last.hex(), summary.score) == (names[0], 9)
