"""The rest of the official SDK's methods: `python -m tests.e2e.sdk_rest URL KEY PLACE`.

The key's account, facts of a program, the webhook of a submission and the analysis of a URL. PLACE is the URL of a
program; it is called back too. Prints one JSON object with what came back.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from mcl_platform_sdk import (
    ApiClient,
    ApikeyApi,
    ApplicationInformationApi,
    Configuration,
    DynamicAnalysisApi,
    FileScanningApi,
    SandboxURLScanRequest,
)

from tests.e2e.refusals import failed
from tests.e2e.running import HELLO, PATIENCE_S

UNKNOWN = "0" * 64


def _until(claim: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if (value := claim()) is not None:
            return value
        time.sleep(0.2)
    raise SystemExit("waited in vain")


def _main() -> None:
    url, key, place = sys.argv[1:]
    client = ApiClient(Configuration(host=url))
    client.api_key = key
    # The SDK's methods return one of three types by an argument that is not given here: the parsed body.
    keys: Any = ApikeyApi(client)
    facts: Any = ApplicationInformationApi(client)
    files: Any = FileScanningApi(client)
    sandbox: Any = DynamicAnalysisApi(client)
    upload = files.analyze_file(file=("hello.exe", HELLO.read_bytes()), headers={"callbackurl": place})
    visit = sandbox.scan_url(SandboxURLScanRequest(url=place))

    def visited() -> Any:
        found = sandbox.get_sandbox(visit.sandbox_id).actual_instance
        return None if found.final_verdict is None else found

    visited_at_last = _until(visited)
    report = {
        "upload": upload.to_dict(),
        "account": keys.get_api_key().to_dict(),
        "used": keys.get_api_key_limits().to_dict(),
        "left": keys.get_api_key_remaining_limits().to_dict(),
        "history": keys.list_api_key_scan_history(headers={"limit": 5, "offset": 0}).to_dict(),
        "facts": facts.get_pe_info(upload.sha256).to_dict(),
        "visit": visit.to_dict(),
        "visited": {"kind": type(visited_at_last).__name__, **visited_at_last.to_dict()},
        "webhook": files.get_webhook_status(upload.data_id, response_type="raw").status,
        "failures": {
            "wrong key": failed(lambda: keys.get_api_key(headers={"apikey": "wrong"})),
            "bad page": failed(lambda: keys.list_api_key_scan_history(headers={"limit": 0})),
            "no facts": failed(lambda: facts.get_exif_data(upload.sha256)),
            "no manifest": failed(lambda: facts.get_apk_manifest(upload.sha256)),
            "facts of nothing": failed(lambda: facts.get_pe_info(UNKNOWN)),
            "no webhook": failed(lambda: files.get_webhook_status("bzAAAA")),
            "no url": failed(lambda: sandbox.scan_url(SandboxURLScanRequest(url="no-url"))),
        },
    }
    sys.stdout.write(json.dumps(report, default=str) + "\n")


if __name__ == "__main__":
    _main()
