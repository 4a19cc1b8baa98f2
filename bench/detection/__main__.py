"""What our rules find in behaviour that others judged: a share of their techniques, and how little on benign runs.

Reports of other sandboxes lie in ../shared/corpora beside the repository. What the source concluded is taken out, our
rules match what is left, and both lists of ATT&CK techniques are compared as parent techniques of today. Benign are the
reports that their source scores low, and runs of programs that are compiled here.

    python -m bench.detection [--corpora FOLDER] [--no-runs] [--verbose]
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from bench.detection.benign import ROOT, Run, runs
from bench.detection.compared import GOAL_FORMATS, Compared, Share, compared, share
from fulgurite import rules
from fulgurite.model.signature import Signature
from fulgurite.model.verdict import MALICIOUS_FROM, SUSPICIOUS_FROM

SHOWN = 15
COMMON = 0.6
"""A rule that matches more of all reports is worth a look."""


def _shown(found: tuple[Signature, ...]) -> str:
    return ", ".join(f"{one.label} {one.score}" for one in found if one.score is not None)


def _by_format(reports: list[Compared]) -> dict[str, Share]:
    formats = sorted({one.format for one in reports if one.theirs})
    return {name: share([one for one in reports if one.format == name]) for name in formats}


def _told(name: str, one: Share) -> dict[str, Any]:
    missed = ", ".join(f"{ttp} ({count})" for ttp, count in one.missed[:SHOWN])
    print(f"{name}: {one.both} of {one.theirs} techniques in {one.reports} reports", end="; ")
    print(f"micro {one.micro:.0%}, macro {one.macro:.0%}; missed: {missed or 'none'}")
    return {
        "reports": one.reports,
        "techniques": one.theirs,
        "micro": round(one.micro, 3),
        "macro": round(one.macro, 3),
    }


def _benign(reports: list[Compared], programs: list[Run]) -> dict[str, Any]:
    judged = [(one.name, one.score, one.found) for one in reports if one.is_benign]
    judged += [(run.name, run.score, run.found) for run in programs if run.score is not None]
    suspicious = [one for one in judged if one[1] >= SUSPICIOUS_FROM]
    for name, score, found in suspicious:
        print(f"benign, and scored {score}: {name[-60:]}: {_shown(found)}")
    malicious = sum(score >= MALICIOUS_FROM for _, score, _ in judged)
    unknown = sum(run.score is None for run in programs)
    print(f"benign: {len(suspicious)} of {len(judged)} at {SUSPICIOUS_FROM} or more, {malicious} at {MALICIOUS_FROM}")
    print(f"benign: {unknown} runs saw too little for a statement")
    return {"runs": len(judged), "unknown": unknown, "suspicious": len(suspicious), "malicious": malicious}


def _common(reports: list[Compared]) -> None:
    """Says which rules that raise the score match most reports."""
    eventful = [one for one in reports if one.has_events]
    counts = Counter((found.label, found.score) for one in eventful for found in one.found if found.score is not None)
    for (label, score), count in counts.most_common():
        if count >= COMMON * len(eventful):
            print(f"matches {count} of {len(eventful)} reports with events: {label} ({score})")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--corpora", type=Path, default=ROOT / "../shared/corpora")
    ask.add_argument("--no-runs", action="store_true", help="leave out the runs of benign programs")
    ask.add_argument("--verbose", action="store_true", help="say for every report what is missed")
    arguments = ask.parse_args()
    rule_set = rules.load_builtin()
    reports = list(compared(arguments.corpora, rule_set)) if arguments.corpora.is_dir() else []
    if not reports:
        print(f"no reports of other sandboxes at {arguments.corpora}: nothing to compare with")
    if arguments.verbose:
        for one in reports:
            missed = " ".join(sorted(one.theirs - one.ours))
            if one.has_events:
                print(f"{one.format} {one.name[-60:]}: score {one.score}; missed {missed or '-'}; {_shown(one.found)}")
    formats = {name: _told(name, one) for name, one in _by_format(reports).items()}
    goal = _told("goal", share([one for one in reports if one.has_events and one.format in GOAL_FORMATS]))
    _common(reports)
    benign = _benign(reports, [] if arguments.no_runs else list(runs(rule_set)))
    told = {"bench": "detection", "rules": len(rule_set.rules), "goal": goal, "formats": formats, "benign": benign}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
