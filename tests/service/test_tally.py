"""Requests counted, over processes."""

from pathlib import Path

from fulgurite.service.tally import BUCKETS_US, HASH_LOOKUP, KINDS, OTHER, Tally, Upkeep
from fulgurite.store.counters import Counters


def test_what_is_seen_is_told_by_kind_status_and_time(tmp_path: Path) -> None:
    one, two = Tally(Counters(tmp_path)), Tally(Counters(tmp_path))
    one.seen(HASH_LOOKUP, 200, 0)
    two.seen(HASH_LOOKUP, 200, BUCKETS_US[0])
    one.seen(HASH_LOOKUP, 404, BUCKETS_US[-1])
    one.seen(OTHER, 299, 7)
    for tally in (one, two):
        told = {told.kind: told for told in tally.told()}
        assert set(told) == set(KINDS)
        hashes = told["hash_lookup"]
        assert (hashes.by_status[200], hashes.by_status[404]) == (2, 1)
        assert hashes.buckets == (1, 1, *[0] * (len(BUCKETS_US) - 2), 1)
        assert hashes.sum_us == BUCKETS_US[0] + BUCKETS_US[-1]
        assert (told["other"].by_status[0], told["other"].sum_us) == (1, 7)
        assert sum(told["sandbox_lookup"].by_status.values()) == 0
    one.mended()
    one.mended()
    two.mended()
    two.looked_through()
    assert one.upkeep() == two.upkeep() == Upkeep(rounds=1, mended=3)
    one.close()
    assert two.upkeep() == Upkeep(rounds=1, mended=3)
    assert sum(sum(told.by_status.values()) for told in two.told()) == 4
    two.close()
