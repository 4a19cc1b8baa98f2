"""Processes that are listed twice, and commands that belong to one of them."""

import json
from typing import Any

import pytest

from fulgurite.importers.content import Content
from fulgurite.importers.virustotal import VirusTotal
from fulgurite.importers.virustotal.tree import split
from fulgurite.model.report import Report


def _read(**attributes: Any) -> Report:
    return VirusTotal().parse(Content(json.dumps({"files_opened": [], "processes_tree": [], **attributes}).encode()))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("C:\\a b\\c.exe", ("C:\\a b\\c.exe", None)),
        ('"C:\\a b\\c.exe" /x', ("C:\\a b\\c.exe", '"C:\\a b\\c.exe" /x')),
        ("c.exe /x", ("c.exe", "c.exe /x")),
        ("ping 1", ("ping", "ping 1")),
        ("", (None, None)),
    ],
)
def test_split(name: str, expected: tuple[str | None, str | None]) -> None:
    assert split(name) == expected


def test_roots_that_stand_deeper_too_are_one() -> None:
    child = {"process_id": "2", "name": "b"}
    report = _read(
        processes_tree=[child, {"process_id": "3", "name": "c"}, {"process_id": "1", "name": "a", "children": [child]}]
    )
    assert [one.pid for one in report.processes] == [2, 3, 1]


def test_a_tree_of_any_depth() -> None:
    node: dict[str, Any] = {"process_id": "0", "name": "x"}
    for pid in range(1, 60):
        node = {"process_id": str(pid), "name": "x", "children": [node]}
    assert len(_read(processes_tree=[node]).processes) == 60
