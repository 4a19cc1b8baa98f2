"""What the built-in rules cover, as a page of the documentation and as a layer of the ATT&CK Navigator."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from fulgurite import rules
from fulgurite.model import attack
from fulgurite.rules import Rule

FOLDER = Path(rules.__file__).parent / "builtin"
_HEAD = """# Built-in rules

Made by `make refresh` from the rules themselves; a test holds it equal to them. The score is the rule's own, with the
confidence that bounds what it counts ([scoring](scoring.md)); rules without score inform. The last column says what
benign software does it too. [attack-layer.json](attack-layer.json) is the same as a layer of the ATT&CK Navigator.

"""


def _tactic_of() -> dict[str, str]:
    """The folder that each rule lies in: a tactic, or `combined`."""
    return {file.stem: file.parent.name for file in FOLDER.rglob("*.yml")}


def page() -> str:
    """docs/rules-builtin.md."""
    found, folders = rules.load_builtin().rules, _tactic_of()
    by_folder: dict[str, list[Rule]] = defaultdict(list)
    for rule in found:
        by_folder[folders[rule.label]].append(rule)
    covered = {ttp for rule in found for ttp in rule.ttps}
    parents = {ttp.partition(".")[0] for ttp in covered}
    informing = sum(rule.score is None for rule in found)
    counts = f"{len(found)} rules, {informing} of them informing; {len(covered)} techniques and sub-techniques"
    lines = [f"{counts}, of {len(parents)} parent techniques ({attack.version()}).", ""]
    for folder in sorted(by_folder):
        lines += [
            f"## {folder.replace('_', ' ').capitalize()}",
            "",
            "| rule | score | techniques | also done by |",
            "|---|---|---|---|",
        ]
        lines += [_row(rule) for rule in sorted(by_folder[folder], key=lambda rule: rule.label)]
        lines.append("")
    return _HEAD + "\n".join(lines)


def _row(rule: Rule) -> str:
    score = "informs" if rule.score is None else f"{rule.score}, {rule.confidence}"
    name = rule.name.replace("|", "\\|")
    benign = (rule.benign or "").replace("|", "\\|")
    return f"| `{rule.label}`: {name} | {score} | {' '.join(rule.ttps)} | {benign} |"


def layer() -> str:
    """docs/attack-layer.json, form 4.5: for each technique the highest score among its rules, and which they are."""
    of_technique: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules.load_builtin().rules:
        for ttp in rule.ttps:
            of_technique[ttp].append(rule)
    techniques: list[dict[str, Any]] = [
        {
            "techniqueID": ttp,
            "score": max(rule.score or 0 for rule in found),
            "comment": ", ".join(sorted(rule.label for rule in found)),
            "enabled": True,
        }
        for ttp, found in sorted(of_technique.items())
    ]
    shown = {
        "name": "Fulgurite, built-in rules",
        "versions": {"layer": "4.5", "navigator": "5.1.0"},
        "domain": "enterprise-attack",
        "description": "The highest score among the rules for a technique; 0: its rules inform only.",
        "techniques": techniques,
        "gradient": {"colors": ["#d5e8d4", "#ffe08a", "#e8735a"], "minValue": 0, "maxValue": 10},
        "sorting": 3,
        "hideDisabled": False,
    }
    return json.dumps(shown, indent=1, ensure_ascii=False) + "\n"
