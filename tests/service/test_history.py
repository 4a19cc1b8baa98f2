"""The bodies of `POST /v4/hash` and of a file's history."""

import json

from mcl_platform_sdk.models.bulk_hash_lookup_results import BulkHashLookupResults
from mcl_platform_sdk.models.scan_history1 import ScanHistory1

from fulgurite.model.hashes import digests_of
from fulgurite.model.viewer import PUBLIC
from fulgurite.service import history
from fulgurite.store import Store
from tests import builders
from tests.store.values import data_id, imported, ran, submitted

DATA = b"a sample"
DIGESTS = digests_of(DATA)


def test_the_history_of_a_file(store: Store) -> None:
    submitted(store, 1, DATA)
    ran(store)
    submitted(store, 2, DATA)
    body = history.scan_history(store, bytes.fromhex(DIGESTS.sha1), 10, 0, PUBLIC)
    assert body is not None
    told = json.loads(body)
    assert [told[kind] for kind in ("md5", "sha1", "sha256")] == [digest.upper() for digest in DIGESTS]
    assert [(one["data_id"], one["scan_all_result_i"]) for one in told["scan_result_history"]] == [
        (data_id(2), 255),
        (data_id(1), 10),
    ]
    assert told["scan_result_history"][0] == {
        "data_id": data_id(2),
        "scan_all_result_i": 255,
        "start_time": "2026-01-02T03:04:05.678Z",
        "total_time": "0",
        "total_avs": 0,
        "total_detected_avs": 0,
    }
    assert ScanHistory1.from_json(body.decode()) is not None


def test_a_file_that_only_a_report_names_by_one_hash(store: Store) -> None:
    imported(store, 1, builders.sample(DATA, sha256=None, sha1=None))
    body = history.scan_history(store, bytes.fromhex(DIGESTS.md5), 10, 0, PUBLIC)
    assert body is not None
    told = json.loads(body)
    assert (told["md5"], told["sha1"], told["sha256"]) == (DIGESTS.md5.upper(), "", "")
    assert [entry["data_id"] for entry in told["scan_result_history"]] == [data_id(1)]


def test_an_unknown_file(store: Store) -> None:
    assert history.scan_history(store, bytes(16), 10, 0, PUBLIC) is None


def test_many_hashes(store: Store) -> None:
    submitted(store, 1, DATA)
    body = history.bulk(store, [DIGESTS.md5.upper(), "0" * 64, "no hash", 7], PUBLIC)
    items = json.loads(body)["data"]
    assert items[0] == {
        "data_id": data_id(1),
        "scan_result_i": 255,
        "hash": DIGESTS.md5.upper(),
        "scan_details": {},
        "total_detected_avs": 0,
    }
    assert [(one["data_id"], one["scan_result_i"], one["hash"]) for one in items[1:]] == [
        ("", 5, "0" * 64),
        ("", 5, "no hash"),
        ("", 5, ""),
    ]
    assert [one["error"]["code"] for one in items[1:]] == [404003, 400064, 400064]
    assert BulkHashLookupResults.from_json(body.decode()) is not None
