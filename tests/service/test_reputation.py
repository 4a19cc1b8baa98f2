"""What our own analyses say of addresses, domains and URLs."""

from typing import Any

import msgspec
import pytest
from mcl_platform_sdk.models.domain_reputation import DomainReputation
from mcl_platform_sdk.models.ip_reputation import IPReputation
from mcl_platform_sdk.models.url_reputation import URLReputation

from fulgurite.model.events import DnsQuery, HttpRequest
from fulgurite.model.hashes import digests_of
from fulgurite.model.observed import Kind
from fulgurite.model.viewer import PUBLIC
from fulgurite.service.reputation import MAX_SOURCES, reputation
from fulgurite.store import Store
from tests import builders
from tests.store.values import NOW, imported, sandbox_id

EVENTS = (
    builders.flow_start(remote_addr="192.0.2.10"),
    DnsQuery(name="evil.example"),
    HttpRequest(method="GET", url="http://evil.example/a?b"),
)
VALUES: list[tuple[Kind, str, Any]] = [
    ("ip", "192.0.2.10", IPReputation),
    ("domain", "EVIL.example", DomainReputation),
    ("url", "http://evil.example/a?b", URLReputation),
]


def seen(store: Store, number: int, score: int | None) -> None:
    imported(store, number, builders.sample(b"%d" % number), events=EVENTS, score=score)


def told(store: Store, kind: Kind, text: str) -> dict[str, Any]:
    fields = reputation(store, kind, text, PUBLIC, NOW)
    assert fields is not None
    return fields


@pytest.mark.parametrize(("kind", "text", "model"), VALUES)
def test_what_was_seen_is_told(store: Store, kind: Kind, text: str, model: Any) -> None:
    for number, score in enumerate([9, 6, 2, None], start=1):
        seen(store, number, score)
    fields = told(store, kind, text)
    assert fields["address"] == text
    results = fields["lookup_results"]
    assert results["detected_by"] == 2
    assert results["start_time"] == "2026-01-02T03:04:05.678Z"
    assert [(source["assessment"], source["status"]) for source in results["sources"]] == [
        ("malicious", 1),
        ("suspicious", 1),
        ("benign", 5),
        ("unknown", 5),
    ]
    assert results["sources"][0] == {
        "provider": "Fulgurite",
        "assessment": "malicious",
        "detect_time": "2026-01-02T03:04:05.678Z",
        "update_time": "2026-01-02T03:04:05.678Z",
        "status": 1,
        "sandbox_id": sandbox_id(1),
        "sha256": digests_of(b"1").sha256.upper(),
    }
    assert fields["analyses"] == {"malicious": 1, "suspicious": 1, "benign": 1, "unknown": 1}
    assert model.from_json(msgspec.json.encode(fields).decode()) is not None


@pytest.mark.parametrize(("kind", "text", "model"), VALUES)
def test_the_unknown_is_unknown(store: Store, kind: Kind, text: str, model: Any) -> None:
    fields = told(store, kind, text)
    assert (fields["lookup_results"]["detected_by"], fields["lookup_results"]["sources"]) == (0, [])
    assert ("geo_info" in fields) is (kind == "ip")
    assert model.from_json(msgspec.json.encode(fields).decode()) is not None


def test_all_are_counted_and_some_named(store: Store) -> None:
    for number in range(1, MAX_SOURCES + 6):
        seen(store, number, 9)
    results = told(store, "ip", "192.0.2.10")["lookup_results"]
    assert results["detected_by"] == MAX_SOURCES + 5
    assert len(results["sources"]) == MAX_SOURCES


@pytest.mark.parametrize(("kind", "text"), [("ip", "evil.example"), ("domain", "192.0.2.1"), ("url", "evil.example")])
def test_what_is_no_such_value(store: Store, kind: Kind, text: str) -> None:
    assert reputation(store, kind, text, PUBLIC, NOW) is None
