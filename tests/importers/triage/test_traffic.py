"""Flows and requests."""

import json
from typing import Any

import msgspec
import pytest

from fulgurite.importers.counting import Count
from fulgurite.importers.triage.shapes import Network
from fulgurite.importers.triage.traffic import ends, read
from fulgurite.model.events import DnsAnswer, DnsQuery, FlowStart, HttpResponse


def _network(**lists: Any) -> Network:
    return Network(**{name: msgspec.Raw(json.dumps(value).encode()) for name, value in lists.items()})


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("192.0.2.1:80", ("192.0.2.1", 80)),
        ("[2001:db8::1]:80", ("2001:db8::1", 80)),
        ("2001:db8::1", ("2001:db8::1", None)),
        ("192.0.2.1", ("192.0.2.1", None)),
        ("", ("", None)),
    ],
)
def test_ends(place: str, expected: tuple[str, int | None]) -> None:
    assert ends(place) == expected


def test_numbers_of_flows_are_those_of_the_source() -> None:
    listed = [{"id": 7, "dst": "192.0.2.1:80"}, {"id": 7, "dst": "192.0.2.2:80"}, {"dst": "192.0.2.3"}, {"src": "x"}]
    flows, events = read(_network(flows=listed), Count())
    assert [flow.flow for flow in flows] == [7, 8, 9]
    assert [event.flow for event in events if isinstance(event, FlowStart)] == [7, 8, 9]


def test_answers_without_their_list() -> None:
    requests = [
        {"flow": 1, "dns_request": {"domains": ["a.test"]}},
        {"flow": 1, "dns_response": {"domains": ["a.test"], "ip": ["192.0.2.1"]}},
        {"http_response": {"status": "204"}},
        {"http_response": {"status": "x"}, "http_request": {"method": "GET"}, "dns_request": [], "dns_response": 5},
    ]
    _, events = read(_network(requests=requests), Count())
    assert events == [
        DnsQuery(name="a.test", flow=1),
        DnsAnswer(name="a.test", values=("192.0.2.1",), flow=1),
        HttpResponse(status=204),
    ]
