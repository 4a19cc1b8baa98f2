"""The page and the layer that say what the built-in rules cover."""

import json
import os
from collections.abc import Callable

import pytest

from fulgurite import rules
from fulgurite.model import attack
from tests.golden import REFRESH, ROOT
from tests.rule_coverage import layer, page

TACTICS = {
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
}
"""Those that behaviour can show."""


@pytest.mark.parametrize(("name", "made"), [("rules-builtin.md", page), ("attack-layer.json", layer)])
def test_what_is_written_is_what_the_rules_cover(name: str, made: Callable[[], str]) -> None:
    path = ROOT / "docs" / name
    if os.environ.get(REFRESH) is not None:
        path.write_text(made(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == made()


def test_every_tactic_is_covered() -> None:
    served = {
        tactic
        for rule in rules.load_builtin().rules
        for found in (attack.technique(ttp) for ttp in rule.ttps)
        if found is not None
        for tactic in found.tactics
    }
    assert served >= TACTICS


def test_the_layer_names_techniques_once() -> None:
    ids = [one["techniqueID"] for one in json.loads(layer())["techniques"]]
    assert len(ids) == len(set(ids)) >= 150
