"""The JSON Schema: that of the page, and true of the rules that there are."""

import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from fulgurite import rules
from fulgurite.rules.schema import rendered, schema
from tests.golden import REFRESH

FILE = Path(__file__).resolve().parents[2] / "docs/rules.schema.json"
VALID = jsonschema_rs.Draft202012Validator(schema())


def test_the_file_is_what_the_tables_give() -> None:
    if os.environ.get(REFRESH) is not None:
        FILE.write_bytes(rendered())
    assert FILE.read_bytes() == rendered()


def test_every_rule_of_ours_is_of_that_form() -> None:
    wrong = [file.file for file in rules.builtin_files() if not VALID.is_valid(yaml.safe_load(file.text or ""))]
    assert wrong == []


def _rule(when: Any, **more: Any) -> Any:
    return {"name": "a", "when": when, "cases": {"match": [[]], "miss": [[]]}, **more}


@pytest.mark.parametrize(
    ("when", "is_valid"),
    [
        ({"file": {}}, True),
        ({"file": {"path": {"starts": "a", "not": {"ends": ["b"]}}}}, True),
        ({"count": 3, "distinct": "path", "within": "10s", "same": ["process", "path"], "file": {}}, True),
        ({"same": "tree", "within": "5m", "sequence": [{"file": {}}, {"any": [{"api": {}}]}]}, True),
        ({"least": 2, "any": [{"file": {}}, {"rule": "other"}]}, True),
        ({"flow_start": {"remote_port": {"above": 5, "exists": True}, "any": [{"public": True}]}}, True),
        ({"file": {"odd": 1}}, False),
        ({"odd": {}}, False),
        ({"file": {}, "api": {}}, False),
        ({"within": "soon", "sequence": [{"file": {}}]}, False),
        ({"count": 0, "file": {}}, False),
        ({"file": {"path": {"like": "a"}}}, False),
    ],
)
def test_conditions(when: Any, is_valid: bool) -> None:
    assert VALID.is_valid(_rule(when)) is is_valid


@pytest.mark.parametrize("more", [{"ttps": ["T1"]}, {"confidence": "sure"}, {"os": ["dos"]}, {"odd": 1}, {"score": 11}])
def test_what_no_rule_has(more: Any) -> None:
    assert not VALID.is_valid(_rule({"file": {}}, **more))
