"""Reads one report in this process and says what that took at most.

    python -m bench.importers.peak FILE

The line of JSON: `seconds` (CPU), `base_mb` (with the bytes of the report, before it was read), `peak_mb`, `events`.
"""

import json
import sys
import time
from pathlib import Path

from fulgurite import importers


def peak_mb() -> float:
    """The most memory that this process has had resident so far; not that of the one that started it."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _main() -> None:
    (document,) = importers.documents(Path(sys.argv[1]).read_bytes())
    data = document.data
    base_mb = peak_mb()
    began = time.process_time()
    report = importers.read(data)
    seconds = time.process_time() - began
    told = {"seconds": seconds, "base_mb": base_mb, "peak_mb": peak_mb(), "events": len(report.events)}
    print(json.dumps(told))


if __name__ == "__main__":
    _main()
