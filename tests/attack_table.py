"""Writes the table of ATT&CK techniques that rules are checked against, from the `pymispgalaxies` wheel.

python -m scripts.attack_table [--check]
"""

import json
from importlib import resources
from typing import Any

_CLUSTER = "data/misp-galaxy/clusters/mitre-attack-pattern.json"
_MATRICES = ("attack-", "mobile-attack-")


def table() -> str:
    """The table as JSON: name and tactics of every technique, and what stands in the place of those that are gone."""
    cluster = json.loads((resources.files("pymispgalaxies") / _CLUSTER).read_text(encoding="utf-8"))
    values = [one for one in cluster["values"] if _tactics(one)]
    gone = [one for one in values if _is_gone(one)]
    of_uuid = {one["uuid"]: one["meta"]["external_id"] for one in values}
    shown = {
        "version": f"misp-galaxy mitre-attack-pattern {cluster['version']}",
        "techniques": {
            one["meta"]["external_id"]: [_name(one), *_tactics(one)]
            for one in sorted(values, key=lambda one: str(one["meta"]["external_id"]))
            if one not in gone
        },
        "gone": {
            one["meta"]["external_id"]: _follower(one, of_uuid)
            for one in sorted(gone, key=lambda one: str(one["meta"]["external_id"]))
        },
    }
    lines = json.dumps(shown, indent=0, ensure_ascii=False).replace('",\n"', '", "').replace('[\n"', '["')
    return lines.replace('"\n]', '"]') + "\n"


def _name(one: dict[str, Any]) -> str:
    return str(one["value"]).rpartition(" - ")[0]


def _tactics(one: dict[str, Any]) -> list[str]:
    chains = [chain for chain in one["meta"].get("kill_chain", ()) if chain.startswith(_MATRICES)]
    return sorted({chain.rpartition(":")[2] for chain in chains})


def _is_gone(one: dict[str, Any]) -> bool:
    return one.get("revoked") is True or "technique has been deprecated" in one.get("description", "").lower()


def _follower(one: dict[str, Any], of_uuid: dict[str, str]) -> str | None:
    for related in one.get("related", ()):
        if related["type"] == "revoked-by":
            return of_uuid.get(related["dest-uuid"])
    return None
