"""InQuest's sandboxapi at work, unchanged: `python -m tests.e2e.sandboxapi_steps URL KEY FILE`.

From submission to score, the way its own main program goes; only the address is another one. Prints one JSON object.
"""

import json
import sys
import time
from pathlib import Path

from sandboxapi.opswat import OpswatAPI

PATIENCE_S = 240.0


def _main() -> None:
    url, key, path = sys.argv[1:]
    api = OpswatAPI(key, "windows10")
    api.api_url = url
    is_available = api.is_available()
    with Path(path).open("rb") as file:
        sandbox_id = api.analyze(file, Path(path).name)
    end = time.monotonic() + PATIENCE_S
    checks = 1
    while not api.check(sandbox_id):
        if time.monotonic() > end:
            raise SystemExit("the analysis was not finished in time")
        time.sleep(0.2)
        checks += 1
    report = api.report(sandbox_id)
    told = {
        "is_available": is_available,
        "sandbox_id": sandbox_id,
        "checks": checks,
        "report": {name: report[name] for name in ("sha256", "sandbox_id", "scan_results")},
        "score": api.score(report),
        "unknown": api.check("0" * 24),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    _main()
