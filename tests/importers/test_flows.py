"""Flows and who owns them."""

from fulgurite.importers.calls import Contact
from fulgurite.importers.draft import Draft
from fulgurite.importers.flows import Ends, Flows
from fulgurite.model.events import FlowOwner, FlowStart


def test_flows_are_found_from_both_sides() -> None:
    flows = Flows()
    number = flows.add("tcp", Ends("10.0.0.2", 5000, "192.0.2.1", 80), 7)
    assert flows.of("tcp", Ends("192.0.2.1", 80, "10.0.0.2", 5000)) == number == 1
    assert flows.of("udp", Ends("10.0.0.2", 5000, "192.0.2.1", 80)) is None
    assert flows.to("tcp", "192.0.2.1", 80) == 1
    assert flows.knows("10.0.0.2")
    assert flows.host_of(1) == "192.0.2.1"
    flows.sees(1, "http")
    flows.sees(1, "http")
    flows.sees(None, "http")
    assert flows.flows[0].protocols == ("http",)
    assert (flows.flows[0].src, flows.flows[0].dst) == ("10.0.0.2:5000", "192.0.2.1:80")


def test_owners_are_those_who_turned_there_first() -> None:
    draft, flows = Draft(), Flows()
    for port in (5000, 5001):
        flows.add("tcp", Ends("10.0.0.2", port, "192.0.2.1", 80))
    contact = Contact("tcp", "192.0.2.1", 80)
    for procid, at_ms in ((3, 1000), (4, 1005), (5, 1006)):
        draft.contacts.append((contact, procid, at_ms))
    draft.contacts.append((Contact("udp", "192.0.2.9", 53), 3, 1007))
    draft.settle_clock(1000)
    flows.own(draft)
    flows.tell(draft)
    assert [flow.procid for flow in flows.flows] == [3, 4, 3]
    events, _ = draft.placed()
    assert [event.at_ms for event in events if isinstance(event, FlowOwner)] == [0, 5, 7]
    assert [event.remote_addr for event in events if isinstance(event, FlowStart)][-1] == "192.0.2.9"
