"""The attributes of behaviours: what happened, without times, mostly without who did it."""

from typing import Any

from fulgurite.importers import machines
from fulgurite.importers.clocks import moment
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import FileVerb, Gathered, Plain, entries, mapping, names_in, objects
from fulgurite.importers.values import cut, digest, fraction, port, text, texts
from fulgurite.importers.virustotal.tree import Tree
from fulgurite.model.events import ApiCall, Search, Suspicious
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample

_READ = names_in(
    """
    processes_tree processes_created processes_terminated processes_killed processes_injected command_executions
    calls_highlighted modules_loaded registry_keys_opened registry_keys_set registry_keys_deleted files_opened
    files_written files_deleted files_attribute_changed files_copied files_moved files_dropped mutexes_created
    mutexes_opened services_opened services_created services_started services_stopped services_deleted
    services_bound dns_lookups ip_traffic http_conversations tls attack_techniques mitre_attack_techniques
    signature_matches sigma_analysis_results ids_alerts verdicts verdict_labels verdict_confidence
    permissions_requested windows_searched tags sandbox_name analysis_date last_modification_date
    has_html_report has_evtx has_pcap has_memdump
    """
)
_FILES: dict[str, tuple[FileVerb, str]] = {
    "files_opened": ("read", "OpenRead"),
    "files_written": ("write", "CreateModify"),
    "files_attribute_changed": ("write", "OpenModify"),
    "files_deleted": ("delete", "Delete"),
}
_SERVICES = {
    "opened": "Open",
    "created": "Create",
    "started": "Start",
    "stopped": "Stop",
    "deleted": "Delete",
    "bound": "Control",
}
_SEVERITIES = {
    "impact_severity_high": 8,
    "impact_severity_medium": 6,
    "impact_severity_low": 3,
    "critical": 9,
    "high": 8,
    "medium": 6,
    "low": 3,
}
_BAD = names_in(
    "MALWARE PHISHING RANSOM STEALER TROJAN RAT EXPLOIT EVADER MALWARE_TROJAN BANKER SPREADER ADWARE GREYWARE"
)
MAX_ARGUMENT = 4096
MAX_BEHAVIOURS = 1000
"""Behaviours of one file: a sandbox each."""


def read(behaviours: list[Plain], name: str) -> Report:
    """The report of `behaviours`, one or those of several sandboxes. Raises MalformedReport as `checked` does."""
    reader = _Reader(name)
    reader.out.count.leave("behaviours beyond the first", max(0, len(behaviours) - MAX_BEHAVIOURS))
    for one in behaviours[:MAX_BEHAVIOURS]:
        attributes = one.get("attributes")
        reader.read(attributes if isinstance(attributes, dict) else one)
    return reader.report(behaviours)


