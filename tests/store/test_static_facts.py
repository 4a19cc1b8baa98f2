"""Static facts are kept, also that there are none."""

from fulgurite.model.hashes import digests_of
from fulgurite.store import Store, static_facts
from tests.store.values import submitted


def test_facts_are_kept(store: Store) -> None:
    submitted(store, 1, b"a")
    sha256 = digests_of(b"a").sha256
    assert static_facts.find(store.database, sha256, "peinfo") is None
    for facts in ('{"a":1}', None):
        with store.database.write("testing") as connection:
            static_facts.insert(connection, sha256, "peinfo", facts)
        assert static_facts.find(store.database, sha256, "peinfo") == static_facts.Kept(facts)
    assert static_facts.find(store.database, sha256, "other") is None
