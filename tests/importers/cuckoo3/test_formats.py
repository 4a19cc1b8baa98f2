"""post.json by its content."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.cuckoo3 import Cuckoo3
from tests.strategies import JSON

POST = {"task_id": "20240102-ABCDEF_1", "score": 8, "processes": [], "signatures": [], "ttps": []}


@pytest.mark.parametrize(
    ("body", "expected"), [(POST, True), ({"task_id": "1", "signatures": []}, False), ([POST], False), ({}, False)]
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert Cuckoo3().sniff(Content(json.dumps(body).encode())) is expected


def test_a_report_that_is_cut_off_is_known_and_refused() -> None:
    data = json.dumps({**POST, "processes": [{"parent_procid": 1}]}).encode()[:-3]
    assert Cuckoo3().sniff(Content(data))
    with pytest.raises(MalformedReport):
        Cuckoo3().parse(Content(data))
    with pytest.raises(MalformedReport):
        Cuckoo3().parse(Content(b"{}"))


INNER = st.sampled_from(["http", "dns", "query", "response", "tcp", "host", "iocs", "procid", "srcip", "dstip", "ts"])
SHAPED = st.recursive(
    JSON, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(st.sampled_from(["network", "processes", "signatures", "ttps", "families", "score"]), SHAPED))
def test_sections_of_any_shape_are_read_or_refused(sections: dict[str, Any]) -> None:
    with contextlib.suppress(MalformedReport):
        Cuckoo3().parse(Content(json.dumps({**POST, **sections}).encode()))
