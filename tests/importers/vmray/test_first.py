"""summary.json: what is only there."""

import json
from typing import Any

import pytest

from fulgurite.importers.content import Content
from fulgurite.importers.vmray import VmraySummary
from fulgurite.model.report import Report


def _read(**sections: Any) -> Report:
    return VmraySummary().parse(Content(json.dumps({"analysis_details": {}, "vti": {}, **sections}).encode()))


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ("2020-05-09 02:10 (UTC+2)", "2020-05-09T00:10:00+00:00"),
        ("2020-05-09 02:10 (UTC-5)", "2020-05-09T07:10:00+00:00"),
        ("2020-05-09 02:10", "2020-05-09T02:10:00+00:00"),
        ("2020-05-09 02:10 (UTC+99)", "2020-05-09T02:10:00+00:00"),
        ("soon", None),
    ],
)
def test_time_with_its_zone(created: str, expected: str | None) -> None:
    at = _read(analysis_details={"creation_time": created}).requested_at
    assert (None if at is None else at.isoformat()) == expected


def test_a_parent_that_is_told_by_its_monitor() -> None:
    report = _read(processes=[{"monitored_id": 1}, {"monitored_id": 2, "origin_monitor_id": 1}])
    assert [one.procid_parent for one in report.processes] == [None, 1]
