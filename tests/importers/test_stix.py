"""Bundles that tell of a file, and those that do not; the real ones by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.stix import Stix
from tests.importers import corpora

TELLING = {"malware", "malware-analysis", "observed-data", "file", "ipv4-addr", "domain-name", "url", "process"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "bundle", "objects": []}, True),
        ({"type": "bundle"}, False),
        ({"x": {"type": "bundle", "objects": []}}, False),
    ],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert Stix().sniff(Content(json.dumps(body).encode())) is expected


@pytest.mark.parametrize("data", [b"{}", b'{"type":"bundle","objects":[{"type":"identity"}]}'])
def test_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        Stix().parse(Content(data))


def test_a_digest_that_indicators_look_for() -> None:
    pattern = f"[file:hashes.'SHA-256' = '{'A' * 64}']"
    listed = [{"type": "malware", "name": "Fam"}, {"type": "indicator", "pattern": pattern}]
    report = Stix().parse(Content(json.dumps({"type": "bundle", "objects": listed}).encode()))
    assert (report.sample.sha256, report.families) == ("a" * 64, ("Fam",))


@pytest.mark.parametrize("path", corpora.files("stix21_examples"))
def test_the_real_ones(path: Path) -> None:
    plain = json.loads(corpora.content(path))["objects"]
    if not TELLING & {one["type"] for one in plain}:
        with pytest.raises(MalformedReport, match="tells of no file"):
            importers.read(corpora.content(path))
        return
    report = importers.read(corpora.content(path))
    assert report.source.name == "stix"
    names = list(dict.fromkeys(one["name"] for one in plain if one["type"] == "malware"))
    assert list(report.families) == names
    assert len(report.signatures) == sum(one["type"] == "indicator" for one in plain)
