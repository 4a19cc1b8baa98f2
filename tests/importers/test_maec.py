"""Packages by their content; the real ones by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.maec import Maec
from tests.importers import corpora


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "package", "maec_objects": []}, True),
        ({"maec_objects": []}, False),
        ({"type": "package", "maec_objects": {}}, False),
    ],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert Maec().sniff(Content(json.dumps(body).encode())) is expected


def test_refused() -> None:
    with pytest.raises(MalformedReport):
        Maec().parse(Content(b'{"maec_objects"'))


@pytest.mark.parametrize("path", corpora.files("maec5_vt"))
def test_the_real_ones(path: Path) -> None:
    plain = json.loads(corpora.content(path))
    report = importers.read(corpora.content(path))
    told = plain["observable_objects"][plain["maec_objects"][0]["instance_object_refs"][0]]["hashes"]
    assert (report.source.name, report.sample.sha256, report.sample.md5) == ("maec", told["SHA-256"], told["MD5"])
