"""Traffic of the emulated network."""

from typing import Any

import pytest

from fulgurite.importers.draft import Draft
from fulgurite.importers.speakeasy.shapes import Seen
from fulgurite.importers.speakeasy.web import Web
from fulgurite.model.events import HttpRequest


@pytest.mark.parametrize(
    ("server", "port", "headers", "method", "url"),
    [
        ("a.test", 80, "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n", "GET", "http://a.test/x"),
        ("a.test", 443, 0, "GET", "https://a.test/"),
        ("a.test", "8080", "Host: a.test", "POST", "http://a.test:8080/"),
        ("192.0.2.1", 80, None, "POST", "http://192.0.2.1/"),
    ],
)
def test_requests(server: str, port: Any, headers: Any, method: str, url: str) -> None:
    draft = Draft()
    said = "POST" if method == "POST" else None
    Web(draft).traffic(Seen(server=server, port=port, proto="tcp.http", headers=headers, method=said), 1)
    (event,) = draft.deeds()
    assert isinstance(event, HttpRequest)
    assert (event.method, event.url) == (method, url)
    assert draft.contacts[0][0].host == server


def test_names_lead_to_their_addresses() -> None:
    draft = Draft()
    web = Web(draft)
    web.name(Seen(query="a.test", response="192.0.2.1"), 1)
    web.name(Seen(), 1)
    web.traffic(Seen(server="a.test", port=4444, proto="udp"), 1)
    web.traffic(Seen(port=1), 1)
    web.request(Seen(port=1), 1)
    assert [contact for contact, _, _ in draft.contacts] == [("udp", "192.0.2.1", 4444)]
    assert sum(draft.count.tally().left.values()) == 3
