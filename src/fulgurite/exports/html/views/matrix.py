"""The ATT&CK matrix: the techniques that a report names, under their tactics, counted."""

from collections.abc import Iterable

from fulgurite.exports.html.views.signatures import Finding
from fulgurite.model import attack
from fulgurite.model.base import Model
from fulgurite.model.report import Report
from fulgurite.model.verdict import Verdict, verdict

TACTICS = (
    ("reconnaissance", "Reconnaissance"),
    ("resource-development", "Resource Development"),
    ("initial-access", "Initial Access"),
    ("execution", "Execution"),
    ("persistence", "Persistence"),
    ("privilege-escalation", "Privilege Escalation"),
    ("defense-evasion", "Defense Evasion"),
    ("credential-access", "Credential Access"),
    ("discovery", "Discovery"),
    ("lateral-movement", "Lateral Movement"),
    ("collection", "Collection"),
    ("command-and-control", "Command and Control"),
    ("exfiltration", "Exfiltration"),
    ("impact", "Impact"),
)
"""In the order of the enterprise matrix; tactics that only the mobile one has come after them."""
MAX_NAMED = 8
"""Signatures that a cell names."""
MAX_UNKNOWN = 20


class Cell(Model, frozen=True, kw_only=True):
    """One technique under one tactic."""

    id: str
    name: str
    count: int
    """How many signatures name it or one of its sub-techniques; 0: the report alone does."""
    level: Verdict
    """Of the gravest of them."""
    signatures: tuple[tuple[str, str], ...] = ()
    """Names of these signatures (hostile text) with their anchors, the gravest first."""
    subs: tuple[tuple[str, str], ...] = ()
    """Sub-techniques that are named: id and name."""
    is_first: bool = True
    """Whether this is its first column: `#technique-<id>` leads there."""


class Column(Model, frozen=True, kw_only=True):
    """One tactic."""

    id: str
    name: str
    cells: tuple[Cell, ...]


class Matrix(Model, frozen=True, kw_only=True):
    """What is lit."""

    columns: tuple[Column, ...] = ()
    techniques: int = 0
    """How many techniques, sub-techniques counted, are named."""
    unknown: tuple[str, ...] = ()
    """Ids that ATT&CK does not have; hostile text."""
    gone: tuple[str, ...] = ()
    """Of each id that ATT&CK gave up a sentence that names its successor, if there is one."""
    version: str = ""
    """Of the data."""


class _Lit:
    def __init__(self) -> None:
        self.subs: dict[str, str] = {}
        self.signatures: dict[str, tuple[str, str]] = {}
        self.score: int | None = None

    def add(self, finding: Finding) -> None:
        self.signatures[finding.anchor] = (finding.said.name, finding.anchor)
        if finding.said.score is not None:
            self.score = max(self.score or 0, finding.said.score)


def matrix(report: Report, found: Iterable[Finding]) -> Matrix:
    """The matrix of `report`: of its signatures' techniques and of those that it names for itself.

    `found`: the signatures of the page, which cells lead to.
    """
    lit: dict[str, _Lit] = {}
    named: set[str] = set()
    unknown: dict[str, None] = {}
    for ttp in _all(report):
        known = attack.technique(ttp)
        if known is None:
            unknown[ttp] = None
            continue
        named.add(ttp)
        parent = lit.setdefault(ttp.partition(".")[0], _Lit())
        if "." in ttp:
            parent.subs[ttp] = known.name
    for finding in found:
        for ttp in finding.said.ttps:
            if ttp in named:
                lit[ttp.partition(".")[0]].add(finding)
    gone = [ttp for ttp in unknown if attack.is_gone(ttp)]
    return Matrix(
        columns=_columns(lit),
        techniques=len(named),
        unknown=tuple(ttp for ttp in unknown if ttp not in gone)[:MAX_UNKNOWN],
        gone=tuple(attack.fault(ttp) or ttp for ttp in gone[:MAX_UNKNOWN]),
        version=attack.version(),
    )


def _all(report: Report) -> list[str]:
    return [*(ttp for one in report.signatures for ttp in one.ttps), *(report.ttps or ())]


def _columns(lit: dict[str, _Lit]) -> tuple[Column, ...]:
    titles = dict(TACTICS)
    places = {tactic: place for place, tactic in enumerate(titles)}
    cells: dict[str, list[Cell]] = {}
    for id_ in sorted(lit):
        known = attack.technique(id_)
        if known is None:
            continue
        ordered = sorted(known.tactics, key=lambda tactic: places.get(tactic, len(places)))
        for number, tactic in enumerate(ordered):
            cells.setdefault(tactic, []).append(_cell(id_, known.name, lit[id_], is_first=number == 0))
    order = [*titles, *sorted(cells.keys() - titles.keys())]
    return tuple(
        Column(id=id_, name=titles.get(id_, id_.replace("-", " ").title()), cells=tuple(cells[id_]))
        for id_ in order
        if id_ in cells
    )


def _cell(id_: str, name: str, lit: _Lit, *, is_first: bool) -> Cell:
    return Cell(
        id=id_,
        name=name,
        count=len(lit.signatures),
        level=verdict(lit.score),
        signatures=tuple(lit.signatures.values())[:MAX_NAMED],
        subs=tuple(sorted(lit.subs.items())),
        is_first=is_first,
    )
