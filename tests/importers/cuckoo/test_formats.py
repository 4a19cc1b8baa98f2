"""CAPE and Cuckoo apart, and out of their wrappers."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.cuckoo import Cape, Cuckoo
from tests.importers.cuckoo.made import INFORMATION, written
from tests.strategies import JSON

CAPE = json.loads(written())
CUCKOO = {"info": {"version": "2.0.7", "started": 1.7e9, "score": 1}, "behavior": {}, "signatures": []}


@pytest.mark.parametrize(
    ("body", "cape", "cuckoo"),
    [
        (CAPE, True, False),
        ({"data": CAPE, "error": False}, True, False),
        ({"metadata": [{"tool": "x"}, {"tool": "cape_sandbox_v2", "tool_metadata": CAPE}]}, True, False),
        (CUCKOO, False, True),
        ({"info": {"version": "1.3-CAPE"}, "behavior": {}}, True, False),
        ({"info": {"version": "1"}, "behavior": {}}, False, True),
        ({"info": {"title": "OpenAPI", "version": "1"}, "paths": {}}, False, False),
        ({"info": 5, "behavior": {}, "CAPE": {}}, False, False),
        ({"data": [CAPE]}, False, False),
        ([CAPE], False, False),
        ({"CAPE": {}, "info": {}}, False, False),
    ],
)
def test_told_by_content(body: Any, cape: bool, cuckoo: bool) -> None:
    data = json.dumps(body).encode()
    assert (Cape().sniff(Content(data)), Cuckoo().sniff(Content(data))) == (cape, cuckoo)


def test_a_report_that_is_cut_off_is_known_and_refused() -> None:
    data = json.dumps({**CAPE, "info": INFORMATION}).encode()[:-5]
    assert Cape().sniff(Content(data))
    with pytest.raises(MalformedReport):
        Cape().parse(Content(data))


def test_no_report_is_refused() -> None:
    for data in (b"{}", b"[]", b"", b'{"metadata": [1]}', b'{"data": {}}'):
        with pytest.raises(MalformedReport):
            Cuckoo().parse(Content(data))


SECTIONS = [
    "behavior",
    "network",
    "suricata",
    "signatures",
    "CAPE",
    "target",
    "dropped",
    "ttps",
    "mitre_attck",
    "droidmon",
]
WORDS = """
processes processtree summary generic enhanced calls api arguments children pid process_id tcp dns http hosts domains
answers name data marks value file tls
"""
INNER = st.sampled_from(WORDS.split())
SHAPED = st.recursive(
    JSON, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(st.sampled_from(SECTIONS), SHAPED))
def test_sections_of_any_shape_are_read_or_refused(sections: dict[str, Any]) -> None:
    for importer, base in ((Cape(), CAPE), (Cuckoo(), CUCKOO)):
        with contextlib.suppress(MalformedReport):
            importer.parse(Content(json.dumps({**base, **sections}).encode()))
