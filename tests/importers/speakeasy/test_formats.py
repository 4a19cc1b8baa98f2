"""Speakeasy's three forms by their content."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.speakeasy import Speakeasy
from tests.strategies import JSON

POINT = {"ep_type": "module_entry", "apis": [{"api_name": "kernel32.Sleep", "args": ["0x1"], "ret_val": None}]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"emu_version": "1", "entry_points": []}, True),
        ({"report_version": "3.0.0", "entry_points": [POINT]}, True),
        ([POINT], True),
        (POINT, True),
        ({"entry_points": []}, False),
        ([], False),
        ([5, POINT], False),
        ({"api_name": "x"}, False),
        ({"apis": ["api_name"]}, True),
    ],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert Speakeasy().sniff(Content(json.dumps(body).encode())) is expected


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"[", b'{"entry_points": [', b"[" * 100_000, b"[1] x"])
def test_what_holds_no_entry_point_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        Speakeasy().parse(Content(data))


def test_a_report_that_is_cut_off_is_known() -> None:
    assert Speakeasy().sniff(Content(json.dumps([POINT]).encode()[:-4]))


KEYS = [
    "apis",
    "events",
    "event",
    "api_name",
    "args",
    "ret_val",
    "file_access",
    "path",
    "network_events",
    "dns",
    "traffic",
]
SHAPED = st.recursive(
    JSON | st.sampled_from(["file_open", "net_http", "mem_alloc", "process_create", "api", "open"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYS, "server", "port", "pos", "pid", "error"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(KEYS), SHAPED))
def test_entry_points_of_any_shape_are_read_or_refused(point: dict[str, Any]) -> None:
    for body in ([point, POINT], {"report_version": "3.0.0", "entry_points": [point]}):
        with contextlib.suppress(MalformedReport):
            Speakeasy().parse(Content(json.dumps(body).encode()))
