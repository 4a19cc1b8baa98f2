"""The official SDK at work, unchanged: `python -m tests.e2e.sdk_steps URL KEY FILE`.

Submits FILE, polls for its analysis, looks it up in every way, and makes the mistakes a caller makes. Prints one JSON
object with what came back.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from mcl_platform_sdk import ApiClient, Configuration, DynamicAnalysisApi, FileScanningApi, HashLookupsApi

from tests.e2e.refusals import failed

PATIENCE_S = 240.0


def _awaited(sandbox: Any, sandbox_id: str) -> tuple[Any, list[bool]]:
    """The analysis once it has a verdict, and whether each answer on the way had one."""
    seen: list[bool] = []
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        result = sandbox.get_sandbox(sandbox_id).actual_instance
        seen.append(result.final_verdict is not None)
        if seen[-1]:
            return result, seen
        time.sleep(0.2)
    raise SystemExit("the analysis was not finished in time")


def _main() -> None:
    url, key, path = sys.argv[1:]
    client = ApiClient(Configuration(host=url))
    client.api_key = key
    # The SDK's methods return one of three types by an argument that is not given here: the parsed body.
    files: Any = FileScanningApi(client)
    sandbox: Any = DynamicAnalysisApi(client)
    hashes: Any = HashLookupsApi(client)
    content = Path(path).read_bytes()
    wanted = {"sandbox": "windows10", "sandbox_timeout": "short", "sandbox_browser": "os_default"}
    upload = files.analyze_file(file=(Path(path).name, content), headers=wanted)
    result, seen = _awaited(sandbox, upload.sandbox_id)
    digests = [upload.md5, upload.sha1, upload.sha256]
    by_hash = [sandbox.get_sandbox_by_hash(text) for digest in digests for text in (digest, digest.lower())]
    unknown = "0" * 64
    report = {
        "upload": upload.to_dict(),
        "result": result.to_dict(),
        "seen": seen,
        "by_hash": [found.to_dict() for found in by_hash],
        "hash": hashes.lookup_hash(upload.sha256).to_dict(),
        "file": files.get_file_analysis(upload.data_id, headers={"timeout": "60", "poll_interval": "0.2"}).to_dict(),
        "failures": {
            "no hash": failed(lambda: sandbox.get_sandbox_by_hash("no-hash")),
            "unknown hash": failed(lambda: sandbox.get_sandbox_by_hash(unknown)),
            "unknown id": failed(lambda: sandbox.get_sandbox("0" * 24)),
            "wrong key": failed(lambda: sandbox.get_sandbox_by_hash(unknown, headers={"apikey": "wrong"})),
            "empty file": failed(lambda: files.analyze_file(file=("a.exe", b""), headers=wanted)),
            "unknown system": failed(lambda: files.analyze_file(file=("a", b"MZ"), headers={"sandbox": "beos"})),
        },
    }
    sys.stdout.write(json.dumps(report, default=str) + "\n")


if __name__ == "__main__":
    _main()
