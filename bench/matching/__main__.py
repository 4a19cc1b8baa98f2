"""What matching costs: events a second with 250 and with 3,000 rules, and against capa's matcher on the same report.

python -m bench.matching [--events N] [--rounds N] [--corpora FOLDER]
"""

import argparse
import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import msgspec

from bench.matching import capas, made
from fulgurite import importers
from fulgurite.model.report import Report
from fulgurite.rules import RuleSet, matched

ROOT = Path(__file__).resolve().parents[2]
FEW, MANY = 250, 3_000
CAPA_EVENTS = 4_000
"""Of a report that capa matches; it takes some milliseconds a hundred."""


def _seconds(deed: Callable[[], object], rounds: int) -> float:
    """CPU seconds of one go, the median of several."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        deed()
        taken.append(time.process_time() - begun)
    return median(taken)


def _costs(report: Report, few: RuleSet, many: RuleSet, rounds: int) -> dict[str, float]:
    """Events a second with few and with many rules, in turns, and how many times the many cost."""
    matched(few, report), matched(many, report)
    pairs = [
        (_seconds(lambda: matched(few, report), 1), _seconds(lambda: matched(many, report), 1)) for _ in range(rounds)
    ]
    return {
        "events_per_s_few": round(len(report.events) / median(one for one, _ in pairs)),
        "events_per_s_many": round(len(report.events) / median(other for _, other in pairs)),
        "growth": round(median(other / one for one, other in pairs), 2),
    }


def _against_capa(report: Report, few: RuleSet, rounds: int) -> dict[str, float]:
    """How many times the CPU time of our matcher capa's takes, for the same rules on the same events."""
    theirs, run = capas.ruleset(few.rules), capas.extractor(report)
    pairs = []
    for _ in range(rounds):
        own = _seconds(lambda: matched(few, report), 3)
        other = _seconds(lambda: capas.find_dynamic_capabilities(theirs, run, disable_progress=True), 1)
        pairs.append((own, other))
    return {
        "capa_rules": len(theirs),
        "capa_events": len(report.events),
        "capa_events_per_s": round(len(report.events) / median(other for _, other in pairs)),
        "ratio_capa": round(median(other / own for own, other in pairs), 1),
    }


def _cut(report: Report) -> Report:
    """The beginning of `report`."""
    return msgspec.structs.replace(report, events=report.events[:CAPA_EVENTS])


def _real(folder: Path) -> list[tuple[str, Report]]:
    """The largest reports of CAPE, where there are such."""
    paths = sorted(folder.glob("cape_capa_testfiles/*.json.gz"), key=lambda path: -path.stat().st_size)[:2]
    return [(path.name[-20:], importers.read(gzip.decompress(path.read_bytes()))) for path in paths]


def main() -> None:
    """Measures, and prints what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching")
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--corpora", type=Path, default=ROOT / "../shared/corpora")
    given = parser.parse_args()
    few, many = made.builtin(FEW), made.variants(MANY)
    reports = [("made", made.report(given.events)), *_real(given.corpora)]
    told: dict[str, object] = {"few": len(few.rules), "many": len(many.rules)}
    for name, report in reports:
        costs = _costs(report, few, many, given.rounds) | _against_capa(_cut(report), few, given.rounds)
        print(f"{name}: {len(report.events)} events: {costs}")
        told[name] = costs
    print(json.dumps(told))


if __name__ == "__main__":
    main()
