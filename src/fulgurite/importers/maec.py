"""MAEC 5 packages: malware instances with what they did, over the observables of STIX."""

from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers.clocks import Stamps, moment
from fulgurite.importers.content import Content
from fulgurite.importers.gathering import FileVerb, Gathered, Plain, entries, mapping, names_in, natural, objects
from fulgurite.importers.observables import Observables, sample_of
from fulgurite.importers.techniques import techniques_in
from fulgurite.importers.values import cut, text
from fulgurite.model.events import ApiCall
from fulgurite.model.report import Report, Source

_VERBS: dict[str, FileVerb] = {
    "create": "write",
    "write": "write",
    "modify": "write",
    "set": "write",
    "add": "write",
    "copy": "write",
    "move": "write",
    "rename": "write",
    "delete": "delete",
    "remove": "delete",
}
_VERDICTS = {"malicious": 9, "suspicious": 6, "benign": 1}
_READ = names_in("type id schema_version maec_objects observable_objects relationships")
MAX_ARGUMENT = 256


class Maec:
    """A package; its first malware instance is the sample."""

    name = "maec"

    def sniff(self, content: Content) -> bool:
        return "maec_objects" in content.members and _package(content) is not None

    def parse(self, content: Content) -> Report:
        package = _package(content)
        if package is None:
            raise MalformedReport("there is no package with `maec_objects` in it", where=self.name)
        return _Reader(self.name, package).read()


def _package(content: Content) -> Plain | None:
    whole = mapping(content.whole)
    return whole if isinstance(whole.get("maec_objects"), list) and whole.get("type") == "package" else None


class _Reader:
    def __init__(self, name: str, package: Plain) -> None:
        self.out = Gathered(name)
        self.package = package
        self.listed = objects(package.get("maec_objects"))
        scope = mapping(package.get("observable_objects"))
        self.scope = {key: one for key, one in scope.items() if isinstance(one, dict)}
        self._stamps = Stamps()

    def read(self) -> Report:
        """The report of the first malware instance, with all actions."""
        out = self.out
        instances = [one for one in self.listed if one.get("type") == "malware-instance"]
        instance = instances[0] if instances else {}
        refs = [
            ref for ref in entries(instance.get("instance_object_refs")) if isinstance(ref, str) and ref in self.scope
        ]
        sample = refs[0] if refs else None
        observables = Observables(out, self.scope, sample)
        observables.read_processes()
        out.births()
        actors = self._actors(instance, observables)
        for one in self.listed:
            if one.get("type") == "malware-action":
                self._action(one, observables, actors.get(text(one.get("id")) or ""))
        observables.read_rest()
        self._findings(instance)
        for one in self.scope.values():
            out.count.leave("observable extensions", len(mapping(one.get("extensions"))))
        out.count.leave("malware instances beyond the first", max(0, len(instances) - 1))
        out.leave_rest(self.package, _READ)
        out.count.leave("relationships", len(entries(self.package.get("relationships"))))
        known = [objects(instance.get("analysis_metadata"))]
        meta = known[0][0] if known[0] else {}
        said = [text(one.get("conclusion")) or "" for one in known[0]]
        return out.report(
            sample=sample_of(self.scope.get(sample or "", {})),
            source=Source(
                name=out.name, version=text(self.package.get("schema_version")), task=text(instance.get("id"))
            ),
            at=moment(meta.get("start_time")) or moment(meta.get("last_update_time")),
            score=max((_VERDICTS[word] for word in said if word in _VERDICTS), default=None),
        )

    def _actors(self, instance: Plain, observables: Observables) -> dict[str, int]:
        """Which process began which action, as the process tree says."""
        found: dict[str, int] = {}
        for node in objects(mapping(instance.get("dynamic_features")).get("process_tree")):
            procid = observables.procids.get(text(node.get("process_ref")) or "")
            if procid is not None:
                refs = [ref for ref in entries(node.get("initiated_action_refs")) if isinstance(ref, str)]
                found.update(dict.fromkeys(refs, procid))
        return found

    def _action(self, one: Plain, observables: Observables, actor: int | None) -> None:
        name = text(one.get("name")) or "unnamed"
        verb = _VERBS.get(name.partition("-")[0].lower(), "read")
        refs = [*entries(one.get("output_object_refs")), *entries(one.get("input_object_refs"))]
        told = [
            observables.tell(ref, verb, actor)
            for ref in refs
            if isinstance(ref, str) and ref not in observables.procids
        ]
        call = mapping(one.get("api_call"))
        api = text(call.get("function_name"))
        if any(told):
            self.out.count.carry()
        elif api is not None:
            self.out.count.carry()
            args = [
                f"{key}={value}" for key, value in mapping(call.get("parameters")).items() if isinstance(value, str)
            ]
            shown = tuple(cut(arg, MAX_ARGUMENT) for arg in args[:16])
            event = ApiCall(procid=actor, api=api, args=shown, ret=text(call.get("return_value")))
            self.out.draft.add(event, self._stamps.ms(one.get("timestamp")))
        else:
            self.out.count.leave(f"action {name[:60]}")

    def _findings(self, instance: Plain) -> None:
        for one in objects(instance.get("triggered_signatures")):
            points = natural(one.get("severity"))
            self.out.signature(
                one.get("name") or one.get("signature_type"),
                label=text(one.get("signature_type")),
                score=points,
                description=text(one.get("description")),
            )
        for label in entries(instance.get("labels")):
            self.out.tag(label)
        for one in self.listed:
            if one.get("type") == "behavior":
                told = [ref for ref in self._techniques(one) if isinstance(ref, str)]
                self.out.count.carry()
                self.out.ttps.update(found for ref in told for found in techniques_in(ref))
            elif one.get("type") == "malware-family":
                self.out.family(mapping(one.get("name")).get("value") or one.get("name"))
            elif one.get("type") not in ("malware-instance", "malware-action"):
                self.out.count.leave(f"object {(text(one.get('type')) or 'unnamed')[:40]}")

    def _techniques(self, one: Plain) -> list[Any]:
        found = [ref.get("external_id") for ref in objects(one.get("technique_refs"))]
        return [*found, *entries(one.get("technique_refs"))]
