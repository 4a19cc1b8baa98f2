"""The network: flows, names, requests and TLS, each with the processes behind it."""

from fulgurite.exports.html.views.deeds import Table, table
from fulgurite.exports.html.views.who import Cast, Who
from fulgurite.model.base import Model
from fulgurite.model.digest import Digest
from fulgurite.model.flow import Flow
from fulgurite.model.report import Report

MAX_FLOWS = 100


class FlowLine(Model, frozen=True, kw_only=True):
    """One flow."""

    said: Flow
    who: Who | None = None
    other_name: str | None = None
    """The name that TLS asked for, where it is not the one that led to the address; hostile text."""
    is_first: bool = True
    """Whether it is the first of its number, `#flow-<number>`; hostile reports have several."""


class Network(Model, frozen=True, kw_only=True):
    """What went over the network, or tried to."""

    flows: tuple[FlowLine, ...] = ()
    flows_total: int = 0
    names: Table
    requests: Table
    tls: Table
    is_made_up: bool = False
    """Whether the guest's network was a pretence: the answers are made up, what was asked is not."""

    @property
    def is_empty(self) -> bool:
        return not (self.flows or self.names.lines or self.requests.lines or self.tls.lines)


def network(report: Report, digest: Digest, cast: Cast, total: int | None = None) -> Network:
    """The network of `report`; `total`: how many flows there are where it does not hold all of them."""
    first = {flow.flow: flow for flow in reversed(report.flows)}
    return Network(
        flows=tuple(
            FlowLine(
                said=flow,
                who=cast.who(flow.procid),
                other_name=_other_name(flow),
                is_first=first[flow.flow] is flow,
            )
            for flow in report.flows[:MAX_FLOWS]
        ),
        flows_total=len(report.flows) if total is None else total,
        names=table("names", digest, cast),
        requests=table("requests", digest, cast),
        tls=table("tls", digest, cast),
        is_made_up=report.machine.is_emulated,
    )


def _other_name(flow: Flow) -> str | None:
    if not flow.tls_sni or not flow.domain:
        return None
    return flow.tls_sni if _plain(flow.tls_sni) != _plain(flow.domain) else None


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")
