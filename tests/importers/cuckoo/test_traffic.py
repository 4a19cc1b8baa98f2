"""The network's own record."""

from typing import Any

from fulgurite.model.events import DnsAnswer, DnsQuery, FlowOwner, HttpRequest, HttpResponse, Suspicious
from fulgurite.model.report import Report
from tests.importers.cuckoo.made import called, process, read

CONNECTION = {"src": "10.0.0.5", "sport": 49000, "dst": "192.0.2.1", "dport": 80, "time": 2.5}


def _urls(report: Report) -> list[str]:
    return [event.url for event in report.events if isinstance(event, HttpRequest)]


def _network(**network: Any) -> Report:
    return read(network=network)


def test_hosts_as_texts_and_as_objects() -> None:
    report = _network(hosts=["192.0.2.1", {"ip": "192.0.2.2"}, {"ip": None}, 5], tcp=[CONNECTION])
    assert [flow.dst for flow in report.flows] == ["192.0.2.1:80", "192.0.2.2", "5"]


def test_a_host_that_a_name_led_to_was_turned_to_all_the_same() -> None:
    question = {"request": "a.test", "type": "A", "answers": [{"type": "A", "data": "192.0.2.1"}]}
    report = _network(hosts=[{"ip": "192.0.2.1", "hostname": "a.test"}], dns=[question])
    assert [(flow.proto, flow.dst, flow.domain) for flow in report.flows] == [("ip", "192.0.2.1", "a.test")]


def test_a_connection_belongs_to_who_made_it() -> None:
    asked = called("getaddrinfo", NodeName="A.test")
    made = called("connect", 6, ip="192.0.2.1", port="80", status=False)
    network = {
        "tcp": [CONNECTION],
        "dns": [{"request": "a.test", "type": "A", "answers": [{"type": "A", "data": "192.0.2.1"}, {"data": None}]}],
        "http": [
            {"host": "a.test:80", "port": 80, "uri": "http://a.test/", "method": "GET", "data": None, "count": "2"}
        ],
    }
    report = read(behavior={"processes": [process(1, asked, made)]}, network=network)
    (flow,) = report.flows
    assert (flow.procid, flow.domain, flow.protocols) == (1, "a.test", ("http",))
    assert [event.procid for event in report.events if isinstance(event, FlowOwner)] == [1]
    assert [event.procid for event in report.events if isinstance(event, DnsQuery)] == [1, 1]
    assert [event.values for event in report.events if isinstance(event, DnsAnswer)] == [("192.0.2.1",)]
    (request,) = [event for event in report.events if isinstance(event, HttpRequest)]
    assert (request.procid, request.flow, request.count) == (1, 1, 2)


def test_times_may_be_those_of_the_day() -> None:
    first, second = ({**CONNECTION, "time": 1_700_000_000.0 + more} for more in (1.5, 0.0))
    assert [flow.first_seen_ms for flow in _network(tcp=[first, second]).flows] == [1500, 0]


def test_names_and_requests_have_the_time_of_the_capture() -> None:
    udp = [{**CONNECTION, "dport": 53, "time": 4.25}, {**CONNECTION, "dport": 53, "time": 1.5}]
    dns = [{"request": "b.test", "first_seen": 1763500010.25}, {"request": "a.test", "first_seen": 1763500007.5}]
    http = [{"host": "a.test", "port": 80, "uri": "http://a.test/", "method": "GET", "first_seen": 1763500008.0}]
    report = _network(udp=udp, dns=[*dns, {"request": "c.test"}], http=http)
    told = [event for event in report.events if isinstance(event, DnsQuery | HttpRequest)]
    assert [event.at_ms for event in told] == [4250, 1500, None, 2000]
    unknown = _network(dns=dns, http=http)
    assert {event.at_ms for event in unknown.events} == {None}


def test_urls_are_put_together_from_host_and_path() -> None:
    report = _network(
        http=[{"host": "a.test", "port": 8080, "uri": "/x"}, {"uri": None}],
        http_ex=[{"host": "b.test", "dport": 80, "protocol": "http", "uri": "y", "method": "POST", "status": 404}],
        https_ex=[{"host": "c.test", "dport": 443, "uri": "/z", "status": "200"}, {"uri": 5}, {}],
    )
    assert _urls(report) == ["http://a.test:8080/x", "http://b.test/y", "https://c.test/z", "https:///5"]
    assert [event.status for event in report.events if isinstance(event, HttpResponse)] == [404, 200]


def test_suricata_adds_what_the_capture_does_not_tell() -> None:
    seen = {"srcip": "10.0.0.5", "srcport": 49000, "dstip": "192.0.2.1", "dstport": 80}
    suricata = {
        "http": [
            {**seen, "uri": "/", "hostname": "a.test", "http_method": "GET", "status": "None"},
            {**seen, "uri": "/b", "hostname": "a.test", "http_method": "GET", "status": 200},
        ],
        "tls": [{**seen, "sni": "a.test", "ja3": "x" * 32, "ja3s": {"hash": "y" * 32}}],
        "alerts": [{"signature": "bad", **seen}],
        "dns": [{"dns": {"rrname": "d.test"}}, {"dns": 5}, None],
        "files": [{"sha256": "x"}],
    }
    network = {"tcp": [CONNECTION], "http": [{"uri": "http://a.test/", "method": "GET"}]}
    report = read(network=network, suricata=suricata)
    assert _urls(report) == ["http://a.test/", "http://a.test/b"]
    (flow,) = report.flows
    assert (flow.tls_sni, flow.tls_ja3, flow.tls_ja3s) == ("a.test", "x" * 32, "y" * 32)
    assert [event.act for event in report.events if isinstance(event, Suspicious)] == ["NetworkAlert"]
    assert report.tally is not None
    assert report.tally.left == {"suricata dns": 2, "suricata files": 1}
