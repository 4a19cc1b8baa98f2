"""For those who run the service: `GET /health`, `GET /ready` and `GET /metrics`. None of them asks for a key.

Metrics are told to the machine itself only, unless the settings open them: they say how much a service is used.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from typing import NamedTuple

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import json_of
from fulgurite.api.problems import Problem
from fulgurite.service.health import Readiness
from fulgurite.service.tally import BUCKETS_US, Told, Upkeep

_US = 1e6


class HealthUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads."""

    readiness: Callable[[], Readiness]
    needs_worker: bool
    """Whether it is not ready without a worker."""
    told: Callable[[], Iterable[Told]]
    """What was counted of requests."""
    tasks: Callable[[], dict[str, int]]
    """Tasks by state."""
    analyses: Callable[[], int]
    upkeep: Callable[[], Upkeep]
    """What the rounds over the index found."""
    are_metrics_open: bool
    """Whether metrics are told to other machines."""


class Health:
    """What each of these endpoints does."""

    def __init__(self, uses: HealthUses) -> None:
        self._uses = uses
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Collector(uses))

    async def health(self, _: Request) -> Response:
        """GET /health: 200 as long as the process answers at all."""
        return json_of(b'{"status":"ok"}')

    async def ready(self, _: Request) -> Response:
        """GET /ready: 200 when lookups can be answered and samples run, else 503000."""
        found = await asyncio.to_thread(self._uses.readiness)
        if not found.store:
            raise Problem(503000, "the store cannot be read")
        if self._uses.needs_worker and not found.worker:
            raise Problem(503000, "no worker runs")
        return json_of(msgspec.json.encode({"status": "ready", **found._asdict()}))

    async def metrics(self, request: Request) -> Response:
        """GET /metrics: what all server processes have counted, as Prometheus reads it."""
        if not self._uses.are_metrics_open and not _is_local(request):
            raise Problem(403003)
        text = await asyncio.to_thread(generate_latest, self._registry)
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})


def _is_local(request: Request) -> bool:
    return request.client is None or ip_address(request.client.host).is_loopback


class _Collector(Collector):
    """Says what the metrics are, when they are asked for."""

    def __init__(self, uses: HealthUses) -> None:
        self._uses = uses

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        told = list(self._uses.told())
        requests = CounterMetricFamily(
            "fulgurite_http_requests", "Requests answered, by all server processes.", labels=["kind", "status"]
        )
        times = HistogramMetricFamily(
            "fulgurite_http_request_seconds", "Time to an answer, without sending it.", labels=["kind"]
        )
        for one in told:
            for status, number in one.by_status.items():
                if number > 0:
                    requests.add_metric([one.kind, str(status or "other")], number)
            times.add_metric([one.kind], _buckets(one), one.sum_us / _US)
        yield requests
        yield times
        tasks = GaugeMetricFamily("fulgurite_tasks", "Tasks kept, by state.", labels=["state"])
        for state, number in sorted(self._uses.tasks().items()):
            tasks.add_metric([state], number)
        yield tasks
        yield GaugeMetricFamily("fulgurite_analyses", "Analyses ever kept.", self._uses.analyses())
        upkeep = self._uses.upkeep()
        yield CounterMetricFamily(
            "fulgurite_index_rounds", "How often the whole index was looked through.", upkeep.rounds
        )
        yield CounterMetricFamily(
            "fulgurite_index_mended", "Entries of the index found wrong or missing, and made again.", upkeep.mended
        )
        found = self._uses.readiness()
        yield GaugeMetricFamily("fulgurite_store_readable", "Whether the store can be read.", int(found.store))
        yield GaugeMetricFamily("fulgurite_worker_alive", "Whether a worker runs samples.", int(found.worker))


def _buckets(told: Told) -> list[tuple[str, float]]:
    bounds = [*(str(bound / _US) for bound in BUCKETS_US), "+Inf"]
    return [(bound, sum(told.buckets[: place + 1])) for place, bound in enumerate(bounds)]
