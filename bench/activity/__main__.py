"""What a report in parts costs the server: `python -m bench.activity [--rounds N]`. See bench/README.md."""

import argparse
import gzip
import json
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fulgurite import importers, rules
from fulgurite.exports import v4
from fulgurite.model import report as native
from fulgurite.model.activity import Filter, Order, Window
from fulgurite.model.report import Report
from fulgurite.model.viewer import PUBLIC
from fulgurite.service.activity import Activity, Asked
from fulgurite.store import Store, observations
from fulgurite.store.arrivals import Contents
from fulgurite.store.reports import ReportRow

CORPORA = Path(__file__).resolve().parents[2].parent / "shared/corpora"
SMALL_BYTES = 50_000
"""The small report is that of the corpora whose file is nearest to this."""
HUGE_EVENTS = 300_000
"""The huge report is the large one with its events again and again, until they are as many."""
NOW = datetime(2026, 1, 2, tzinfo=UTC)
PAGE = Window(limit=100)
_MB = 1 << 20


def _largest_cape() -> bytes:
    paths = (CORPORA / "cape_capa_testfiles").glob("*.gz")
    return max((gzip.decompress(path.read_bytes()) for path in paths), key=_native_size)


def _native_size(data: bytes) -> int:
    """How large the report in `data` is in our own form."""
    return len(native.encode(importers.read(data)))


def _small() -> bytes:
    paths = CORPORA.glob("*/*.json")
    return min(paths, key=lambda path: abs(path.stat().st_size - SMALL_BYTES)).read_bytes()


def _huge(report: Report) -> Report:
    times = HUGE_EVENTS // len(report.events) + 1
    return msgspec.structs.replace(report, events=(report.events * times)[:HUGE_EVENTS])


def _keep(store: Store, number: int, report: Report) -> str:
    """Keeps `report`; returns its sandbox_id."""
    named = msgspec.structs.replace(report, sandbox_id=f"{number:024x}", data_id=f"bz{number:032d}")
    row = ReportRow(
        sandbox_id=f"{number:024x}",
        data_id=f"bz{number:032d}",
        sha256=f"{number:064x}",
        requested_at=NOW,
        stored_at=NOW,
        format="native",
        outcome=named.outcome,
        is_imported=True,
        original_sha256="",
        native_sha256="",
        body_sha256="",
    )
    contents = Contents(b"%d" % number, native.encode(named), v4.body(named))
    store.add_imports([store.prepared_import(row, observations.digest_of(named), contents)])
    return row.sandbox_id


def _asked(store: Store, sandbox_id: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is asked of one report, each by a service that has seen none of it before."""
    everything = Asked(sandbox_id, Filter(), Order())
    files = Asked(sandbox_id, Filter(kinds=frozenset({"file"})), Order(by="time", is_descending=True))
    text = Asked(sandbox_id, Filter(text="\\windows\\"), Order())

    def new() -> Activity:
        return Activity(store, now=lambda: NOW)

    yield "report", lambda: new().head(sandbox_id, PUBLIC)
    yield "first_page", lambda: new().page(everything, PAGE, PUBLIC, with_facets=True)
    yield "filtered_page", lambda: new().page(files, PAGE, PUBLIC, with_facets=True)
    yield "text_page", lambda: new().page(text, PAGE, PUBLIC, with_facets=False)
    yield "histogram", lambda: new().histogram(everything, 120, PUBLIC)
    known = new()
    known.page(text, PAGE, PUBLIC, with_facets=False)
    yield "text_page_again", lambda: known.page(text, PAGE, PUBLIC, with_facets=False)


def _cpu_ms(ask: Callable[[], object]) -> float:
    began = time.process_time()
    ask()
    return (time.process_time() - began) * 1000


def _peak_mb(ask: Callable[[], object]) -> float:
    """The most memory that the answer took beside what there was before."""
    tracemalloc.start()
    ask()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / _MB, 2)


def _measured(store: Store, ids: dict[str, str], rounds: int) -> dict[str, object]:
    asked = {size: dict(_asked(store, sandbox_id)) for size, sandbox_id in ids.items()}
    figures: dict[str, object] = {}
    for what in asked["small"]:
        # In turns, so that what else the machine does falls on all alike.
        taken: dict[str, list[float]] = {size: [] for size in ids}
        for _ in range(rounds):
            for size in ids:
                taken[size].append(_cpu_ms(asked[size][what]))
        median = {size: statistics.median(times) for size, times in taken.items()}
        figures[what] = {
            **{f"{size}_ms": round(ms, 2) for size, ms in median.items()},
            **{f"ratio_{size}": round(median[size] / median["small"], 2) for size in ids if size != "small"},
            **{f"{size}_peak_mb": _peak_mb(asked[size][what]) for size in ids},
        }
    return figures


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    if not CORPORA.is_dir():
        print(json.dumps({"bench": "activity", "skipped": f"{CORPORA} is not there"}))
        return
    rule_set = rules.load_builtin()
    small = rules.enriched(rule_set, importers.read(_small()))
    large = rules.enriched(rule_set, importers.read(_largest_cape()))
    reports = {"small": small, "large": large, "huge": _huge(large)}
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "data") as store:
        ids = {size: _keep(store, number, report) for number, (size, report) in enumerate(reports.items(), 1)}
        sizes = {
            size: {"native_bytes": len(native.encode(report)), "events": len(report.events)}
            for size, report in reports.items()
        }
        told = {"bench": "activity", "reports": sizes, **_measured(store, ids, arguments.rounds)}
    print(json.dumps(told))


if __name__ == "__main__":
    _main()
