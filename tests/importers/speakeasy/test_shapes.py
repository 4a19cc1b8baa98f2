"""Entry points as Speakeasy writes them, and as others changed them."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.importers import lenient
from fulgurite.importers.content import Content
from fulgurite.importers.counting import Count
from fulgurite.importers.speakeasy import Speakeasy
from fulgurite.importers.speakeasy.shapes import EntryPoint, entry_point
from tests.strategies import JSON

POINT = {
    "ep_type": "module_entry",
    "start_addr": "0x1",
    "apis": [{"api_name": "kernel32.Sleep", "args": ["0x1"], "ret_val": None, "pc": "0x2"}],
    "error": {"type": "x"},
    "dropped_files": [],
}


def _members(point: dict[str, Any]) -> lenient.Members:
    return msgspec.json.decode(json.dumps(point), type=lenient.Members)


def test_at_one_go_and_one_by_one_are_the_same() -> None:
    count = Count()
    quick = msgspec.json.decode(json.dumps(POINT), type=EntryPoint)
    slow = entry_point(_members(POINT), count)
    for name in ("ep_type", "start_addr", "error"):
        assert getattr(quick, name) == getattr(slow, name)
    assert [bytes(use.args) for use in quick.apis] == [bytes(use.args) for use in slow.apis]
    assert count.tally().items == 0


def test_what_is_unknown_or_unreadable_is_counted() -> None:
    count = Count()
    point = entry_point(_members({**POINT, "apis": [5, *POINT["apis"]], "added": [1, 2]}), count)
    assert [use.api_name for use in point.apis] == ["kernel32.Sleep"]
    assert count.tally().left == {"unreadable apis": 1, "entry point added": 2}


@given(st.dictionaries(st.sampled_from([*POINT, "events", "added"]), JSON))
def test_both_ways_make_the_same_report(fields: dict[str, Any]) -> None:
    """A field that no one knows makes the quick way give up; what it says of the rest is the same."""
    point = {**POINT, **fields}
    plain = Speakeasy().parse(Content(json.dumps([point]).encode()))
    other = Speakeasy().parse(Content(json.dumps([{**point, "no one knows": 1}]).encode()))
    assert plain.events == other.events
    assert plain.processes == other.processes
