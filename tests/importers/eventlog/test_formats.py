"""Event logs by their content."""

import pytest

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.eventlog import EventLog


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"EventID": 1, "Channel": "x"}', True),
        (b'{\n"Event": {"System": {"EventID": 1}}\n}\n', True),
        (b'{"EventID": 1}', False),
        (b'{"x": {"EventID": 1, "Channel": "x"}}', False),
        (b"", False),
    ],
)
def test_told_by_content(data: bytes, expected: bool) -> None:
    assert EventLog().sniff(Content(data)) is expected


@pytest.mark.parametrize("data", [b"{}", b"[]", b"MZ", b'{"a":1}\n{"a":2}'])
def test_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        EventLog().parse(Content(data))
