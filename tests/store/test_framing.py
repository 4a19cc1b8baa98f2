"""Native reports cut into frames: their bytes stay what they were, and the table says what is so."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model import digest as digests
from fulgurite.model import report as model
from fulgurite.model.activity import KINDS, NOBODY, OBJECT_FIELDS
from fulgurite.model.events import Event
from fulgurite.model.report import Report
from fulgurite.store import frames, framing
from fulgurite.store.frames import Framed, nothing_of
from tests import builders
from tests.strategies import EVENTS, reports

LEVEL = 1
MANY = st.lists(EVENTS, max_size=5).map(lambda some: tuple(some * 3))


def values(report: Report, name: str) -> list[int | None]:
    """A column of the report, None where an event has nothing."""
    column = Framed(framing.cut(model.encode(report), LEVEL)).column(name)
    return [None if value == nothing_of(column) else value for value in column]


@given(reports(events=MANY))
def test_frames_hold_the_report_byte_for_byte(report: Report) -> None:
    native = model.encode(report)
    parts = framing.cut(native, LEVEL)
    assert frames.whole(parts, len(native)) == native
    framed = Framed(parts)
    assert model.decode(framed.head()) == msgspec.structs.replace(report, events=())
    assert [bytes(raw) for _, raw in framed.events(range(framed.total))] == [
        msgspec.json.encode(e) for e in report.events
    ]


@given(reports(events=MANY))
def test_the_table_says_what_is_so(report: Report) -> None:
    overview = Framed(framing.cut(model.encode(report), LEVEL)).table.overview
    times = [event.at_ms for event in report.events if event.at_ms is not None]
    assert (overview.total, overview.untimed) == (len(report.events), len(report.events) - len(times))
    assert overview.kinds == Counter(str(event.__struct_config__.tag) for event in report.events)
    assert overview.processes.get(NOBODY, 0) == sum(event.procid is None for event in report.events)
    assert sum(overview.processes.values()) == overview.total


@given(reports(events=MANY))
def test_columns_are_the_events_fields(report: Report) -> None:
    assert values(report, "kind") == [KINDS.index(str(event.__struct_config__.tag)) for event in report.events]
    bound = 2**63
    for name, field in (("procid", "procid"), ("time", "at_ms"), ("flow", "flow")):
        given_values = [getattr(event, field, None) for event in report.events]
        assert values(report, name) == [
            None if value is None else max(1 - bound, min(bound - 1, value)) for value in given_values
        ]
    ranks, objects = values(report, "object"), [object_of(event) for event in report.events]
    assert sorted(range(len(ranks)), key=lambda i: (ranks[i], i)) == sorted(
        range(len(ranks)), key=lambda i: (objects[i].casefold(), objects[i], i)
    )


def object_of(event: Event) -> str:
    texts = (getattr(event, field, None) for field in OBJECT_FIELDS)
    return next((text for text in texts if text is not None), "")


@given(reports(events=MANY))
def test_the_digest_is_that_of_the_whole_report(report: Report) -> None:
    told = Framed(framing.cut(model.encode(report), LEVEL)).digest()
    assert told == msgspec.json.encode(digests.digest(report))


def test_frames_are_bounded_in_events_and_bytes() -> None:
    few = [builders.file_write("x" * (framing.FRAME_BYTES // 3)) for _ in range(4)]
    many = [builders.file_write("C:\\a") for _ in range(2 * framing.FRAME_EVENTS)]
    framed = Framed(framing.cut(model.encode(builders.report(*few, *many)), LEVEL))
    assert [spot.first for spot in framed.table.spots] == [0, 4, 1004, 2004]


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}x", b'{"events":[1]}', b'{"events": [{"event":"module","path":"C"}]}', b'{"events":[{"path":7}]}'],
)
def test_what_the_model_did_not_write_is_not_cut(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"it is no native report|not written as the model"):
        framing.cut(data, LEVEL)


@given(st.binary(max_size=60))
def test_any_bytes_are_cut_to_themselves_or_not_at_all(data: bytes) -> None:
    try:
        parts = framing.cut(data, LEVEL)
    except ValueError:
        return
    assert frames.whole(parts, len(data)) == data


@given(st.lists(st.integers(-(2**62), 2**62) | st.just(framing.NOTHING)))
def test_columns_are_as_narrow_as_they_can_be(numbers: list[int]) -> None:
    column = framing.narrow(numbers)
    assert [framing.NOTHING if value == nothing_of(column) else value for value in column] == numbers
