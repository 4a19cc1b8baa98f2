"""Exports of Process Monitor by their content."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.procmon import Procmon

HEAD = b'"Time of Day","Process Name","PID","Operation","Path","Result","Detail"\r\n'


@pytest.mark.parametrize(
    ("data", "expected"),
    [(HEAD, True), (b"\xef\xbb\xbf" + HEAD, True), (b"<procmon>", True), (b'"PID","Path"\n', False), (b"<a/>", False)],
)
def test_told_by_content(data: bytes, expected: bool) -> None:
    assert Procmon().sniff(Content(data)) is expected


@pytest.mark.parametrize(
    "data", [HEAD, b"x,y\n1,2\n", b"", b"<procmon/>", b"<procmon>", HEAD + b'"' + b"x" * 200_000 + b'"\n']
)
def test_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        Procmon().parse(Content(data))


OPERATIONS = st.sampled_from(["CreateFile", "RegSetValue", "TCP Connect", "Process Create", "Process Exit", "QueryX"])
CELL = st.text(alphabet='ab:->," \n\x00é0123', max_size=20) | st.sampled_from(["PID: 5", "1", "Exit Status: -1"])


@given(st.lists(st.tuples(CELL, CELL, CELL, OPERATIONS, CELL, CELL, CELL), max_size=4))
def test_any_cells(rows: list[tuple[str, ...]]) -> None:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    with contextlib.suppress(MalformedReport):
        Procmon().parse(Content(HEAD + "\r\n".join(lines).encode()))
