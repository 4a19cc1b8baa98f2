"""Logs and reports of DRAKVUF by their content."""

import json
from typing import Any

import pytest

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.drakvuf import DrakvufLog, DrakvufReport


@pytest.mark.parametrize(
    ("body", "log", "report"),
    [
        ({"Plugin": "x", "PID": 1}, True, False),
        ({"Plugin": "x"}, False, False),
        ({"att&ck": [], "occurrences": []}, True, False),
        ({"info": 1, "startup": 1, "processes": [], "connections": [], "dns_queries": []}, False, True),
        ({"info": 1, "processes": []}, False, False),
    ],
)
def test_told_by_content(body: Any, log: bool, report: bool) -> None:
    data = json.dumps(body).encode()
    assert (DrakvufLog().sniff(Content(data)), DrakvufReport().sniff(Content(data))) == (log, report)


def test_nothing_that_can_be_read() -> None:
    for importer in (DrakvufLog(), DrakvufReport()):
        with pytest.raises(MalformedReport):
            importer.parse(Content(b'"Plugin"\n{'))
