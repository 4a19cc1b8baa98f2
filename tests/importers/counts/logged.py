"""Sandboxes that log what processes do: Triage, Cuckoo3, VMRay, DRAKVUF, Windows' event logs."""

import json
import re
from collections import Counter
from typing import Any

from tests.importers.counts.told import Told, file, key, spelt, strings


def triage(data: bytes) -> Told:
    """report_triage.json or overview.json."""
    plain = json.loads(data)
    told = Told(other=spelt(strings(plain)))
    listed = plain.get("processes") or []
    pids = {one["procid"]: one["pid"] for one in listed}
    told.processes = Counter(one["pid"] for one in listed)
    told.parents = {(one["pid"], pids[one["procid_parent"]]) for one in listed if one.get("procid_parent") in pids}
    told.commands = {one["cmd"] for one in listed if one["cmd"]}
    network = plain.get("network") or {}
    for flow in network.get("flows") or []:
        told.hosts |= {flow["src"].rpartition(":")[0], flow["dst"].rpartition(":")[0]}
    told.flows = len(network.get("flows") or [])
    for request in network.get("requests") or []:
        told.domains |= set((request.get("dns_request") or {}).get("domains") or [])
        told.urls |= {request["http_request"]["url"]} if "http_request" in request else set()
    dumped = plain.get("dumped") or []
    told.dropped = Counter(one.get("sha256") or one["path"] for one in dumped if one["kind"] == "martian")
    told.dumps = sum(1 for one in dumped if one["kind"] != "martian")
    targets = [one for target in plain.get("targets") or [] for one in target.get("signatures") or []]
    names = {one["name"] for one in [*(plain.get("signatures") or []), *targets]}
    told.signatures = Counter(names)
    told.ttps = set(plain["analysis"].get("ttp") or [])
    told.ttps |= {ttp for one in [*(plain.get("signatures") or []), *targets] for ttp in one.get("ttp") or []}
    told.configs = len(plain.get("extracted") or [])
    configs = [one.get("config") or {} for one in plain.get("extracted") or []]
    told.families = set(plain["analysis"].get("family") or []) | {one["family"] for one in configs if "family" in one}
    tags = plain["analysis"].get("tags") or []
    told.families |= {tag.removeprefix("family:") for tag in tags if tag.startswith("family:")}
    told.score = plain["analysis"]["score"]
    return told


def cuckoo3(data: bytes) -> Told:
    """post.json of Cuckoo3."""
    plain = json.loads(data)
    told = Told(other=spelt(strings(plain)))
    pids = {one["procid"]: one["pid"] for one in plain["processes"]}
    told.processes = Counter(one["pid"] for one in plain["processes"])
    told.parents = {
        (one["pid"], pids[one["parent_procid"]]) for one in plain["processes"] if one["parent_procid"] in pids
    }
    told.commands = {one["commandline"] for one in plain["processes"] if one["commandline"]}
    told.injected = {one["pid"] for one in plain["processes"] if one["injected"]}
    network = plain["network"]
    told.hosts = set(network["host"])
    for name in ("tcp", "udp"):
        told.hosts |= {one[end] for one in network[name] for end in ("srcip", "dstip")}
    told.flows = None
    told.domains = set(network["domain"])
    told.urls = {one["request"]["url"] for one in network["http"]}
    told.signatures = Counter(one["name"] for one in plain["signatures"])
    told.ttps = set(plain["ttps"]) | {ttp for one in plain["signatures"] for ttp in one["ttps"]}
    told.families = set(plain["families"])
    told.score = plain["score"]
    return told


def vmray(data: bytes) -> Told:
    """summary.json of both versions."""
    plain = json.loads(data)
    return _vmray_2(plain) if "_type" in plain or "analysis_metadata" in plain else _vmray_1(plain)


