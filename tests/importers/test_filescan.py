"""Flows by their content; the real ones by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.filescan import Filescan
from tests.importers import corpora


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"reports": {"a": {"finalVerdict": {}}}}, True),
        ({"reports": {"a": {}, "finalVerdict": 1}}, False),
        ({"reports": [{"finalVerdict": {}}]}, False),
        ({"finalVerdict": {}}, False),
    ],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert Filescan().sniff(Content(json.dumps(body).encode())) is expected


def test_refused() -> None:
    with pytest.raises(MalformedReport):
        Filescan().parse(Content(b'{"reports": {}}'))


@pytest.mark.parametrize("path", corpora.files("opswat_filescan"))
def test_counts_of_the_real_ones(path: Path) -> None:
    (plain,) = json.loads(corpora.content(path))["reports"].values()
    report = importers.read(corpora.content(path))
    assert (report.source.name, report.sample.sha256) == ("filescan", plain["file"]["hash"])
    assert len(report.signatures) == len(plain["allSignalGroups"])
    ids = {one["ID"] for group in plain["allSignalGroups"] for one in group.get("allMitreTechniques") or []}
    assert set(report.ttps or ()) == ids
    assert set(report.tags) == {one["tag"]["name"] for one in plain["allTags"]}
    assert report.requested_at is not None
    assert report.requested_at.strftime("%m/%d/%Y, %H:%M:%S") == plain["created_date"]
