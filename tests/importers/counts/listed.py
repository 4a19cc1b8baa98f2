"""Services that list deeds: VirusTotal, Assemblyline, WildFire, Filescan, Hybrid Analysis, ANY.RUN, STIX, MAEC."""

import json
import re
from collections import Counter
from typing import Any

from tests.importers.counts.told import Told, file, key, spelt, strings


def virustotal(data: bytes) -> Told:
    """file_behaviour of VirusTotal."""
    plain = json.loads(data)["attributes"]
    told = Told(other=spelt(strings(plain)), injected=None)
    waiting = list(plain.get("processes_tree") or [])
    names = [*plain.get("processes_created", []), *plain.get("command_executions", [])]
    parents: dict[int, set[int]] = {}
    while waiting:
        node = waiting.pop()
        parents.setdefault(int(node["process_id"]), set())
        for child in node.get("children") or []:
            waiting.append(child)
            parents.setdefault(int(child["process_id"]), set()).add(int(node["process_id"]))
    told.pids = set(parents)
    told.parents = {(pid, parent) for pid, found in parents.items() for parent in found if len(found) == 1}
    told.other |= {name.lower() for name in names}
    for name in ("files_opened", "files_written", "files_deleted", "files_attribute_changed"):
        told.files |= {file(one) for one in plain.get(name) or []}
    told.files_written = {file(one) for one in plain.get("files_written") or []}
    told.files_deleted = {file(one) for one in plain.get("files_deleted") or []}
    for name in ("files_copied", "files_moved"):
        told.files |= {file(one[end]) for one in plain.get(name) or [] for end in ("source", "destination")}
    told.files |= {file(one["path"]) for one in plain.get("files_dropped") or [] if one.get("path")}
    _virustotal_keys(plain, told)
    told.mutexes |= {one for name in ("created", "opened") for one in plain.get(f"mutexes_{name}") or []}
    told.hosts |= {one["destination_ip"] for one in plain.get("ip_traffic") or []}
    told.domains |= {one["hostname"] for one in plain.get("dns_lookups") or []}
    told.urls |= {one["url"] for one in plain.get("http_conversations") or []}
    told.dropped = Counter(one.get("sha256") or one["path"] for one in plain.get("files_dropped") or [])
    told.ttps = {one["id"] for one in plain.get("mitre_attack_techniques") or []} | set(
        plain.get("attack_techniques") or {}
    )
    told.signatures = Counter(one["name"] for one in plain.get("signature_matches") or [])
    return told


def _virustotal_keys(plain: Any, told: Told) -> None:
    def spelt_out(path: str) -> str:
        return key(re.sub(r"^<(HK\w+)>", r"\1", path))

    told.keys_written = {spelt_out(one["key"]) for one in plain.get("registry_keys_set") or []}
    told.keys_deleted = {spelt_out(one) for one in plain.get("registry_keys_deleted") or []}
    opened = {spelt_out(one) for one in plain.get("registry_keys_opened") or []}
    told.keys = opened | told.keys_written | told.keys_deleted
    told.other |= {one.lower() for one in told.keys}


def assemblyline(data: bytes) -> Told:
    """The ontology of Assemblyline 4."""
    plain = json.loads(data)
    told = Told(other=spelt(strings(plain)))
    guids = {one["objectid"]["guid"]: one["pid"] for one in plain["processes"]}
    told.processes = Counter(one["pid"] for one in plain["processes"])
    parents = [(one["pid"], guids.get((one["pobjectid"] or {}).get("guid"))) for one in plain["processes"]]
    told.parents = {(pid, parent) for pid, parent in parents if parent is not None}
    told.commands = {one["command_line"] for one in plain["processes"] if one["command_line"]}
    for one in plain["network_connections"]:
        told.hosts |= {one["destination_ip"]} if one["destination_ip"] else set()
        told.domains |= {one["dns_details"]["domain"]} if one["dns_details"] else set()
        told.urls |= {one["http_details"]["request_uri"]} if one["http_details"] else set()
    told.signatures = Counter(one["name"] for one in plain["signatures"])
    told.ttps = {attack["attack_id"] for one in plain["signatures"] for attack in one["attacks"]}
    return told


