"""ATT&CK ids of any year as the parent techniques of today."""

import functools
from typing import Any

from pymispgalaxies.api import Clusters

_DEPRECATED = {"T1064": "T1059", "T1175": "T1021", "T1153": "T1059", "T1108": "T1505", "T1062": "T1564"}
"""Withdrawn without a successor; ATT&CK's text names where the use of them went."""


@functools.cache
def _successors() -> dict[str, str]:
    """The id that revoked each revoked one."""
    patterns: Any = Clusters().get("mitre-attack-pattern")
    listed: list[dict[str, Any]] = [value.to_dict() for value in patterns.cluster_values.values()]
    ids = {one["uuid"]: one["meta"].get("external_id", "") for one in listed}
    return {
        ids[one["uuid"]]: ids[link["dest-uuid"]]
        for one in listed
        for link in one.get("related", ())
        if link["type"] == "revoked-by" and link["dest-uuid"] in ids
    }


def parent_of_today(technique: str) -> str:
    """`technique` (`T1045`, `T1059.001`) as ATT&CK of today has it, without its sub-technique."""
    known = set[str]()
    while technique in _successors() and technique not in known:
        known.add(technique)
        technique = _successors()[technique]
    parent = technique.partition(".")[0]
    return _DEPRECATED.get(parent, parent)
