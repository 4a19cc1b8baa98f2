"""The official SDK beside the way of a sample: `python -m tests.e2e.sdk_areas URL KEY`.

Many hashes, history, badge, reputation one by one and in bulk, status; with the mistakes a caller makes. Prints one
JSON object with what came back.
"""

import json
import sys
from pathlib import Path
from typing import Any

from mcl_platform_sdk import (
    ApiClient,
    Configuration,
    DomainBulkLookupRequest,
    FileScanningApi,
    HashLookupsApi,
    IPBulkLookupRequest,
    MultipleHashLookupRequest,
    ReputationServiceApi,
    StatusEndpointsApi,
    URLBulkLookupRequest,
)

from tests.e2e.refusals import failed
from tests.e2e.running import HELLO

UNKNOWN = "0" * 64


def _main() -> None:
    url, key = sys.argv[1:]
    client = ApiClient(Configuration(host=url))
    client.api_key = key
    # The SDK's methods return one of three types by an argument that is not given here: the parsed body.
    hashes: Any = HashLookupsApi(client)
    places: Any = ReputationServiceApi(client)
    status: Any = StatusEndpointsApi(client)
    files: Any = FileScanningApi(client)
    upload = files.analyze_file(file=("hello.exe", Path(HELLO).read_bytes()), headers={})
    bad, good = "http://bad.example/a?b=c", "http://good.example/"
    report = {
        "upload": upload.to_dict(),
        "many": hashes.lookup_hashes(
            MultipleHashLookupRequest(hash=[upload.md5, UNKNOWN]), headers={"includescandetails": "1"}
        ).to_dict(),
        "history": hashes.list_hash_scan_history(upload.sha1, headers={"limit": 5, "offset": 0}).to_dict(),
        "badge": hashes.get_hash_badge(upload.sha256, headers={"size": "small"}).to_dict(),
        "ip": places.lookup_ip("192.0.2.77").to_dict(),
        "ips": places.lookup_ips(IPBulkLookupRequest(address=["192.0.2.77", "192.0.2.78"])).to_dict(),
        "domain": places.lookup_domain("bad.example").to_dict(),
        "domains": places.lookup_domains(DomainBulkLookupRequest(fqdn=["bad.example", "good.example"])).to_dict(),
        "url": places.lookup_url(bad).to_dict(),
        "urls": places.lookup_urls(URLBulkLookupRequest(url=[bad, good])).to_dict(),
        "definitions": status.get_engine_definitions().to_dict(),
        "version": status.get_api_version().to_dict(),
        "failures": {
            "no hash": failed(lambda: hashes.list_hash_scan_history("no-hash")),
            "unknown hash": failed(lambda: hashes.list_hash_scan_history(UNKNOWN)),
            "bad page": failed(lambda: hashes.list_hash_scan_history(upload.sha1, headers={"limit": 0})),
            "no badge": failed(lambda: hashes.get_hash_badge("no-hash")),
            "no hashes": failed(lambda: hashes.lookup_hashes(MultipleHashLookupRequest(hash=[]))),
            "too many": failed(lambda: hashes.lookup_hashes(MultipleHashLookupRequest(hash=["x"] * 1001))),
            "no flag": failed(
                lambda: hashes.lookup_hashes(MultipleHashLookupRequest(hash=["x"]), headers={"includescandetails": "2"})
            ),
            "no address": failed(lambda: places.lookup_ip("bad.example")),
            "no domain": failed(lambda: places.lookup_domain("192.0.2.1")),
            "no url": failed(lambda: places.lookup_url("bad.example")),
            "no addresses": failed(lambda: places.lookup_ips(IPBulkLookupRequest(address=[]))),
        },
    }
    sys.stdout.write(json.dumps(report, default=str) + "\n")


if __name__ == "__main__":
    _main()
