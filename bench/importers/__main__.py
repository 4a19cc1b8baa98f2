"""What reading other sandboxes' reports costs, in time, memory and on disk.

Each format's real reports are read, detection included, and beside that parsed with orjson, in turns in one process;
lines each for themselves. Without real reports beside the repository (../shared/corpora) reports of CAPE and of
Speakeasy that were made for it are measured alone. The last line is one JSON object.

    python -m bench.importers [--rounds 3]
"""

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from bench.importers import made
from fulgurite import importers, rules
from fulgurite.errors import InputError
from fulgurite.exports import native, v4
from fulgurite.store import records

CORPORA = Path(__file__).resolve().parents[2] / "../shared/corpora"
CALLS, PROCESSES, BYTES = 67_253, 30, 75_000_000
"""Of the large report that is made: as the largest that is known of."""
ONE_PROCESS_CALLS = 53_357
MB = 1_000_000
LEAST_S, MOST_ROUNDS = 1.0, 200
"""Small reports are read again and again, so that the figure holds."""
SANDBOX_ID = "ab" * 12


class Reports(NamedTuple):
    """The reports of one format."""

    files: list[Path]
    contents: list[bytes]


def found() -> dict[str, Reports]:
    """The real reports that can be read, by format."""
    by_format: dict[str, Reports] = {}
    for path in sorted(CORPORA.glob("*/*")):
        for data in unpacked(path):
            try:
                format_ = importers.importer_of(importers.Content(data)).name
                importers.read(data)
            except InputError:
                continue
            reports = by_format.setdefault(format_, Reports([], []))
            reports.files.append(path)
            reports.contents.append(data)
    return by_format


def unpacked(path: Path) -> list[bytes]:
    """The documents in the file at `path`."""
    try:
        return [one.data for one in importers.documents(path.read_bytes(), name=path.name) if one.fault is None]
    except InputError:
        return []


def cpu_s(deed: Callable[[bytes], object], contents: list[bytes]) -> float:
    """CPU seconds of doing `deed` to each of `contents`."""
    began = time.process_time()
    for data in contents:
        deed(data)
    return time.process_time() - began


def parsed(data: bytes) -> object:
    """`data` as orjson reads it, as one document or line by line."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return [orjson.loads(line) for line in data.splitlines() if line.strip() != b""]


def is_json(data: bytes) -> bool:
    """Whether orjson reads `data` at all."""
    try:
        parsed(data)
    except orjson.JSONDecodeError:
        return False
    return True


def speed(contents: list[bytes], rounds: int) -> dict[str, Any]:
    """MB/s of reading, and how many times as long as orjson's it takes; None for what is no JSON."""
    compared = [data for data in contents if is_json(data)]
    measured = compared or contents
    pairs: list[tuple[float, float]] = []
    while len(pairs) < rounds or (len(pairs) < MOST_ROUNDS and sum(map(sum, pairs)) < LEAST_S):
        plain_s = cpu_s(parsed, compared)
        pairs.append((cpu_s(importers.read, measured), plain_s))
    size = sum(map(len, measured))
    return {
        "reports": len(measured),
        "mb": round(size / MB, 2),
        "mb_per_s": round(size / MB / statistics.median(read_s for read_s, _ in pairs), 1),
        "ratio": round(statistics.median(read_s / plain_s for read_s, plain_s in pairs), 2) if compared else None,
    }


def peak(path: Path) -> dict[str, float]:
    """What reading the report at `path` takes, in a process of its own."""
    command = [sys.executable, "-m", "bench.importers.peak", str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = {name: round(value, 2) for name, value in json.loads(told).items()}
    return figures


def stored_share(reports: dict[str, Reports]) -> dict[str, float]:
    """By format, what the store keeps (original, native report, body) as a share of the originals in gzip."""
    rule_set = rules.load_builtin()
    shares = {}
    for format_, (_, contents) in reports.items():
        kept = packed = 0
        for data in contents:
            report = rules.enriched(rule_set, importers.read(data))
            of_report = records.of_report(data, native.body(report), v4.body(report), SANDBOX_ID)
            kept += sum(len(record.payload) + len(record.second) for record in of_report)
            packed += len(gzip.compress(data))
        shares[format_] = round(kept / packed, 2)
    return shares


def _large(folder: Path) -> dict[str, dict[str, float]]:
    """Peak and time of the large reports that are made."""
    large = {
        "made_75_mb": made.cape(CALLS, PROCESSES, BYTES),
        "made_one_process": made.cape(ONE_PROCESS_CALLS, 1, BYTES),
    }
    figures = {}
    for name, data in large.items():
        path = folder / name
        path.write_bytes(data)
        figures[name] = {"mb": round(len(data) / MB, 1), **peak(path)}
        path.unlink()
    return figures


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.importers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    reports = found()
    if not reports:
        print(f"no reports in {CORPORA.name}: those that are made, alone")
        reports = {
            "cape": Reports([], [made.cape(20_000, 8, 20 * MB)]),
            "speakeasy": Reports([], [made.speakeasy(400) for _ in range(200)]),
        }
    formats = {}
    for format_, (_, contents) in sorted(reports.items()):
        formats[format_] = speed(contents, given.rounds)
        print(f"{format_:16} {json.dumps(formats[format_])}", flush=True)
    with tempfile.TemporaryDirectory(prefix="fulgurite-bench-") as folder:
        peaks: dict[str, Any] = _large(Path(folder))
    files = dict(zip(map(len, reports["cape"].contents), reports["cape"].files, strict=False))
    if files:
        peaks["largest_cape"] = {"mb": round(max(files) / MB, 1), **peak(files[max(files)])}
    for name, figures in peaks.items():
        print(f"{name:16} {json.dumps(figures)}", flush=True)
    shares = stored_share(reports)
    print(f"stored           {json.dumps(shares)}", flush=True)
    print(json.dumps({"bench": "importers", "formats": formats, "peaks": peaks, "stored_share_of_gzip": shares}))


if __name__ == "__main__":
    _main()
