"""Speakeasy 1.x (whole reports and bare lists) and later versions with one list of events."""

import json
from collections import Counter
from typing import Any

from tests.importers.counts.told import Told, file, key, spelt, strings


def tell(data: bytes) -> Told:
    """What the report `data` tells."""
    plain = json.loads(data)
    points = plain if isinstance(plain, list) else plain.get("entry_points", [plain])
    told = Told(other=spelt(strings(plain)), injected=set(), ttps=set(), signatures=Counter(), families=set())
    children: list[Any] = []
    dropped: Counter[str] = Counter()
    told.dumps = 0
    for point in points:
        deeds = [(one["event"], one) for one in point.get("events") or []]
        deeds += [("file_" + one["event"], one) for one in point.get("file_access") or []]
        deeds += [("reg_" + one["event"], one) for one in point.get("registry_access") or []]
        deeds += [("process_" + one["event"], one) for one in point.get("process_events") or []]
        for name, one in deeds:
            _deed(name, one, told, children)
        network = point.get("network_events") or {}
        told.domains |= {one["query"] for one in network.get("dns") or []}
        for one in network.get("traffic") or []:
            _traffic(one, told)
        dropped.update(one["sha256"] for one in point.get("dropped_files") or [])
        told.dumps += len(point.get("dynamic_code_segments") or [])
    told.dropped = dropped
    told.processes = Counter([None, *(one.get("pid") for one in children)])
    told.commands = {one["cmdline"] for one in children if one.get("cmdline")}
    return told


def _deed(name: str, one: Any, told: Told, children: list[Any]) -> None:
    path = one.get("path") or ""
    if name.startswith("file_") and path:
        told.files.add(file(path))
        if name in {"file_create", "file_write"}:
            told.files_written.add(file(path))
    elif name.startswith("reg_") and path:
        told.keys.add(key(path + ("\\" + one["value_name"] if "value" in name and one.get("value_name") else "")))
    elif name == "process_create":
        children.append(one)
    elif name == "net_dns":
        told.domains.add(one["query"])
    elif name in {"net_http", "net_traffic"}:
        _traffic(one, told)


def _traffic(one: Any, told: Told) -> None:
    told.other.add(one["server"].lower())
    if "http" in (one.get("proto") or "") and one["server"] != "":
        words = (one.get("headers") or "").split(" ")
        path = words[1] if len(words) > 1 and words[1].startswith("/") else "/"
        scheme = "https" if one["port"] == 443 else "http"
        place = "" if one["port"] in {80, 443} else f":{one['port']}"
        told.urls.add(f"{scheme}://{one['server']}{place}{path}")
