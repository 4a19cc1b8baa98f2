"""Triage's reports by their content."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.triage import Triage
from tests.strategies import JSON

REPORT: dict[str, Any] = {"version": "0.2.1", "sample": {"id": "x"}, "analysis": {"score": 1}, "processes": []}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (REPORT, True),
        ({**REPORT, "version": "1.0"}, False),
        ({**REPORT, "version": 0}, False),
        ({"version": "0.3", "sample": {}, "analysis": {}}, False),
        ({"sample": {}, "analysis": {}, "processes": [], "x": "version"}, False),
        ([REPORT], False),
    ],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert Triage().sniff(Content(json.dumps(body).encode())) is expected


def test_a_report_that_is_cut_off_is_known_and_refused() -> None:
    data = json.dumps({**REPORT, "analysis": {"max_time_kernel": 1}, "processes": [{"procid_parent": 1}]}).encode()[:-3]
    assert Triage().sniff(Content(data))
    with pytest.raises(MalformedReport):
        Triage().parse(Content(data))
    with pytest.raises(MalformedReport):
        Triage().parse(Content(b"{}"))


SECTIONS = [
    "processes",
    "signatures",
    "network",
    "dumped",
    "extracted",
    "tasks",
    "targets",
    "analysis",
    "sample",
    "errors",
]
KEYS = [
    "procid",
    "pid",
    "cmd",
    "indicators",
    "flows",
    "requests",
    "id",
    "src",
    "dst",
    "dns_request",
    "questions",
    "config",
]
SHAPED = st.recursive(
    JSON,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*KEYS, "signatures", "iocs", "ips", "http_request", "url"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(SECTIONS), SHAPED))
def test_sections_of_any_shape_are_read_or_refused(sections: dict[str, Any]) -> None:
    with contextlib.suppress(MalformedReport):
        Triage().parse(Content(json.dumps({**REPORT, **sections}).encode()))
