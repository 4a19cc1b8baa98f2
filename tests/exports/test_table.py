"""Events as CSV."""

import csv
import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.exports import table
from fulgurite.model.events import Event, ForeignEvent
from fulgurite.model.process import Process
from tests import builders
from tests.strategies import EVENTS, PROCESSES


def read(events: list[tuple[int, Event]], *processes: Process) -> list[dict[str, str]]:
    """What a spreadsheet gets."""
    text = (table.HEAD + table.rows(events, {one.procid: one for one in processes})).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_says_who_did_what_to_what() -> None:
    [row] = read([(7, builders.file_write("C:\\a,b", at_ms=12, status=0))], builders.process(1, pid=1004))
    assert row == {
        "index": "7",
        "at_ms": "12",
        "procid": "1",
        "pid": "1004",
        "image": builders.SAMPLE_PATH,
        "kind": "file",
        "action": "write",
        "object": "C:\\a,b",
        "detail": '{"op":"' + msgspec.json.decode(row["detail"])["op"] + '"}',
        "status": "0",
        "flow": "",
        "count": "1",
    }


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_no_text_becomes_a_formula(first: str) -> None:
    text = f"{first}cmd|' /C calc'!A0"
    event = builders.file_write(text)
    [row] = read([(0, event)], builders.process(1, image=text))
    assert (row["object"], row["image"]) == (f"'{text}", f"'{text}")


@given(st.lists(st.tuples(st.integers(0, 9), EVENTS), max_size=4), PROCESSES)
def test_every_event_is_one_row_and_no_cell_a_formula(
    events: list[tuple[int, Event]], processes: tuple[Process, ...]
) -> None:
    rows = read(events, *processes)
    assert [row["index"] for row in rows] == [str(index) for index, _ in events]
    numbers = {"index", "at_ms", "procid", "pid", "status", "flow", "count"}
    for row in rows:
        assert set(row) == set(table.COLUMNS)
        assert not any(
            text.startswith(("=", "+", "-", "@", "\t", "\r")) for name, text in row.items() if name not in numbers
        )


def test_halves_of_characters_do_not_break_the_table() -> None:
    [row] = read([(0, ForeignEvent(bucket="misc", n="a\ud800", d={}))])
    assert row["object"] == "a?"