class _Reader:
    def __init__(self, name: str) -> None:
        self.out = Gathered(name)
        self.scores: list[int] = []
        self.sandboxes: list[str] = []
        self.dates: list[Any] = []
        self._files: set[str] = set()

    def read(self, a: Plain) -> None:
        """Takes up the attributes of one behaviour."""
        self.out.draft.start_block()
        tree = Tree(self.out)
        tree.read(a)
        self._registry(a)
        self._file_lists(a)
        self._objects(a)
        self._network(a)
        self._findings(a)
        self._verdict(a)
        self.out.leave_rest(a, _READ)

    def report(self, behaviours: list[Plain]) -> Report:
        """The report of all that was read."""
        first = behaviours[0]
        name = text(first.get("id")) or ""
        system = next(iter(self.sandboxes), None)
        return self.out.report(
            sample=Sample(sha256=digest(name.partition("_")[0], "sha256")),
            source=Source(name=self.out.name, backend=", ".join(self.sandboxes) or None, task=name or None),
            os=machines.os_of(system),
            machine=machines.machine(name=system),
            at=next((at for at in map(moment, self.dates) if at is not None), None),
            score=max(self.scores, default=None),
        )

    def _registry(self, a: Plain) -> None:
        out = self.out
        for one in entries(a.get("registry_keys_opened")):
            out.key("read", _hive(one))
        for one in entries(a.get("registry_keys_set")):
            key = mapping(one).get("key") if isinstance(one, dict) else one
            out.key("write", _hive(key), value=text(mapping(one).get("value")))
        for one in entries(a.get("registry_keys_deleted")):
            out.key("delete", _hive(mapping(one).get("key") if isinstance(one, dict) else one))

    def _file_lists(self, a: Plain) -> None:
        out = self.out
        for section, (verb, op) in _FILES.items():
            for one in entries(a.get(section)):
                self._files.update(texts(one))
                out.file(verb, one, op=op)
        for one in objects(a.get("files_copied")):
            out.copied(one.get("source"), one.get("destination"))
        for one in objects(a.get("files_moved")):
            out.moved(one.get("source"), one.get("destination"))
        self._dropped(a)
        for one in entries(a.get("modules_loaded")):
            out.module(one)

    def _dropped(self, a: Plain) -> None:
        out = self.out
        for one in entries(a.get("files_dropped")):
            entry = one if isinstance(one, dict) else {"path": one}
            path = text(entry.get("path"))
            out.dropped(path, hashes={"sha256": entry.get("sha256")}, origin="dropped")
            if path is not None and path not in self._files:
                self._files.add(path)
                out.file("write", path)

    def _objects(self, a: Plain) -> None:
        out = self.out
        for one in entries(a.get("mutexes_created")):
            out.sync("mutant", one, "MutantCreate")
        for one in entries(a.get("mutexes_opened")):
            out.sync("mutant", one, "MutantOpen")
        for word, op in _SERVICES.items():
            for one in entries(a.get(f"services_{word}")):
                out.service(op, one)
        made: list[ApiCall | Suspicious | Search] = []
        made += [ApiCall(api=cut(one, MAX_ARGUMENT)) for one in texts(entries(a.get("calls_highlighted")))]
        asked = texts(entries(a.get("permissions_requested")))
        made += [Suspicious(act="AdjustPrivilegeToken", detail=one) for one in asked]
        sought = texts(entries(a.get("windows_searched")))
        made += [Search(object="window", target=one, op="FindWindow") for one in sought]
        out.count.carry(len(made))
        for event in made:
            out.draft.add(event)
        for one in entries(a.get("tags")):
            out.tag(one)

    def _network(self, a: Plain) -> None:
        out = self.out
        for one in objects(a.get("ip_traffic")):
            address = text(one.get("destination_ip"))
            proto = (text(one.get("transport_layer_protocol")) or "ip").lower()
            if address is None:
                out.count.unreadable("ip_traffic")
            else:
                out.flow(proto, Ends(None, None, address, port(one.get("destination_port"))))
        for one in entries(a.get("dns_lookups")):
            entry = one if isinstance(one, dict) else {"hostname": one}
            out.domain(entry.get("hostname"), entry.get("resolved_ips"))
        for one in entries(a.get("http_conversations")):
            entry = one if isinstance(one, dict) else {"url": one}
            headers = mapping(entry.get("request_headers"))
            shown = tuple(f"{key}: {value}" for key, value in headers.items() if isinstance(value, str))
            out.url(entry.get("url"), entry.get("request_method"), headers=shown)
        for one in objects(a.get("tls")):
            out.tls(sni=text(one.get("sni")), ja3=text(one.get("ja3")), ja3s=text(one.get("ja3s")))

    def _findings(self, a: Plain) -> None:
        out = self.out
        ids: dict[str, list[str]] = {}
        listed = mapping(a.get("attack_techniques"))
        for key, told in listed.items():
            out.ttps_of(key, "attack_techniques")
            for one in objects(told):
                ids.setdefault(text(one.get("description")) or "", []).append(key)
        for one in objects(a.get("mitre_attack_techniques")):
            out.ttps_of(one.get("id"), "mitre_attack_techniques")
            ids.setdefault(text(one.get("signature_description")) or "", []).append(str(one.get("id")))
        ids.pop("", None)
        names: set[str] = set()
        for one in objects(a.get("signature_matches")):
            name, description = text(one.get("name")), text(one.get("description"))
            names.update(found for found in (name, description) if found is not None)
            found_ids = [*ids.get(name or "", []), *ids.get(description or "", [])]
            out.signature(
                name or description,
                score=_SEVERITIES.get((text(one.get("severity")) or "").lower()),
                description=description,
                ttps=found_ids,
                evidence=entries(one.get("match_data")),
            )
        out.count.leave("descriptions of techniques", len(ids.keys() - names))
        self._rules(a)

    def _rules(self, a: Plain) -> None:
        for one in objects(a.get("sigma_analysis_results")):
            level = (text(one.get("rule_level")) or "").lower()
            self.out.signature(
                one.get("rule_title"),
                label=text(one.get("rule_id")),
                score=_SEVERITIES.get(level),
                description=text(one.get("rule_description")),
                tags=("sigma",),
            )
        for one in objects(a.get("ids_alerts")):
            level = (text(one.get("alert_severity")) or "").lower()
            description = text(one.get("rule_category"))
            self.out.signature(
                one.get("rule_msg"),
                label=text(one.get("rule_id")),
                score=_SEVERITIES.get(level),
                description=description,
                tags=("ids",),
            )

    def _verdict(self, a: Plain) -> None:
        self.sandboxes += texts(a.get("sandbox_name"))
        self.dates.append(a.get("analysis_date"))
        for one in entries(a.get("verdict_labels")):
            self.out.family(one)
        verdicts = {one.upper() for one in texts(entries(a.get("verdicts")))}
        sure = fraction(a.get("verdict_confidence"))
        if verdicts & _BAD:
            self.scores.append(9 if sure is None else max(6, min(10, round(sure / 10))))
        elif verdicts & {"CLEAN", "HARMLESS"}:
            self.scores.append(1)
        self.out.count.carry(len(verdicts))


def _hive(key: Any) -> Any:
    """`<HKLM>\\Software` of one of the sandboxes, as the others spell it."""
    if isinstance(key, str) and key[:3] == "<HK":
        hive, mark, rest = key[1:].partition(">")
        return hive + rest if mark else key
    return key
