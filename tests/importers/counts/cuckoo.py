"""CAPE and Cuckoo 1 and 2, PolySwarm's and the web API's wrappers."""

import json
import re
from collections import Counter
from typing import Any

from tests.importers.counts.told import Told, file, key, spelt, strings

_FILES = ("files", "read_files", "write_files", "delete_files")
_FILES_2 = [
    "file_opened",
    "file_read",
    "file_written",
    "file_created",
    "file_recreated",
    "file_deleted",
    "file_exists",
    "file_failed",
    "directory_created",
    "directory_removed",
    "directory_queried",
]
_KEYS = ("keys", "read_keys", "write_keys", "delete_keys")
_KEYS_2 = ("regkey_read", "regkey_opened", "regkey_written", "regkey_deleted", "regkey_enumerated")
_WRITTEN = ("write_files", "file_written", "file_created", "file_recreated", "directory_created")
_DELETED = ("delete_files", "file_deleted", "directory_removed")
_KEYS_WRITTEN = ("write_keys", "regkey_written")
_KEYS_DELETED = ("delete_keys", "regkey_deleted")
_LEFT = ("procdump", "procmemory", "extracted", "buffer")


def tell(data: bytes) -> Told:
    """What the report `data` tells."""
    plain = _unwrapped(json.loads(data))
    behavior = plain.get("behavior") or {}
    told = Told(other=spelt(strings(plain)))
    _processes(behavior, told)
    lists = [behavior.get("summary") or {}]
    lists += [one.get("summary") or {} for one in behavior.get("generic") or []]
    for listed in lists:
        told.files |= {file(one) for name in (*_FILES, *_FILES_2) for one in listed.get(name) or [] if one != ""}
        told.files |= {
            file(one) for name in ("file_moved", "file_copied") for pair in listed.get(name, []) for one in pair
        }
        told.keys |= {key(one) for name in (*_KEYS, *_KEYS_2) for one in listed.get(name) or [] if one != ""}
        told.files_written |= {file(one) for name in _WRITTEN for one in listed.get(name) or [] if one != ""}
        told.files_deleted |= {file(one) for name in _DELETED for one in listed.get(name) or [] if one != ""}
        told.keys_written |= {key(one) for name in _KEYS_WRITTEN for one in listed.get(name) or [] if one != ""}
        told.keys_deleted |= {key(one) for name in _KEYS_DELETED for one in listed.get(name) or [] if one != ""}
        told.mutexes |= {one for name in ("mutexes", "mutex") for one in listed.get(name) or [] if one != ""}
    _calls(behavior, told)
    _network(plain.get("network") or {}, plain.get("suricata") or {}, told)
    _findings(plain, told)
    return told


def _unwrapped(plain: Any) -> Any:
    if "info" in plain:
        return plain
    if "metadata" in plain:
        found = [one["tool_metadata"] for one in plain["metadata"] if one["tool"].startswith("cape")]
        return max(found, key=lambda one: str(one["info"]["started"]))
    return plain["data"]


def _processes(behavior: Any, told: Told) -> None:
    listed = behavior.get("processes") or []
    pids = [int(one.get("process_id", one.get("pid"))) for one in listed]
    told.processes = Counter(pids)
    waiting = list(behavior.get("processtree") or [])
    while waiting:
        node = waiting.pop()
        waiting.extend(node.get("children") or [])
        command = node.get("command_line") or (node.get("environ") or {}).get("CommandLine")
        if command:
            told.commands.add(command)
        for child in node.get("children") or []:
            told.parents.add((int(child["pid"]), int(node["pid"])))
    for one in listed:
        parent = int(one.get("parent_id", one.get("ppid", 0)))
        if parent in pids:
            told.parents.add((int(one.get("process_id", one.get("pid"))), parent))


def _calls(behavior: Any, told: Told) -> None:
    calls = [call for one in behavior.get("processes") or [] for call in one.get("calls") or []]
    for call in calls:
        given = call.get("arguments") or {}
        args = {one["name"]: one.get("value") for one in given} if isinstance(given, list) else given
        api, name = call["api"], args.get("MutexName") or args.get("mutant_name")
        if "Mutant" in api and name and api.startswith("Nt"):
            told.mutexes.add(name)
        name = args.get("EventName") or args.get("event_name")
        if api in {"NtCreateEvent", "NtOpenEvent"} and name and name not in {"(null)", "0x0"}:
            told.events.add(name)
        if api in {"NtCreateFile", "NtOpenFile", "NtReadFile", "NtWriteFile", "DeleteFileW", "NtDeleteFile"}:
            told.files |= {file(one) for one in _first(args, "FileName", "HandleName", "filepath")}
        if api.startswith(("Reg", "Nt")) and call["category"] == "registry" and args.get("FullName"):
            told.keys.add(key(args["FullName"]))


def _first(args: dict[str, Any], *names: str) -> list[str]:
    return [args[name] for name in names if args.get(name)][:1]


def _network(network: Any, suricata: Any, told: Told) -> None:
    for one in network.get("hosts") or []:
        told.hosts.add(one["ip"] if isinstance(one, dict) else one)
    told.hosts |= {one[0] for one in network.get("dead_hosts") or []}
    for name in ("tcp", "udp", "icmp"):
        told.hosts |= {one[end] for one in network.get(name) or [] for end in ("src", "dst")}
    told.domains |= {one["domain"] for one in network.get("domains") or []}
    told.domains |= {one["request"] for one in network.get("dns") or []}
    told.urls |= {one["uri"] for one in network.get("http") or []}
    asked = [(one.get("dns") or {}).get("rrname") for one in suricata.get("dns") or []]
    told.domains |= {name for name in asked if name}


def _findings(plain: Any, told: Told) -> None:
    told.signatures = Counter(one["name"] for one in plain.get("signatures") or [])
    listed = json.dumps([plain.get("ttps"), plain.get("mitre_attck")])
    listed += json.dumps([one.get("ttp") for one in plain.get("signatures") or []])
    told.ttps = set(re.findall(r'"(T\d{4}(?:\.\d{3})?)"', listed))
    told.dropped = Counter(one["sha256"] for one in plain.get("dropped") or [])
    cape = plain.get("CAPE") or {}
    payloads = cape if isinstance(cape, list) else cape.get("payloads") or []
    told.dumps = sum(len(plain.get(name) or []) for name in _LEFT) + sum("sha256" in one for one in payloads)
    score = plain.get("malscore", plain["info"].get("score"))
    told.score = None if score is None else max(1, min(10, round(float(score))))
    told.families = _families(plain, cape, told)


def _families(plain: Any, cape: Any, told: Told) -> set[str]:
    detections = plain.get("detections") or []
    listed = [detections] if isinstance(detections, str) else [one["family"] for one in detections]
    listed += [family for one in plain.get("signatures") or [] for family in one.get("families") or []]
    listed += [plain[name] for name in ("malfamily",) if plain.get(name)]
    configs = [] if isinstance(cape, list) else cape.get("configs") or []
    told.configs = len([one for one in cape if one.get("cape_config")] if isinstance(cape, list) else [])
    told.configs += len([name for one in configs for name in one if not name.startswith(("_", "associated_"))])
    listed += [name for one in configs for name in one if not name.startswith(("_", "associated_"))]
    return set(listed)
