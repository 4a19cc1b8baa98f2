"""The page, the table and the renderer tell the same names and fields."""

import json
import re
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fulgurite.exports.v4.body import body
from fulgurite.exports.v4.events import RENDERERS
from fulgurite.exports.v4.vocabulary import BUCKETS, COMMON, VOCABULARY, Row
from fulgurite.model.events import Event, ForeignEvent
from tests.builders import process, report
from tests.strategies import KINDS

PAGE = Path(__file__).resolve().parents[3] / "docs/events.md"
_ROW = re.compile(r"\| `(?P<n>[^`]+)` \| (?P<bucket>\w+) \| (?P<fields>[^|]*) \| (?P<source>\w+) \| (?P<meaning>.*) \|")


def test_the_page_lists_the_names_of_the_table() -> None:
    told = [
        Row(
            row["n"],
            row["bucket"],
            tuple(re.findall(r"`([^`]+)`", row["fields"])),
            row["source"] == "documented",
            row["meaning"],
        )
        for row in map(_ROW.fullmatch, PAGE.read_text().splitlines())
        if row is not None
    ]
    assert told == list(VOCABULARY)


def _value(kind: Any) -> Any:
    """A value of `kind` that is not its default, and that is rendered."""
    if typing.get_origin(kind) is tuple:
        return ("1",)
    if typing.get_origin(kind) is typing.Literal:
        return typing.get_args(kind)[0]
    inner = typing.get_args(kind)
    return _value(inner[0]) if inner != () else {str: "1", int: 7, bool: True}[kind]


def _full(kind: type[Event]) -> list[Event]:
    """Events of `kind` with all their fields, one for each word that picks a name."""
    fields = {field.name: _value(field.type) for field in msgspec.structs.fields(kind)}
    for field in msgspec.structs.fields(kind):
        if typing.get_origin(field.type) is typing.Literal:
            return [kind(**{**fields, field.name: word}) for word in typing.get_args(field.type)]
    return [kind(**fields)]


def test_every_kind_of_event_is_rendered() -> None:
    assert set(RENDERERS) == set(KINDS)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not ForeignEvent], ids=lambda kind: kind.__name__)
def test_what_is_rendered_stands_in_the_table(kind: type[Event]) -> None:
    rows = {row.n.format(os="windows"): row for row in VOCABULARY}
    for event in _full(kind):
        shown = json.loads(body(report(processes=(process(7),), events=(event,))))["details"]
        lists = {**shown["data"], "flowLabels": shown["flowLabels"]}
        ((bucket, item),) = [
            (bucket, item) for bucket, items in lists.items() for item in items if item["n"] != "analog.header"
        ]
        row = rows[item["n"]]
        assert bucket == row.bucket
        # Only answers of types A and AAAA have the addresses besides.
        assert set(item["d"]) - set(COMMON) == set(row.fields) - {"ip"}
        assert set(COMMON) <= set(item["d"])


def test_every_name_of_the_table_is_rendered() -> None:
    events = tuple(event for kind in KINDS if kind is not ForeignEvent for event in _full(kind))
    shown = json.loads(body(report(events=events)))["details"]
    names = {item["n"] for items in (*shown["data"].values(), shown["flowLabels"]) for item in items}
    assert names == {row.n.format(os="windows") for row in VOCABULARY}


def test_the_lists_are_those_of_the_documented_example() -> None:
    assert {row.bucket for row in VOCABULARY} == {*BUCKETS, "flowLabels"}
