"""Hand-made reports of every foreign format, with what comes out of them."""

from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.exports import native
from fulgurite.importers.content import Content
from fulgurite.model.report import decode
from tests import golden

OTHERS = (
    "vmray",
    "vmray-flog",
    "drakvuf",
    "drakvuf-report",
    "virustotal",
    "eventlog",
    "etw",
    "hybrid-analysis",
    "assemblyline",
    "filescan",
    "wildfire",
    "lastline",
    "stix",
    "maec",
    "procmon",
    "anyrun",
    "joe",
)
FORMATS = ("cape", "cuckoo", "cuckoo3", "threemon", "triage", "triage-kernel", "speakeasy", *OTHERS)
CASES = [
    pytest.param(name, case.values[0], id=f"{name}/{case.id}")
    for name in FORMATS
    for case in golden.cases(f"importers/{name}")
]


@pytest.mark.parametrize(("name", "case"), CASES)
def test_the_cases(name: str, case: Path) -> None:
    data = golden.input_of(case)
    assert [one.name for one in importers.IMPORTERS if one.sniff(Content(data))] == [name]
    report = importers.read(data)
    assert report.source.name == name
    assert decode(native.body(report)) == report
    golden.check(case / "report.json", native.body(report))


@pytest.mark.parametrize(("name", "case"), CASES)
def test_all_items_add_up(name: str, case: Path) -> None:
    tally = importers.read(golden.input_of(case)).tally
    assert tally is not None
    assert tally.items == tally.carried + sum(tally.left.values())
    assert name in FORMATS


def test_every_case_is_of_a_format_here() -> None:
    ours: list[Any] = [case for case in CASES if case.values[1] is not None]
    assert len(ours) >= len(FORMATS)
