"""All parts of a report page together."""

from collections.abc import Mapping

from fulgurite.exports.html.views.artifacts import Artifacts, artifacts
from fulgurite.exports.html.views.banner import Banner, banner
from fulgurite.exports.html.views.configuration import Configs, Facts, configs, facts, properties
from fulgurite.exports.html.views.deeds import Table, behaviour
from fulgurite.exports.html.views.matrix import Matrix, matrix
from fulgurite.exports.html.views.network import Network, network
from fulgurite.exports.html.views.processes import Tree, chosen, tree
from fulgurite.exports.html.views.signatures import Findings, findings
from fulgurite.exports.html.views.who import Cast
from fulgurite.model.base import Model
from fulgurite.model.digest import Digest
from fulgurite.model.report import Report


class ReportView(Model, frozen=True, kw_only=True):
    """What the parts of a report page are told."""

    banner: Banner
    findings: Findings
    matrix: Matrix
    tree: Tree
    network: Network
    behaviour: tuple[Table, ...]
    artifacts: Artifacts
    configs: Configs
    facts: tuple[Facts, ...]
    properties: tuple[tuple[str, str], ...]
    """Name and value, which is hostile text."""


def report_view(report: Report, digest: Digest, totals: Mapping[str, int] | None = None) -> ReportView:
    """The parts of `report`, whose events are asked for in `digest` only.

    `totals`: how long those lists of the report are (`signatures`, `processes`, ...) that are not whole in it.
    """
    given = totals or {}
    shown = chosen(report, digest)
    cast = Cast(report, (process.procid for process in shown))
    found = findings(report, cast, given.get("signatures"))
    return ReportView(
        banner=banner(report, found),
        findings=found,
        matrix=matrix(report, found.shown),
        tree=tree(report, digest, shown, cast, found.shown, given.get("processes")),
        network=network(report, digest, cast, given.get("flows")),
        behaviour=behaviour(digest, cast),
        artifacts=artifacts(report, cast, given.get("artifacts")),
        configs=configs(report, given.get("configs")),
        facts=facts(report),
        properties=properties(report),
    )