def _vmray_1(plain: Any) -> Told:
    told = Told(other=spelt(strings(plain)))
    artifacts = plain["artifacts"]
    told.processes = Counter(one.get("os_pid") for one in plain["processes"])
    told.commands = {one["cmd_line"] for one in plain["processes"] if one["cmd_line"]}
    told.files = {file(name) for one in artifacts.get("files", []) for name in one["filenames"]}
    told.files |= {file(one["filename"]) for one in artifacts.get("filenames", [])}
    told.keys = {key(one["reg_key_name"]) for one in artifacts.get("registry", [])}
    told.mutexes = {one["mutex_name"] for one in artifacts.get("mutexes", [])}
    told.hosts = {one["ip_address"] for one in artifacts.get("ips", [])}
    told.domains = {one["domain"] for one in artifacts.get("domains", [])}
    told.urls = {one["url"] for one in artifacts.get("urls", [])}
    told.ttps = {one["id"] for one in (plain.get("mitre_attack") or {}).get("techniques", [])}
    told.signatures = Counter(one["operation_desc"] for one in plain["vti"]["vti_rule_matches"])
    told.score = max(1, -(-plain["vti"]["vti_score"] // 10))
    return told


def _vmray_2(plain: Any) -> Told:
    def listed(name: str) -> list[Any]:
        return [one for one in (plain.get(name) or {}).values() if isinstance(one, dict)]

    told = Told(other=spelt(strings(plain)))
    told.processes = Counter(one["os_pid"] for one in listed("processes"))
    ids = {one["monitor_id"]: one["os_pid"] for one in listed("processes")}
    told.parents = {
        (one["os_pid"], ids[one["origin_monitor_id"]]) for one in listed("processes") if one["origin_monitor_id"] in ids
    }
    told.commands = {one["cmd_line"] for one in listed("processes") if one["cmd_line"]}
    told.files = {file(one["filename"]) for one in listed("filenames")}
    told.keys = {key(one["reg_key_name"]) for one in listed("registry_records")}
    told.mutexes = {one["name"] for one in listed("mutexes")}
    told.hosts = {one["ip_address"] for one in listed("ip_addresses")}
    told.domains = {one["domain"] for one in listed("domains")}
    told.urls = {one["url"] for one in listed("urls")}
    attack = (plain.get("mitre_attack") or {}).get("v4", {}).get("techniques", {})
    told.ttps = {name.removeprefix("technique_") for name in attack if name.startswith("technique_")}
    told.signatures = Counter(one["operation_desc"] for one in plain["vti"]["matches"].values())
    scores = [one["analysis_score"] for one in plain["vti"]["matches"].values()]
    told.score = max(scores) * 2
    return told


def drakvuf(data: bytes) -> Told:
    """drakmon.log."""
    lines = [json.loads(line) for line in data.splitlines()]
    told = Told(other=spelt(text for line in lines for text in strings(line)))
    for line in lines:
        if line["Plugin"] == "regmon" and line.get("Key"):
            told.keys.add(key(line["Key"]))
        if line["Plugin"] in {"filetracer", "filedelete"} and line.get("FileName"):
            told.files.add(file(line["FileName"]))
        if line["Plugin"] == "procmon" and line.get("CommandLine"):
            told.commands.add(line["CommandLine"].replace("\\\\", "\\"))
        if line["Plugin"] == "socketmon":
            told.hosts |= {line["RemoteIp"]} if "RemoteIp" in line else set()
            told.domains |= {line["DnsName"]} if "DnsName" in line else set()
    return told


def eventlog(data: bytes) -> Told:
    """Sysmon's events as JSON lines or documents in a row."""
    told = Told()
    records = _records(data)
    told.other = spelt(text for one in records for text in strings(one))

    def listed(name: str, *numbers: int) -> set[str]:
        return {one[name] for one in records if one["is_sysmon"] and one["number"] in numbers}

    told.commands = listed("CommandLine", 1)
    born = [one for one in records if one["is_sysmon"] and one["number"] == 1 and "ProcessId" in one]
    told.parents = {(int(one["ProcessId"]), int(one["ParentProcessId"])) for one in born}
    told.files = {file(path) for path in listed("TargetFilename", 2, 11, 15, 23, 26)}
    told.files_written = {file(path) for path in listed("TargetFilename", 11)}
    told.files_deleted = {file(path) for path in listed("TargetFilename", 23, 26)}
    told.keys = {key(path) for path in listed("TargetObject", 12, 13, 14)}
    told.keys_written = {key(path) for path in listed("TargetObject", 13)}
    told.domains = listed("QueryName", 22)
    told.hosts = (listed("DestinationIp", 3) | listed("SourceIp", 3)) - {"-"}
    return told


_BLANKS = re.compile(r"\s*")


def _records(data: bytes) -> list[Any]:
    text, at, found = data.decode(), 0, []
    while at < len(text):
        one, at = json.JSONDecoder().raw_decode(text, at)
        at = _BLANKS.match(text, at).end()  # type: ignore[union-attr]
        fields = one["Event"]["EventData"] if "Event" in one else one
        inner = json.loads(one["EventData"]) if isinstance(one.get("EventData"), str) else {}
        number = one["Event"]["System"]["EventID"] if "Event" in one else one["EventID"]
        is_sysmon = "sysmon" in json.dumps(one.get("Channel", one.get("Event", {}).get("System"))).lower()
        found.append({**fields, **inner, "number": int(number), "is_sysmon": is_sysmon})
    return found
