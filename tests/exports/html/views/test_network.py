"""The network of a report."""

from fulgurite.exports.html.views.network import MAX_FLOWS, Network, network
from fulgurite.exports.html.views.who import Cast
from fulgurite.model.digest import digest
from fulgurite.model.events import DnsQuery, HttpRequest, TlsHandshake
from fulgurite.model.flow import Flow
from fulgurite.model.report import Report
from tests.builders import machine, report


def _of(made: Report, total: int | None = None) -> Network:
    return network(made, digest(made), Cast(made, [1]), total)


def test_flows_and_what_went_over_them() -> None:
    made = _of(
        report(
            DnsQuery(procid=1, name="a.example"),
            HttpRequest(procid=1, method="GET", url="http://a.example/"),
            TlsHandshake(sni="a.example"),
            flows=(Flow(flow=1, proto="tcp", src="10.0.0.2:5", dst="192.0.2.1:80", procid=1),),
        )
    )
    assert made.flows[0].who is not None
    assert [len(one.lines) for one in (made.names, made.requests, made.tls)] == [1, 1, 1]
    assert not made.is_empty


def test_a_quiet_run_is_empty() -> None:
    assert _of(report()).is_empty


def test_an_emulated_network_is_told() -> None:
    assert _of(report()).is_made_up
    assert _of(report(machine=machine(platform="windows10_x64", resource="windows10-emulated"))).is_made_up
    assert not _of(report(machine=machine(platform="windows10_x64"))).is_made_up


def test_flows_are_bounded() -> None:
    flows = tuple(Flow(flow=n, proto="tcp", src="", dst="") for n in range(MAX_FLOWS + 5))
    assert (len(_of(report(flows=flows)).flows), _of(report(flows=flows)).flows_total) == (MAX_FLOWS, MAX_FLOWS + 5)
    assert _of(report(flows=flows), total=9_000).flows_total == 9_000


def test_only_the_first_flow_of_a_number_has_its_place() -> None:
    flows = tuple(Flow(flow=1, proto=proto, src="", dst="") for proto in ("tcp", "udp"))
    assert [line.is_first for line in _of(report(flows=flows)).flows] == [True, False]


def test_a_name_that_only_tls_asked_for_is_told() -> None:
    names = (
        ("cdn.example", "hidden.example"),
        ("CDN.example.", "cdn.example"),
        (None, "a.example"),
        ("a.example", None),
    )
    flows = tuple(
        Flow(flow=number, proto="tcp", src="", dst="", domain=domain, tls_sni=sni)
        for number, (domain, sni) in enumerate(names, 1)
    )
    assert [one.other_name for one in _of(report(flows=flows)).flows] == ["hidden.example", None, None, None]
