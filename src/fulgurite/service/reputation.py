"""What our own analyses say of an address, a domain or a URL: which of them saw it, and what they say of their samples.

There is no other source, so nothing is known of what no analysis saw: zero detections, no sources. A source's
assessment is the verdict on the program that went there, not on the place itself; many good programs' hosts are
contacted by bad ones.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fulgurite.model.observed import Kind, domain_of, ip_of, url_of
from fulgurite.model.times import utc_ms
from fulgurite.model.verdict import Verdict
from fulgurite.model.viewer import Viewer
from fulgurite.store import Store, observations
from fulgurite.store.observations import Sighting

Fields = dict[str, Any]

MAX_ADDRESSES = 1_000
"""Of one call."""
MAX_SOURCES = 20
"""Analyses that are named; all of them are counted."""
PROVIDER = "Fulgurite"

NORMAL: dict[Kind, Callable[[str], str | None]] = {"ip": ip_of, "domain": domain_of, "url": url_of}
"""Kind -> what gives the normal form of a value, or None for what is no value of that kind."""

_DETECTIONS = (Verdict.MALICIOUS, Verdict.SUSPICIOUS)
_DETECTED, _UNKNOWN = 1, 5
"""`status` of a source: the vendor's numbers for listed as bad, and for unknown. 0, known to be good, we never say."""
_NOWHERE: Fields = {
    "country": {"name": ""},
    "city": {"name": ""},
    "location": {"latitude": 0.0, "longitude": 0.0},
    "subdivisions": [],
}
"""`geo_info` of every address: clients insist on its fields, and there is no such data here."""


def reputation(store: Store, kind: Kind, text: str, viewer: Viewer, now: datetime) -> Fields | None:
    """What is told of the value that `text` spells; None when it is no value of this kind. Raises StoreError."""
    value = NORMAL[kind](text)
    if value is None:
        return None
    counts = observations.counts(store.database, kind, value, viewer)
    seen = observations.sightings(store.database, kind, value, MAX_SOURCES, viewer) if any(counts.values()) else ()
    told: Fields = {
        "address": text,
        "lookup_results": {
            "start_time": utc_ms(now),
            "detected_by": sum(counts[verdict] for verdict in _DETECTIONS),
            "sources": [_source(sighting) for sighting in seen],
        },
        "analyses": {verdict.value: counts[verdict] for verdict in Verdict},
    }
    return {**told, "geo_info": _NOWHERE} if kind == "ip" else told


def _source(sighting: Sighting) -> Fields:
    return {
        "provider": PROVIDER,
        "assessment": sighting.verdict.value,
        "detect_time": utc_ms(sighting.requested_at),
        "update_time": utc_ms(sighting.stored_at),
        "status": _DETECTED if sighting.verdict in _DETECTIONS else _UNKNOWN,
        "sandbox_id": sighting.sandbox_id,
        "sha256": (sighting.sha256 or "").upper(),
    }
