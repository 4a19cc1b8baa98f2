"""Lookups of many analyses at once."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import InvalidHash, StoreError
from fulgurite.exports.v4.scores import final_verdict
from fulgurite.model.hashes import digests_of
from fulgurite.model.verdict import Verdict
from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer
from fulgurite.service import bulk
from fulgurite.store import Store
from fulgurite.store.entries import Entry
from tests import builders
from tests.store.values import imported, ran, reported, sandbox_id, submitted

_decoder = msgspec.json.Decoder(bulk.Item)


def items(store: Store, texts: Sequence[object], viewer: Viewer) -> list[bulk.Item]:
    return [_decoder.decode(line) for line in bulk.items(store, texts, viewer)]


DATA = b"a sample"
DIGESTS = digests_of(DATA)


def test_each_hash_is_answered(store: Store) -> None:
    reported(store, 1, DATA)
    submitted(store, 2, b"running")
    submitted(store, 3, DATA)
    texts = [DIGESTS.md5.upper(), DIGESTS.sha1, digests_of(b"running").sha256, "0" * 32, "no hash", 7, None, "x" * 500]
    found = items(store, texts, PUBLIC)
    assert [item.status for item in found] == [
        *("found", "found", "in_progress", "unknown"),
        *("invalid", "invalid", "invalid", "invalid"),
    ]
    assert [item.hash for item in found[:5]] == texts[:5]
    assert [item.hash for item in found[5:]] == [None, None, "x" * 128]
    first, running = found[0], found[2]
    assert (first.sandbox_id, first.scan_in_progress) == (sandbox_id(1), sandbox_id(3))
    assert (first.verdict, first.infection_score, first.scan_all_result_i) == ("NO_THREAT", 1, 0)
    assert first.scan_all_result_a == "No threat detected"
    assert first.request_time == "2026-01-02T03:04:05.678Z"
    assert (running.sandbox_id, running.scan_in_progress, running.verdict) == (sandbox_id(2), sandbox_id(2), None)
    assert [item.error and item.error["code"] for item in found[3:5]] == [404003, 400064]


def test_what_is_found_is_told_in_the_fields_of_an_item(store: Store) -> None:
    for number, score in enumerate([None, *range(1, 11)], 1):
        imported(store, number, builders.sample(b"%d" % number), score=score)
        [line] = bulk.items(store, [digests_of(b"%d" % number).sha1.upper()], PUBLIC)
        assert msgspec.json.encode(_decoder.decode(line)).decode() == line


def test_bulk_lookups_wait_for_an_index_that_is_made_anew(store: Store) -> None:
    reported(store, 1, DATA)
    with store.index.write() as changes:
        changes.clear()
    for ask in (
        lambda: bulk.items(store, [DIGESTS.md5], PUBLIC),
        lambda: bulk.by_prefix(store, DIGESTS.sha256[:8], None),
        lambda: store.key("no such key"),
    ):
        with pytest.raises(StoreError, match="made anew"):
            ask()


def test_a_file_that_was_never_run(store: Store) -> None:
    submitted(store, 1, DATA)
    with store.database.write("testing") as connection:
        connection.execute("UPDATE tasks SET state = 'failed', deadline_at = NULL")
    store.indexing.rebuild()
    item = items(store, [DIGESTS.md5], PUBLIC)[0]
    assert (item.status, item.error and item.error["code"]) == ("unknown", 404001)
    assert bulk.verdict_of(store, DIGESTS.md5, PUBLIC) is Verdict.UNKNOWN


@pytest.mark.parametrize("score", [None, *range(1, 11)])
def test_the_verdict_is_that_of_the_body(store: Store, score: int | None) -> None:
    imported(store, 1, builders.sample(DATA), score=score)
    item = items(store, [DIGESTS.sha256], PUBLIC)[0]
    assert item.verdict == final_verdict(score)["verdict"]
    assert item.infection_score == score


def test_what_is_private_is_unknown_to_others(store: Store) -> None:
    submitted(store, 1, DATA)
    with store.database.write("testing") as connection:
        connection.execute("UPDATE submissions SET private_to = 7")
        connection.execute("UPDATE tasks SET private_to = 7")
    ran(store)
    statuses = {
        viewer: items(store, [DIGESTS.sha256], viewer)[0] for viewer in (PUBLIC, Viewer(key_id=8), Viewer(key_id=7))
    }
    assert [item.status for item in statuses.values()] == ["unknown", "unknown", "found"]
    assert statuses[PUBLIC].error == items(store, ["0" * 64], PUBLIC)[0].error
    assert statuses[Viewer(key_id=7)].sandbox_id == sandbox_id(1)
    assert items(store, [DIGESTS.md5], EVERYTHING)[0].infection_score == 1
    assert bulk.by_prefix(store, DIGESTS.sha256[:8], None).matches == []


def test_files_by_the_first_digits(store: Store) -> None:
    for number in range(1, 40):
        imported(store, number, builders.sample(b"%d" % number))
    submitted(store, 90, b"only submitted")
    for length in (5, 6, 16):
        for number in (1, 17, 39):
            sha256 = digests_of(b"%d" % number).sha256
            found = bulk.by_prefix(store, sha256[:length].upper(), None)
            expected = sorted(
                digest[length:].upper()
                for digest in (digests_of(b"%d" % other).sha256 for other in range(1, 40))
                if digest.startswith(sha256[:length])
            )
            assert [match.suffix for match in found.matches] == expected
            assert found.next is None
            assert found.matches[0].verdict == "NO_THREAT"
    assert bulk.by_prefix(store, digests_of(b"only submitted").sha256[:5], None).matches == []


def test_pages_of_a_prefix(store: Store) -> None:
    digests = [
        b"\xab\xcd\xef" + bytes([number >> 8, number & 255]) + bytes(27) for number in range(2 * bulk.MAX_SUFFIXES)
    ]
    with store.index.write() as changes:
        for digest in digests:
            changes.set_hash(digest, Entry(1 << 32, score=9))
    seen: list[str] = []
    after: str | None = None
    pages = 0
    while pages == 0 or after is not None:
        matches, after = bulk.by_prefix(store, "abcde", after)
        assert len(matches) <= bulk.MAX_SUFFIXES
        seen += [match.suffix for match in matches]
        pages += 1
    assert seen == [digest.hex()[5:].upper() for digest in digests]
    assert pages == 2


@pytest.mark.parametrize(
    ("prefix", "after"),
    [
        *(("", None), ("abcd", None), ("a" * 17, None), ("abcdx", None), ("abc\u0661e", None), ("-abcd", None)),
        *(("abcde", ""), ("abcde", "0" * 58), ("abcde", "0" * 60), ("abcde", "x" * 59)),
    ],
)
def test_bad_prefixes(store: Store, prefix: str, after: str | None) -> None:
    with pytest.raises(InvalidHash):
        bulk.by_prefix(store, prefix, after)


@given(st.lists(st.one_of(st.text(), st.none(), st.integers(), st.from_regex(r"[0-9a-fA-F]{32}", fullmatch=True))))
def test_anything_is_answered_in_its_order(texts: list[object]) -> None:
    found = items(_STORE, texts, PUBLIC)
    assert [item.hash for item in found] == [text[:128] if isinstance(text, str) else None for text in texts]


@pytest.fixture(autouse=True)
def known_store(store: Store) -> None:
    global _STORE  # noqa: PLW0603 - hypothesis runs its examples outside of fixtures
    _STORE = store


_STORE: Store
