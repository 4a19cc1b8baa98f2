"""Reports as a whole: scores, families, samples, what is missing and what is odd."""

from typing import Any

import pytest

from fulgurite.exports import native
from fulgurite.model.report import decode
from tests.importers.cuckoo.made import INFORMATION, read


@pytest.mark.parametrize(
    ("malscore", "expected"), [(0.0, 1), (2.75, 3), (8.7, 9), (11.6, 10), ("7.0", 7), (None, None), ("high", None)]
)
def test_scores(malscore: Any, expected: int | None) -> None:
    assert read(malscore=malscore).score == expected


@pytest.mark.parametrize(
    ("detections", "expected"),
    [
        ("Emotet", ("Emotet",)),
        ([{"family": "Emotet", "details": []}, {"family": "X"}, 5], ("Emotet", "X", "5")),
        (None, ()),
        ([], ()),
        ("", ()),
    ],
)
def test_families(detections: Any, expected: tuple[str, ...]) -> None:
    assert read(detections=detections).families == expected


def test_techniques_of_signatures_are_those_of_the_report() -> None:
    signatures = [{"name": "a", "ttp": {"T1045": {"short": "x"}}}, {"name": "b", "ttp": {}}]
    assert read(signatures=signatures).ttps == ("T1045",)
    assert read(signatures=signatures, ttps=[{"signature": "b", "ttp": "T1012"}]).ttps == ("T1012", "T1045")
    assert read(signatures=signatures[1:]).ttps is None


def test_samples_and_urls() -> None:
    sample = read(
        target={"category": "file", "file": {"name": ["a.exe", "b.exe"], "sha256": "A" * 64, "size": "7"}}
    ).sample
    assert (sample.name, sample.sha256, sample.size_bytes) == ("a.exe", "a" * 64, 7)
    assert read(target={"category": "url", "url": "http://a.test/"}).sample.name == "http://a.test/"
    assert read(target={"file": {"sha256": "no digest"}}).sample.sha256 is None
    assert read().sample.sha256 is None


def test_findings_on_the_file_are_counted() -> None:
    file = {"name": "a", "sha256": "a" * 64, "strings": ["x", "y"], "pe": {"a": 1}, "yara": [], "clamav": None}
    report = read(target={"category": "file", "file": file})
    assert report.tally is not None
    assert report.tally.left == {"target file strings": 2, "target file pe": 1}


@pytest.mark.parametrize("machine", ["win7x64", {"name": "win7", "platform": "windows"}, None, 5, {"name": None}])
def test_machines(machine: Any) -> None:
    report = read(info={**INFORMATION, "machine": machine})
    assert report.machine.system == ("windows7" if machine is not None and "win7" in str(machine) else None)
    assert report.os == "windows"


def test_sections_of_another_shape_are_told_of() -> None:
    report = read(behavior=[1], network="none", signatures=7, target=5, curtain={"a": 1}, strings=["x"] * 9)
    assert report.outcome == "partial"
    assert len(report.reasons) == 4
    assert report.tally is not None
    assert report.tally.left["strings"] == 9


def test_sections_that_are_null_are_no_fault() -> None:
    names = (
        "behavior",
        "network",
        "signatures",
        "target",
        "dropped",
        "suricata",
        "detections",
        "ttps",
        "CAPE",
        "curtain",
    )
    report = read(**dict.fromkeys(names))
    assert (report.outcome, report.reasons) == ("completed", ())


def test_hostile_text_comes_back_whole() -> None:
    nasty = "\0\x01\x7f<script>\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")
    report = read(behavior={"processes": [{"process_id": 1, "process_name": nasty}]})
    assert report.processes[0].image == nasty
    assert decode(native.body(report)) == report
