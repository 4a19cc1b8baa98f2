"""What a line of an event says. That scripts say the same is in tests/browser/test_twins.py."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from fulgurite.exports.html.filters import defanged, visible
from fulgurite.model.activity import KINDS
from fulgurite.model.events import (
    ApiCall,
    Event,
    FileAccess,
    FlowOwner,
    ForeignEvent,
    HttpRequest,
    HttpResponse,
    Injection,
    ProcessCreate,
    RegistryAccess,
)
from fulgurite.web.acts import ACTS, GROUPS, fields, line
from tests.strategies import EVENTS
from tests.strategies import KINDS as CLASSES

NAMES = {"1": "loader.exe", "2": "cmd.exe"}
TEXTS = json.loads((Path(__file__).parents[1] / "data/web/text.json").read_text())


def native(event: Event) -> dict[str, Any]:
    return msgspec.json.decode(msgspec.json.encode(event), type=dict[str, Any])


def test_every_kind_of_the_model_is_told() -> None:
    assert set(ACTS) == set(KINDS)
    assert {act.group for act in ACTS.values()} == set(GROUPS)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_fields_are_those_of_the_kind(kind: type[Event]) -> None:
    act = ACTS[str(kind.__struct_config__.tag)]
    named = {field for _, field in (*act.action, *act.object, *act.result)} - {""}
    assert named <= set(kind.__struct_fields__)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (ProcessCreate(procid=2, kind="Existing"), ("2 · cmd.exe", "start", "cmd.exe (2) · Existing", "")),
        (
            FileAccess(procid=1, verb="rename", path="a", dst="b", op="Rename", status=0xC0000034),
            ("1 · loader.exe", "rename", "a → b", "0xC0000034"),
        ),
        (RegistryAccess(verb="write", path="HKLM\\a", op="SetValue", value=0), ("", "write", "HKLM\\a = 0", "")),
        (
            Injection(procid=9, op="MapViewOfSection", procid_target=1, address=0xFFFFF80012345679),
            ("9", "MapViewOfSection", "into loader.exe (1) at 0xFFFFF80012345679", ""),
        ),
        (Injection(op="QueueUserAPC", procid_target=7), ("", "QueueUserAPC", "into process 7", "")),
        (ApiCall(api="kernel32.Sleep", args=("1", "<b>"), ret="0"), ("", "kernel32.Sleep", "1, <b>", "0")),
        (FlowOwner(flow=3, procid=2), ("2 · cmd.exe", "own", "flow 3", "")),
        (HttpRequest(method="GET", url="http://a/"), ("", "GET", "http://a/", "")),
        (HttpResponse(status=404), ("", "answer", "", "404")),
        (ForeignEvent(bucket="misc", n="x.y", d={"a": True}, name="z"), ("", "x.y", 'z · {"a":true}', "")),
    ],
)
def test_a_line(event: Event, told: tuple[str, str, str, str]) -> None:
    shown = line(7, native(event), NAMES)
    assert (shown.process, shown.action, shown.object, shown.result) == told
    assert shown.index == 7


def test_a_kind_of_another_version_is_told_by_its_name() -> None:
    shown = line(0, {"event": "teleport", "at_ms": 5}, {})
    assert (shown.action, shown.at_ms, shown.group) == ("teleport", 5, "other")


def test_all_fields_of_an_event() -> None:
    event = ForeignEvent(procid=1, bucket="misc", n="x", d={"deep": {"a": [1, None]}, "n": 2.0, "r": 0.5})
    assert fields(native(event), NAMES) == (
        ("event", "foreign"),
        ("procid", "loader.exe (1)"),
        ("bucket", "misc"),
        ("n", "x"),
        ("d.deep", '{"a":[1,null]}'),
        ("d.n", "2"),
        ("d.r", "0.5"),
    )


@given(EVENTS, st.integers(0))
def test_every_event_has_a_line_and_its_fields(event: Event, index: int) -> None:
    told = native(event)
    assert line(index, told, NAMES).index == index
    assert len(fields(told, NAMES)) >= len(told) - 1


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case["text"].encode("unicode_escape").decode())
def test_hostile_text_as_scripts_show_it(case: dict[str, Any]) -> None:
    """The filters' own cases, of which the scripts' twins have the same."""
    limit = case.get("limit")
    assert _plain(visible(case["text"], limit)) == case["visible"]
    assert _plain(defanged(case["text"], limit)) == case["defanged"]


def _plain(markup: Markup) -> str:
    """What one reads of it; `striptags` would make one space of several."""
    parts = str(markup).replace(">", "<").split("<")
    return unescape("".join(parts[::2]))