def wildfire(data: bytes) -> Told:
    """WildFire's report of several platforms."""
    reports = _each(json.loads(data)["wildfire"]["task_info"]["report"])
    told = Told(other=spelt(strings(reports)))
    listed = [one for report in reports for one in _each((report.get("process_list") or {}).get("process"))]
    told.processes = Counter(int(one["@pid"]) for one in listed)
    told.commands = {one["@command"] for one in listed if one["@command"]}
    for report in reports:
        network = report.get("network") or {}
        told.hosts |= {one["@ip"] for name in ("TCP", "UDP") for one in _each(network.get(name))}
        told.domains |= {one["@query"] for one in _each(network.get("dns"))}
        told.urls |= {f"http://{one['@host']}{one['@uri']}" for one in _each(network.get("url"))}
    told.signatures = Counter(
        one["#text"] for report in reports for one in _each((report.get("summary") or {}).get("entry"))
    )
    told.score = 9 if any(report["malware"] == "yes" for report in reports) else None
    for one in listed:
        told.files |= {
            item for name in ("Create", "Delete") for item in _named((one.get("file") or {}).get(name), "@name")
        }
        told.mutexes |= _named((one.get("mutex") or {}).get("CreateMutex"), "@name")
    return told


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _named(value: Any, name: str) -> set[str]:
    return {one[name] for one in _each(value)}


def filescan(data: bytes) -> Told:
    """One report of OPSWAT Filescan."""
    (plain,) = json.loads(data)["reports"].values()
    told = Told(other=spelt(strings(plain)))
    told.other |= {f"http://{one}".lower() for one in strings(plain)}
    listed = plain.get("iocs") or {}
    told.hosts = {one["data"] for one in listed.get("ip", [])}
    told.domains = {one["data"] for one in listed.get("domain", [])}
    told.urls = {one["data"] for one in listed.get("url", [])}
    told.signatures = Counter(one.get("description") or one["identifier"] for one in plain["allSignalGroups"])
    told.ttps = set(re.findall(r'"(T\d{4}(?:\.\d{3})?)"', json.dumps(plain["allSignalGroups"])))
    told.score = {"MALICIOUS": 9, "INFORMATIONAL": 1}[plain["finalVerdict"]["verdict"]]
    return told


def hybrid_analysis(data: bytes) -> Told:
    """A summary of Hybrid Analysis."""
    plain = json.loads(data)
    plain = plain[0] if isinstance(plain, list) else plain
    plain = plain if "sha256" in plain else next(iter(plain.values()))
    told = Told(other=spelt(strings(plain)))
    told.processes = Counter(one.get("pid") for one in plain.get("processes") or [])
    told.hosts = set(plain.get("hosts") or []) | set(plain.get("compromised_hosts") or [])
    told.domains = set(plain.get("domains") or [])
    told.families = {plain["vx_family"]} - {None}
    told.ttps = {one["attck_id"] for one in plain.get("mitre_attcks") or []}
    told.dropped = Counter(one["sha256"] for one in plain.get("extracted_files") or [])
    score = plain["threat_score"]
    told.score = max(1, -(-score // 10))
    return told


def anyrun(data: bytes) -> Told:
    """The task of ANY.RUN's web socket."""
    plain = json.loads(data)
    told = Told(other=spelt(strings(plain)), processes=Counter())
    told.score = 9 if plain["scores"]["verdict"]["threat_level"] == 2 else None
    return told


def joe(data: bytes) -> Told:
    """Joe Sandbox's report; the real one here is a skeleton."""
    plain = json.loads(data)["analysis"]
    return Told(other=spelt(strings(plain)), processes=Counter(), signatures=Counter())


def maec(data: bytes) -> Told:
    """A package of MAEC 5."""
    plain = json.loads(data)
    told = Told(other=spelt(strings(plain)), processes=None)
    for one in plain.get("observable_objects", {}).values():
        told.mutexes |= {one["name"]} if one["type"] == "mutex" else set()
        if one["type"] == "windows-registry-key":
            told.keys |= {key("\\".join((one["key"], value["name"]))) for value in one.get("values") or []} or {
                key(one["key"])
            }
        told.domains |= {one["value"]} if one["type"] == "domain-name" else set()
        told.hosts |= {one["value"]} if one["type"] in {"ipv4-addr", "ipv6-addr"} else set()
        told.urls |= {one["value"]} if one["type"] == "url" else set()
    return told


def is_analysis(data: bytes) -> bool:
    """Whether a bundle of STIX tells of a file at all."""
    kinds = {one["type"] for one in json.loads(data)["objects"]}
    return bool(kinds & {"malware", "malware-analysis", "observed-data", "process"})


def stix(data: bytes) -> Told:
    """A bundle of STIX 2."""
    plain = json.loads(data)["objects"]
    told = Told(other=spelt(strings(plain)))
    told.signatures = Counter(one["name"] for one in plain if one["type"] == "indicator")
    told.families = {one["name"] for one in plain if one["type"] == "malware" and one.get("name")}
    told.hosts = {one["value"] for one in plain if one["type"] in {"ipv4-addr", "ipv6-addr"}}
    told.domains = {one["value"] for one in plain if one["type"] == "domain-name"}
    told.urls = {one["value"] for one in plain if one["type"] == "url"}
    told.ttps = {
        ref["external_id"]
        for one in plain
        if one["type"] == "attack-pattern"
        for ref in one.get("external_references", [])
        if ref.get("external_id", "").startswith("T")
    }
    return told
