"""Behaviours by their lists, bare or within `data`."""

import json
from typing import Any

import pytest

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.virustotal import VirusTotal

LISTS = {"files_opened": ["a"], "processes_tree": []}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (LISTS, True),
        ({"data": LISTS}, True),
        ({"attributes": LISTS, "type": "file_behaviour"}, True),
        ({"data": [{"attributes": LISTS}]}, True),
        ({"attributes": LISTS, "type": "file"}, False),
        ({"files_opened": []}, False),
        ({"x": {"files_opened": [], "files_written": []}}, False),
    ],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert VirusTotal().sniff(Content(json.dumps(body).encode())) is expected


@pytest.mark.parametrize("data", [b"{}", b"", b"[1]", b'{"data":'])
def test_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        VirusTotal().parse(Content(data))
