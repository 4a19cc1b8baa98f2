"""Lookups here and elsewhere, of the same report, uncompressed on both sides: `python -m bench.peers REPORT ...`.

The peers have to run already, on the core that our server is put on (the first one); see bench/README.md for how.
`--mwdb URL --login NAME --password WORD`: MWDB-core, which gets REPORT as the configuration of a file and is asked for
the file by its SHA-256. `--drakvuf URL`: where DRAKVUF Sandbox sends REPORT, as `.../api/report/UID`.
The last line of output is one JSON object.
"""

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.lookup.tools import Load, compiled, load_of, serving
from fulgurite.model.key import Role
from fulgurite.service import keys
from fulgurite.store import Store
from fulgurite.store.entries import Entry
from fulgurite.store.records import body_record

SAMPLE = b"MZ a file that is looked up"
CONNECTIONS = 16


class Peer:
    """A server with what to ask it for."""

    def __init__(self, name: str, url: str, load: Load) -> None:
        self.name = name
        self.load = load
        self._url = urlsplit(url)
        self.rps: list[float] = []

    def measure(self, tool: Path, seconds: float) -> None:
        """Asks for so long, as fast as it answers."""
        where = [self._url.hostname or "", str(self._url.port or 80)]
        asked = [*map(str, (CONNECTIONS, seconds, 0, 200)), str(self.load.paths), str(self.load.tail)]
        told = json.loads(_run([str(tool), *where, *asked]))
        if told["failures"] > 0 or told["requests"] == 0:
            raise SystemExit(f"{self.name}: the load went wrong: {told}")
        self.rps.append(told["requests"] / told["seconds"])
        sys.stdout.write(f"{self.name:10} {self.rps[-1]:8.1f}/s, {told['bytes'] / told['requests']:.0f} bytes each\n")


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _asking(folder: Path, path: str, *headers: str) -> Load:
    folder.mkdir()
    (folder / "paths").write_text(f"{path}\n")
    said = "".join(f"{line}\r\n" for line in ("host: x", *headers))
    (folder / "tail").write_text(f" HTTP/1.1\r\n{said}\r\n", newline="")
    return Load(folder / "paths", folder / "tail")


def _told(url: str, data: bytes, **headers: str) -> dict[str, Any]:
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - a server that the caller names
    with urllib.request.urlopen(request) as reply:  # noqa: S310
        told: dict[str, Any] = json.load(reply)
        return told


def mwdb(folder: Path, url: str, login: str, password: str, report: bytes) -> Peer:
    """MWDB-core with `report` as the configuration of a file."""
    body = json.dumps({"login": login, "password": password}).encode()
    token = _told(f"{url}/api/auth/login", body, **{"content-type": "application/json"})["token"]
    bearer = f"Bearer {token}"
    edge = "--edge"
    form = f'--{edge}\r\ncontent-disposition: form-data; name="file"; filename="a.exe"\r\n\r\n'.encode()
    sent = form + SAMPLE + f"\r\n--{edge}--\r\n".encode()
    kind = f"multipart/form-data; boundary={edge}"
    parent = _told(f"{url}/api/file", sent, authorization=bearer, **{"content-type": kind})["id"]
    config = {"family": "bench", "config_type": "dynamic", "parent": parent, "cfg": json.loads(report)}
    kind = "application/json"
    _told(f"{url}/api/config", json.dumps(config).encode(), authorization=bearer, **{"content-type": kind})
    load = _asking(folder / "mwdb", f"/api/file/{parent}", f"authorization: {bearer}")
    return Peer("mwdb", url, load)


def measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """The result, as it is printed."""
    report = given.report.read_bytes()
    tool = compiled("load", folder)
    with Store.open(folder / "data") as store:
        key = keys.create(store, "bench", Role.READ, datetime.now(UTC))
        [place] = store.packs.append([body_record(report, "0" * 24)])
        digest = hashlib.sha256(SAMPLE).digest()
        with store.index.write() as changes:
            changes.set_hash(digest, Entry(place))
    with serving("full", folder / "data", "") as running:
        ours = load_of(folder / "ours", [digest.hex()], key, accept="identity")
        peers = [Peer("ours", f"http://{running.host}:{running.port}", ours)]
        if given.mwdb is not None:
            peers.append(mwdb(folder, given.mwdb, given.login, given.password, report))
        if given.drakvuf is not None:
            peers.append(Peer("drakvuf", given.drakvuf, _asking(folder / "drakvuf", urlsplit(given.drakvuf).path)))
        for _ in range(given.rounds):
            for peer in peers:
                peer.measure(tool, given.seconds)
    rps = {peer.name: statistics.median(peer.rps) for peer in peers}
    ratios = {f"ratio_{name}": round(rps["ours"] / other, 1) for name, other in rps.items() if name != "ours"}
    speeds = {f"{name}_rps": round(value, 1) for name, value in rps.items()}
    return {"bench": "peers", **ratios, **speeds, "report_bytes": len(report)}


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("report", type=Path, nargs="?", help="a report, as JSON")
    parser.add_argument("--mwdb")
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="")
    parser.add_argument("--drakvuf")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    given = parser.parse_args()
    if given.report is None:
        sys.stdout.write('{"bench": "peers", "skipped": "name a report, and peers that run; see bench/README.md"}\n')
        return
    with tempfile.TemporaryDirectory(prefix="fulgurite-bench-") as folder:
        sys.stdout.write(f"{json.dumps(measured(Path(folder), given))}\n")


if __name__ == "__main__":
    _main()
