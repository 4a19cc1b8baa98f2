"""The whole body: documented fields, the superset, and what becomes of runs that did not end well."""

import json
from typing import Any

import pytest
from hypothesis import given
from mcl_platform_sdk.models.sandbox_lookup200_response import SandboxLookup200Response
from mcl_platform_sdk.models.sandbox_response_for_a_file import SandboxResponseForAFile

from fulgurite import importers
from fulgurite.exports import v4
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample
from tests import golden
from tests.builders import file_write, machine, report
from tests.strategies import reports

FOREIGN = Source(name="metadefender")


def _body(whole: Report) -> Any:
    return json.loads(v4.body(whole))


@pytest.mark.parametrize("case", golden.cases("exports/v4"))
def test_the_cases(case: Any) -> None:
    golden.check(case / "body.json", v4.body(importers.read(golden.input_of(case))))


def test_documented_fields_and_superset_of_a_finished_run() -> None:
    body = _body(report(file_write(), score=8))
    assert list(body) == [
        *("md5", "sha1", "sha256", "data_id", "request_time", "browser", "timeout", "scan_results", "system"),
        *("details", "summary", "sandbox_version", "sandbox_id", "rescan_available"),
        *("_id", "private_processing", "flow_id", "final_verdict", "store_at", "analysis", "sandbox_outcome"),
    ]
    assert body["sha256"] == body["sha256"].upper()
    assert body["request_time"] == "2026-01-02T03:04:05.678Z"
    assert (body["system"], body["browser"], body["timeout"]) == ("windows10", "os_default", "short")
    assert (body["sandbox_version"], body["_id"]) == ("2", body["sandbox_id"])
    assert (body["private_processing"], body["flow_id"], body["store_at"]) == (0, None, None)
    assert body["rescan_available"] is False
    assert body["analysis"]["infection_score"] == 8


def test_the_header_tells_what_truly_ran() -> None:
    whole = report(machine=machine(resource="r"))
    assert _body(whole)["details"]["data"]["misc"] == [
        {
            "d": {
                "platform": "windows10_x64 (emulated)",
                "resource": "r",
                "backend": "test engine 1",
                "task": whole.sandbox_id,
                "sample": whole.data_id,
                "version": "0.1.0",
            },
            "n": "analog.header",
        }
    ]


def test_the_header_of_another_format_names_its_run() -> None:
    whole = report(source=Source(name="triage", backend="b", task="t", sample="s"))
    (item,) = _body(whole)["details"]["data"]["misc"]
    assert (item["d"]["backend"], item["d"]["task"], item["d"]["sample"]) == ("b", "t", "s")


def test_a_v4_body_gets_no_header_besides_its_own() -> None:
    assert _body(report(source=FOREIGN))["details"]["data"]["misc"] == []


def test_a_partial_run_carries_its_reasons() -> None:
    body = _body(report(outcome="partial", reasons=("The time was up.",), score=None))
    assert (body["sandbox_outcome"], body["sandbox_warnings"]) == ("partial", ["The time was up."])
    assert "sandbox_error" not in body


@pytest.mark.parametrize("outcome", ["completed", "partial", "failed"])
def test_without_score_nothing_is_said_of_the_sample(outcome: str) -> None:
    body = _body(report(outcome=outcome, score=None))
    assert body["scan_results"] == {"progress_percentage": 100}
    assert body["final_verdict"] == {"verdict": "UNKNOWN", "threatLevel": 0, "confidence": 0}
    assert body["analysis"]["infection_score"] is None


def test_a_failed_run_says_so() -> None:
    body = _body(report(outcome="failed", score=None, reasons=("It crashed.",)))
    assert body["sandbox_error"] == {"code": 500000, "messages": ["Scan request has failed permanently", "It crashed."]}


def test_what_is_not_known_is_left_out() -> None:
    whole = Report(source=FOREIGN, sample=Sample())
    body = _body(whole)
    assert [key for key in body if key in {"data_id", "request_time", "system", "sandbox_id"}] == []
    assert (body["md5"], body["sha1"], body["sha256"]) == ("", "", "")


@pytest.mark.parametrize("outcome", ["completed", "partial", "failed"])
@pytest.mark.parametrize("score", [None, 1, 5, 8, 10])
def test_the_official_client_reads_it(outcome: str, score: int | None) -> None:
    told = SandboxLookup200Response.from_json(v4.body(report(outcome=outcome, score=score)).decode()).actual_instance
    assert isinstance(told, SandboxResponseForAFile)
    assert told.final_verdict is not None
    assert told.private_processing == 0


@pytest.mark.parametrize(
    ("pointer", "value", "place"),
    [
        ("/odd", {"a": [1]}, ("odd",)),
        ("/a~1b~0c", 1, ("a/b~c",)),
        ("/", 1, ("",)),
        ("/summary/processes", [1], ("summary", "processes")),
        ("/details/data/files", None, ("details", "data", "files")),
        ("/private_processing", 1, ("private_processing",)),
        ("/flow_id", "ab" * 12, ("flow_id",)),
        ("/store_at", "https://a.test/", ("store_at",)),
        ("/final_verdict", {"verdict": "BENIGN", "threatLevel": -1, "confidence": 1}, ("final_verdict",)),
        ("/analysis", {"infection_score": 3}, ("analysis",)),
    ],
)
def test_parts_of_a_foreign_body_are_laid_over(pointer: str, value: Any, place: tuple[str, ...]) -> None:
    body = _body(report(source=FOREIGN, extra={pointer: value}))
    for name in place:
        body = body[name]
    assert body == value


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/md5", "x"),
        ("/sandbox_id", "x"),
        ("/scan_in_progress", "x"),
        ("/private_processing", True),
        ("/private_processing", None),
        ("/flow_id", 1),
        ("/store_at", []),
        ("/final_verdict", {}),
        ("/final_verdict", {"verdict": "BENIGN", "threatLevel": 0, "confidence": 0.5}),
        ("/analysis", {}),
        ("/analysis", 1),
        ("odd", 1),
        ("", 1),
        ("/nowhere/at/all", 1),
        ("/md5/deeper", 1),
    ],
)
def test_what_clients_would_break_on_is_not_laid_over(pointer: str, value: Any) -> None:
    plain = report(source=FOREIGN)
    assert _body(report(source=FOREIGN, extra={pointer: value})) == _body(plain)


@given(reports())
def test_every_report_has_a_body_that_clients_can_read(whole: Report) -> None:
    body = _body(whole)
    assert body["scan_results"]["progress_percentage"] == 100
    assert ("infection_score" in body["scan_results"]) == (whole.score is not None)
    assert type(body["private_processing"]) is int
    assert set(body["details"]["data"]) >= {"search", "mutex", "processes", "misc", "network", "registry", "files"}
    assert "infection_score" in body["analysis"]
