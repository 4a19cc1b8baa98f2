"""Which events match a filter: the columns say what the events themselves do."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model import report as model
from fulgurite.model.activity import KINDS, OBJECT_FIELDS, SORTS, VERBS, Filter, Order
from fulgurite.model.events import Event
from fulgurite.model.report import Report
from fulgurite.service import selecting
from fulgurite.store import framing
from fulgurite.store.frames import Framed
from tests import builders
from tests.strategies import EVENTS, reports

SMALL = st.integers(-3, 3)
EVENT = EVENTS.flatmap(
    lambda event: st.builds(
        lambda procid, at_ms: msgspec.structs.replace(event, procid=procid, at_ms=at_ms),
        st.none() | SMALL,
        st.none() | SMALL,
    )
)
REPORTS = reports(events=st.lists(EVENT, max_size=8).map(tuple))
FILTERS = st.builds(
    Filter,
    kinds=st.frozensets(st.sampled_from(KINDS), max_size=4),
    verbs=st.frozensets(st.sampled_from(VERBS), max_size=2),
    procids=st.frozensets(st.none() | SMALL, max_size=3),
    flows=st.frozensets(SMALL, max_size=2),
    text=st.text(max_size=2),
    from_ms=st.none() | SMALL,
    to_ms=st.none() | SMALL,
)


def framed(report: Report) -> Framed:
    return Framed(framing.cut(model.encode(report), 1))


def kind_of(event: Event) -> str:
    return str(event.__struct_config__.tag)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def passes(event: Event, wanted: Filter) -> bool:
    """What a filter means, said once more, plainly."""
    fields = msgspec.json.decode(msgspec.json.encode(event))
    del fields["event"]
    return (
        (not wanted.kinds or kind_of(event) in wanted.kinds)
        and (not wanted.verbs or getattr(event, "verb", None) in wanted.verbs)
        and (not wanted.procids or event.procid in wanted.procids)
        and (not wanted.flows or getattr(event, "flow", None) in wanted.flows)
        and (wanted.from_ms is None or (event.at_ms is not None and event.at_ms >= wanted.from_ms))
        and (wanted.to_ms is None or (event.at_ms is not None and event.at_ms <= wanted.to_ms))
        and (wanted.text == "" or any(wanted.text.casefold() in text.casefold() for text in texts(fields)))
    )


@given(REPORTS, FILTERS)
def test_a_filter_leaves_what_passes_it(report: Report, wanted: Filter) -> None:
    found = selecting.matching(framed(report), wanted, [])
    assert list(found.indexes) == [index for index, event in enumerate(report.events) if passes(event, wanted)]
    assert found.searched == len(report.events)


@given(REPORTS, st.sampled_from(SORTS), st.booleans())
def test_an_order_keeps_all_and_puts_what_has_no_value_last(report: Report, by: Any, descending: bool) -> None:
    events = report.events
    order = selecting.ordered(framed(report), range(len(events)), Order(by=by, is_descending=descending))
    assert sorted(order) == list(range(len(events)))
    keys = [key_of(events[index], index, by) for index in order]
    known = [key for key in keys if key is not None]
    assert known == sorted(known, reverse=descending)
    assert keys == known + [None] * (len(keys) - len(known))


def key_of(event: Event, index: int, by: str) -> Any:
    if by == "report":
        return index
    if by == "kind":
        return KINDS.index(kind_of(event))
    if by == "object":
        given_texts = (getattr(event, field, None) for field in OBJECT_FIELDS)
        text = next((text for text in given_texts if text is not None), "")
        return (text.casefold(), text)
    return event.at_ms if by == "time" else event.procid


@given(REPORTS)
def test_counts_are_those_of_the_events(report: Report) -> None:
    parts, indexes = framed(report), range(len(report.events))
    assert selecting.kinds_of(parts, indexes) == Counter(map(kind_of, report.events))
    assert selecting.processes_of(parts, indexes) == parts.table.overview.processes
    assert selecting.flows_of(parts, indexes) == parts.table.overview.flows
    assert selecting.verbs_of(parts, indexes) == parts.table.overview.verbs


@given(REPORTS, FILTERS, st.integers(1, 5))
def test_a_spread_counts_each_event_once(report: Report, wanted: Filter, buckets: int) -> None:
    parts = framed(report)
    found = selecting.matching(parts, wanted, []).indexes
    spread = selecting.spread(parts, found, wanted, buckets)
    assert spread.untimed + sum(map(sum, spread.kinds.values())) == len(found)
    assert all(len(row) == buckets for row in spread.kinds.values())


def test_time_is_cut_into_equal_parts() -> None:
    events = [builders.file_write("C:\\a", at_ms=at) for at in (0, 9, 10, 19, 20, 29)]
    parts = framed(builders.report(*events))
    file = frozenset({"file"})
    indexes = selecting.matching(parts, Filter(kinds=file), []).indexes
    assert selecting.spread(parts, indexes, Filter(), 3) == (0, 0, 29, {"file": (2, 2, 2)})
    assert selecting.spread(parts, indexes[:2], Filter(from_ms=-10, to_ms=29), 4).kinds == {"file": (0, 2, 0, 0)}


def test_events_behind_signatures_that_are_not_there_are_none() -> None:
    parts = framed(builders.report(builders.file_write("C:\\a")))
    wanted = Filter(signatures=frozenset({"odd"}))
    assert list(selecting.matching(parts, wanted, [1, 7, -1, 1]).indexes) == [1]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("c:\\WINDOWS", 1),
        ("path", 0),
        ("file", 0),
        ("stra\u00dfe", 1),
        ("STRASSE", 1),
        ('say "hi"', 1),
        ("12", 0),
        ("\u202e", 1),
        ("\n", 1),
        ("\\n", 0),
    ],
)
def test_text_is_looked_for_in_values_alone(text: str, count: int) -> None:
    paths = ("C:\\Windows\\\\\n", "C:\\Stra\u00dfe", 'D:\\say "hi"\u202e')
    parts = framed(builders.report(*(builders.file_write(path, at_ms=12) for path in paths)))
    assert len(selecting.matching(parts, Filter(text=text, kinds=frozenset({"file"})), []).indexes) == count


def test_a_search_that_would_take_too_long_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selecting, "MAX_SEARCHED_BYTES", 2 * framing.FRAME_BYTES)
    events = [builders.file_write("x" * 1_000) for _ in range(3_000)]
    found = selecting.matching(framed(builders.report(*events)), Filter(text="x"), [])
    assert 0 < found.searched < 3_001
    assert list(found.indexes) == list(range(1, found.searched))


def test_members_of_a_whole_and_of_a_part() -> None:
    for indexes in (range(3), [0, 2]):
        is_member = selecting.members(3, indexes)
        assert [index for index in (-1, 0, 1, 2, 3) if is_member(index)] == list(indexes)
