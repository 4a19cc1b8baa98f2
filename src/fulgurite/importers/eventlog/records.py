"""One event of a log, out of the shapes that collectors give it."""

from typing import Any, NamedTuple

from fulgurite.importers import jsonlines
from fulgurite.importers.gathering import Plain, mapping, objects
from fulgurite.importers.values import number, text

_TIMES = ("UtcTime", "EventTime", "TimeCreated", "@timestamp", "TimeGenerated")
_SOURCES = frozenset(
    {"Channel", "SourceName", "Provider", "ProviderGuid", "ProviderName", "LogName", "SourceModuleName"}
)


class Record(NamedTuple):
    """One event."""

    log: str
    """`sysmon`, `security` or the channel's own name, in lower case."""
    number: int
    data: Plain
    at: Any
    """When, as the log says."""


def record(document: Any) -> Record | None:
    """The event that `document` is, or None."""
    if not isinstance(document, dict):
        return None
    event = document.get("Event")
    if isinstance(event, dict) and isinstance(event.get("System"), dict):
        return _from_dump(event)
    if isinstance(document.get("winlog"), dict):
        return _from_beat(document)
    if "EventID" in document and _SOURCES & document.keys():
        return _flat(document)
    return None


def _made(channel: Any, provider: Any, told: Any, data: Plain, at: Any) -> Record | None:
    found = number(told.get("#text") if isinstance(told, dict) else told)
    if found is None:
        return None
    names = f"{text(channel) or ''} {text(provider) or ''}".lower()
    log = "sysmon" if "sysmon" in names else "security" if "security" in names else (text(channel) or names).lower()
    return Record(log, found, data, at)


def _from_dump(event: Plain) -> Record | None:
    """As evtx_dump writes it."""
    system = event["System"]
    provider = mapping(mapping(system.get("Provider")).get("#attributes") or system.get("Provider")).get("Name")
    data = _data(event.get("EventData"))
    created = mapping(system.get("TimeCreated"))
    at = data.get("UtcTime") or mapping(created.get("#attributes") or created).get("SystemTime")
    return _made(system.get("Channel"), provider, system.get("EventID"), data, at)


def _from_beat(document: Plain) -> Record | None:
    """As Winlogbeat writes it."""
    inner = document["winlog"]
    data = _data(inner.get("event_data"))
    at = data.get("UtcTime") or document.get("@timestamp")
    return _made(inner.get("channel"), inner.get("provider_name"), inner.get("event_id"), data, at)


def _flat(document: Plain) -> Record | None:
    """All fields side by side, or the event's own in `EventData`, as an object or as text."""
    data = {**document, **_data(document.get("EventData"))}
    at = next((data[name] for name in _TIMES if text(data.get(name)) is not None), None)
    provider = document.get("SourceName") or document.get("Provider") or document.get("ProviderName")
    return _made(document.get("Channel") or document.get("LogName"), provider, document.get("EventID"), data, at)


def _data(value: Any) -> Plain:
    """The fields of an event: an object, text that is one, or `Data` with names beside values."""
    if isinstance(value, str):
        value = jsonlines.document(value.encode("utf-8", "replace"))
    found = mapping(value)
    named: Plain = {}
    for one in objects(found.get("Data")):
        name = text(mapping(one.get("#attributes")).get("Name") or one.get("@Name") or one.get("Name"))
        if name is not None:
            named[name] = one.get("#text")
    return {**found, **named}
