"""One event, out of the shapes that collectors give it."""

from typing import Any

import pytest

from fulgurite.importers.eventlog.records import record

SYSMON = "Microsoft-Windows-Sysmon/Operational"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"EventID": 1, "Channel": SYSMON, "x": 1}, ("sysmon", 1)),
        ({"EventID": "4688", "Channel": "security"}, ("security", 4688)),
        ({"EventID": 7045, "Channel": "System", "SourceName": "Service Control Manager"}, ("system", 7045)),
        ({"EventID": 3, "Provider": "Microsoft-Windows-Sysmon", "EventData": "{}"}, ("sysmon", 3)),
        ({"winlog": {"event_id": 1, "channel": SYSMON}}, ("sysmon", 1)),
        ({"Event": {"System": {"EventID": {"#text": 1}, "Channel": SYSMON}}}, ("sysmon", 1)),
        ({"EventID": 1}, None),
        ({"EventID": "x", "Channel": SYSMON}, None),
        ([], None),
    ],
)
def test_shapes(document: Any, expected: tuple[str, int] | None) -> None:
    found = record(document)
    assert (None if found is None else (found.log, found.number)) == expected


def test_named_data() -> None:
    listed = [{"#attributes": {"Name": "Image"}, "#text": "a"}, {"@Name": "b", "#text": 1}, {}]
    found = record({"EventID": 1, "Channel": SYSMON, "EventData": {"Data": listed}})
    assert found is not None
    assert (found.data["Image"], found.data["b"]) == ("a", 1)
