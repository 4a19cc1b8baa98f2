"""What is known of a file: bodies that the official SDK's strict models take."""

import json
from datetime import timedelta
from typing import Any

import pytest
from mcl_platform_sdk.models.file_scan_results import FileScanResults
from mcl_platform_sdk.models.hash_lookup_results import HashLookupResults

from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions
from fulgurite.service import files
from fulgurite.service.submit import Submitted, submit
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import builders
from tests.engines.pe_files import minimal_pe
from tests.fakes import FakeClock
from tests.store.values import add_import

DATA = minimal_pe(b"\xc3")
DIGESTS = digests_of(DATA)


def _file(store: Store, data_id: str) -> dict[str, Any]:
    body = files.file_result(store, data_id)
    assert body is not None
    assert FileScanResults.from_json(body.decode()) is not None
    shown: dict[str, Any] = json.loads(body)
    return shown


def _hash(store: Store, digest: str = DIGESTS.sha256) -> dict[str, Any]:
    body = files.hash_result(store, bytes.fromhex(digest))
    assert body is not None
    assert HashLookupResults.from_json(body.decode()) is not None
    shown: dict[str, Any] = json.loads(body)
    return shown


def _submitted(store: Store, clock: FakeClock, options: RunOptions | None = RunOptions()) -> Submitted:  # noqa: B008
    return submit(store, DATA, options=options, file_name="dir\\Setup.EXE", key_id=None, now=clock())


def _ran(store: Store, clock: FakeClock) -> None:
    task = store.claim(clock(), Limits())
    assert task is not None
    report = builders.report(sample=builders.sample(DATA), sandbox_id=task.sandbox_id, data_id=task.data_id)
    assert store.add_run(report, original=b"", body=v4.body(report), format_="runlog", now=clock())


def test_a_file_in_the_queue_is_said_to_be(store: Store, clock: FakeClock) -> None:
    done = _submitted(store, clock)
    shown = _file(store, done.data_id)
    assert (shown["data_id"], shown["status"], shown["in_queue"]) == (done.data_id, "inqueue", 1)
    assert shown["last_updated"] == "2026-01-02T03:04:05.678Z"
    # The SDK's poll would take any results for the end.
    assert "scan_results" not in shown


def test_a_file_being_run_is_in_progress(store: Store, clock: FakeClock) -> None:
    done = _submitted(store, clock)
    store.claim(clock(), Limits())
    store.set_progress(done.sandbox_id or "", 42)
    for shown in (_file(store, done.data_id), *(_hash(store, digest) for digest in DIGESTS)):
        assert shown["scan_results"]["scan_all_result_a"] == "In Progress"
        assert shown["scan_results"]["scan_all_result_i"] == 255
        assert shown["scan_results"]["progress_percentage"] == shown["process_info"]["progress_percentage"] == 42
        assert shown["additional_info"] == ["peinfo"]
        assert shown["sandbox"] is False


def test_an_analysed_file_says_where_to_look(store: Store, clock: FakeClock) -> None:
    done = _submitted(store, clock)
    _ran(store, clock)
    for shown in (_file(store, done.data_id), *(_hash(store, digest) for digest in DIGESTS)):
        assert shown["sandbox"] is True
        assert shown["additional_info"] == ["sandbox", "peinfo"]
        assert shown["sandbox_id"] == done.sandbox_id
        assert shown["data_id"] == done.data_id
        assert shown["scan_results"] | {"start_time": ""} == {
            "scan_details": {},
            "scan_all_result_i": 10,
            "scan_all_result_a": "Not Scanned",
            "start_time": "",
            "total_time": 0,
            "total_avs": 0,
            "total_detected_avs": 0,
            "progress_percentage": 100,
            "data_id": done.data_id,
        }
        assert shown["file_info"] == {
            "md5": DIGESTS.md5.upper(),
            "sha1": DIGESTS.sha1.upper(),
            "sha256": DIGESTS.sha256.upper(),
            "display_name": "dir\\Setup.EXE",
            "file_type_extension": "exe",
            "file_size": len(DATA),
            "file_type": "application/x-dosexec",
            "file_type_description": "PE32+ EXE for Windows",
            "type_category": ["E"],
            "upload_timestamp": "2026-01-02T03:04:05.678Z",
        }


def test_a_failed_run_is_over_without_analysis(store: Store, clock: FakeClock) -> None:
    done = _submitted(store, clock)
    store.claim(clock(), Limits())
    store.fail(done.sandbox_id or "", "it broke")
    shown = _file(store, done.data_id)
    assert shown["scan_results"]["progress_percentage"] == 100
    assert shown["sandbox"] is False


def test_an_upload_without_analysis_is_over_at_once(store: Store, clock: FakeClock) -> None:
    done = _submitted(store, clock, None)
    assert _file(store, done.data_id)["scan_results"]["scan_all_result_a"] == "Not Scanned"
    assert _hash(store)["sandbox"] is False


def test_the_newest_submission_speaks_for_the_file(store: Store, clock: FakeClock) -> None:
    _submitted(store, clock, None)
    clock.advance(seconds=1)
    newest = _submitted(store, clock, None)
    assert _hash(store)["data_id"] == newest.data_id
    assert _hash(store)["scan_result_history_length"] == 2


@pytest.mark.parametrize("sample", [builders.sample(DATA), Sample(md5=DIGESTS.md5)])
def test_a_file_known_by_a_foreign_report_only(store: Store, clock: FakeClock, sample: Sample) -> None:
    report = builders.report(sample=sample)
    assert report.data_id is not None
    add_import(store, report, original=b"x", now=clock())
    for shown in (_file(store, report.data_id), _hash(store, DIGESTS.md5)):
        assert (shown["sandbox"], shown["sandbox_id"]) == (True, report.sandbox_id)
        assert ("file_info" in shown) is (sample.sha1 is not None)


def test_a_failed_foreign_report_is_no_analysis(store: Store, clock: FakeClock) -> None:
    report = builders.report(sample=builders.sample(DATA), outcome="failed", score=None)
    add_import(store, report, original=b"x", now=clock())
    assert _file(store, report.data_id or "")["sandbox"] is False
    assert files.hash_result(store, bytes.fromhex(DIGESTS.md5)) is None


def test_an_overdue_file_is_still_told_of(store: Store, clock: FakeClock) -> None:
    done = _submitted(store, clock)
    store.recover(clock() + timedelta(days=8), Limits())
    assert _file(store, done.data_id)["scan_results"]["progress_percentage"] == 100


@pytest.mark.parametrize("data_id", ["", "bzunknown", "../x", "\udc80", "a" * 5000])
def test_an_unknown_data_id_is_none(store: Store, data_id: str) -> None:
    assert files.file_result(store, data_id) is None


def test_an_unknown_file_is_none(store: Store) -> None:
    assert files.hash_result(store, bytes(32)) is None


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("a.PS1", "ps1"),
        ("a", ""),
        (None, ""),
        ("a.b/c", ""),
        ("a." + "x" * 30, ""),
        ("a.\u202egpj", ""),
        ("a.e xe", ""),
    ],
)
def test_the_extension_of_an_untold_kind_is_that_of_its_name(name: str | None, extension: str) -> None:
    assert files._extension(name) == extension
