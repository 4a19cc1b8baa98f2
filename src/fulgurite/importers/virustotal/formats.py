"""file_behaviour of one sandbox, the list of all, and behaviour_summary; told by their lists."""

from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.gathering import Plain, mapping, names_in, objects
from fulgurite.importers.virustotal import reader
from fulgurite.model.report import Report

_LISTS = names_in(
    """
    processes_tree processes_created processes_terminated processes_killed processes_injected command_executions
    calls_highlighted modules_loaded registry_keys_opened registry_keys_set registry_keys_deleted files_opened
    files_written files_deleted files_attribute_changed files_copied files_moved files_dropped mutexes_created
    mutexes_opened services_opened services_created services_started dns_lookups ip_traffic http_conversations
    tls ja3_digests memory_pattern_urls memory_pattern_domains memory_pattern_ips attack_techniques
    mitre_attack_techniques signature_matches verdicts verdict_labels verdict_confidence text_highlighted behash
    has_html_report analysis_date sandbox_name
    """
)
_WRAPPERS = frozenset({"data", "attributes"})
_FEW = 2


class VirusTotal:
    """All three, bare or within `data`."""

    name = "virustotal"

    def sniff(self, content: Content) -> bool:
        if content.is_broken:
            return b'"file_behaviour"' in content.data
        is_likely = bool(_WRAPPERS & content.keys) or len(_LISTS & content.keys) >= _FEW
        return is_likely and bool(_behaviours(content.whole))

    def parse(self, content: Content) -> Report:
        found = _behaviours(content.whole)
        if not found:
            raise MalformedReport("there is no behaviour in it that can be read", where=self.name)
        return reader.read(found, self.name)


def _behaviours(whole: Any) -> list[Plain]:
    """The behaviours in the file: objects with `attributes`, or the attributes themselves."""
    inner = mapping(whole).get("data", whole)
    return [one for one in objects(inner) if _is_behaviour(one)] if isinstance(inner, list | dict) else []


def _is_behaviour(one: Plain) -> bool:
    attributes = one.get("attributes")
    if isinstance(attributes, dict):
        kind = str(one.get("type"))
        return kind in {"file_behaviour", "behaviour_summary"} or (
            kind != "file" and len(_LISTS & attributes.keys()) >= _FEW
        )
    return len(_LISTS & one.keys()) >= _FEW
