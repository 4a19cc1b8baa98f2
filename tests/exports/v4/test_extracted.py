"""Settings that were taken out, and what an import left."""

import json

from fulgurite import importers
from fulgurite.exports import native, v4
from fulgurite.exports.v4.extracted import extracted, imported
from fulgurite.model.config import MalwareConfig
from fulgurite.model.tally import Tally
from tests.builders import report

CONFIG = MalwareConfig(
    family="CobaltStrikeStager", rule="CS", found_in="memory/4-0-x.dmp", resource="behavioral1/x", values={"c2": ["a"]}
)
NOTE = MalwareConfig(kind="ransom_note", path="C:\\NOTE.txt", values={"note": "pay", "emails": ["a@b.test"]})


def test_each_kind_stands_under_its_name() -> None:
    assert extracted(report(configs=(CONFIG, NOTE))) == [
        {
            "dumped_file": "memory/4-0-x.dmp",
            "resource": "behavioral1/x",
            "config": {"family": "CobaltStrikeStager", "rule": "CS", "c2": ["a"]},
        },
        {"path": "C:\\NOTE.txt", "ransom_note": {"note": "pay", "emails": ["a@b.test"]}},
    ]
    assert extracted(report()) is None
    assert "extracted" not in json.loads(v4.body(report()))["summary"]


def test_both_forms_give_them_back() -> None:
    told = report(configs=(CONFIG, NOTE), families=("CobaltStrike",), tags=("stealer", "x"))
    for body in (v4.body(told), native.body(told)):
        again = importers.read(body)
        assert (again.configs, again.families, again.tags) == (told.configs, told.families, told.tags)
        assert "/summary/extracted" not in again.extra


def test_what_an_import_left_is_told() -> None:
    tally = Tally(items=12_480, carried=12_311, left={"api NtClose": 160, "strings": 9})
    body = json.loads(v4.body(report(tally=tally)))
    assert body["sandbox_import"] == {
        "items": 12_480,
        "carried": 12_311,
        "left": {"api NtClose": 160, "strings": 9},
        "told": "carried 12,311 of 12,480 items; 169 of kinds api NtClose, strings kept only in the original",
    }
    assert imported(report()) is None
    again = json.loads(v4.body(importers.read(json.dumps(body).encode())))
    assert again["sandbox_import"] == body["sandbox_import"]
