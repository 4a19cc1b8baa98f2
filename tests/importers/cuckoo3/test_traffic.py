"""The network part: flows from both sides, answers by flow."""

from fulgurite.model.events import DnsAnswer, DnsQuery
from tests.importers.cuckoo3.test_reader import _read

QUESTION = {"srcip": "10.0.0.5", "srcport": 5001, "dstip": "198.51.100.53", "dstport": 53, "ts": 100.0}
ANSWER = {"srcip": "198.51.100.53", "srcport": 53, "dstip": "10.0.0.5", "dstport": 5001, "ts": 100.5}


def test_answers_come_back_over_the_same_flow() -> None:
    network = {
        "udp": [{**QUESTION, "size": 3}, {**ANSWER, "size": 4}, {**ANSWER, "size": 5}],
        "dns": {
            "query": [{**QUESTION, "name": "a.test", "type": "A"}],
            "response": [{**ANSWER, "type": "A", "data": "192.0.2.1"}, {**ANSWER, "type": "A", "data": "192.0.2.2"}],
        },
    }
    report = _read(network=network)
    (flow,) = report.flows
    assert (flow.tx_bytes, flow.rx_bytes, flow.first_seen_ms, flow.last_seen_ms) == (3, 9, 0, 500)
    (answer,) = [event for event in report.events if isinstance(event, DnsAnswer)]
    assert (answer.name, answer.values, answer.flow, answer.at_ms) == ("a.test", ("192.0.2.1", "192.0.2.2"), 1, 500)
    (question,) = [event for event in report.events if isinstance(event, DnsQuery)]
    assert (question.flow, question.at_ms) == (1, 0)


def test_parts_that_are_missing() -> None:
    report = _read(network={"http": [{"request": None}, {"response": {"status": "x"}}], "dns": None, "host": [None]})
    assert report.events == ()


def test_times_beyond_every_float() -> None:
    for ts in (10**400, -(10**400), 1e308, True, "soon"):
        report = _read(network={"dns": {"query": [{**QUESTION, "name": "a.example", "ts": ts}], "response": []}})
        assert [event.name for event in report.events if isinstance(event, DnsQuery)] == ["a.example"]
