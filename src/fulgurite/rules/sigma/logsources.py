"""Which of our events a Sigma log source is about, and which of their fields its fields are.

Names are Sysmon's, as Sigma's own taxonomy has them. A field that is not here is one that reports do not tell: a test
of it never passes, that it is null always does.
"""

from typing import NamedTuple

from fulgurite.model.events import (
    DnsQuery,
    FileAccess,
    FlowStart,
    HttpRequest,
    Injection,
    ModuleLoad,
    ProcessCreate,
    RegistryAccess,
    SyncObject,
)
from fulgurite.rules.rule import FieldTest, Kind


class LogSource(NamedTuple):
    """What one category of Sigma's is here."""

    kind: Kind
    fields: dict[str, str]
    """Sigma's name in lower case -> ours."""
    only: tuple[FieldTest, ...] = ()
    """What of the kind belongs to the category."""
    fixed: dict[str, str] = {}  # noqa: RUF012 - never changed
    """Fields that say the same of every such event."""


def _one_of(field: str, *words: str) -> FieldTest:
    allowed = frozenset[str | int](words)
    return FieldTest(field, allowed.__contains__, allowed)


_ACTOR = {"image": "process.image", "commandline": "process.cmd", "processid": "process.pid"}
_FILE = {**_ACTOR, "targetfilename": "path", "filename": "path"}
_REGISTRY = {**_ACTOR, "targetobject": "path", "details": "details", "eventtype": "event_type", "newname": "value"}
_PROCESS = {
    "image": "image",
    "newprocessname": "image",
    "commandline": "cmd",
    "processid": "pid",
    "parentimage": "parent.image",
    "parentprocessname": "parent.image",
    "parentcommandline": "parent.cmd",
    "parentprocessid": "parent.pid",
}
_NETWORK = {
    **_ACTOR,
    "destinationip": "remote_addr",
    "destinationport": "remote_port",
    "destinationhostname": "domain",
    "protocol": "proto",
    "sourceip": "local_addr",
    "sourceport": "local_port",
    "dst_ip": "remote_addr",
    "dst_port": "remote_port",
}
_PROXY = {
    "c-uri": "url",
    "cs-uri": "url",
    "url": "url",
    "c-useragent": "agent",
    "cs-user-agent": "agent",
    "cs-host": "host",
    "c-uri-host": "host",
    "cs-method": "method",
    "c-uri-path": "path",
    "c-uri-stem": "path",
    "cs-uri-stem": "path",
    "c-uri-query": "query",
    "cs-uri-query": "query",
}
_INJECTION = {
    "sourceimage": "process.image",
    "sourcecommandline": "process.cmd",
    "sourceprocessid": "process.pid",
    "targetimage": "target.image",
    "targetcommandline": "target.cmd",
    "targetprocessid": "target.pid",
}

LOG_SOURCES: dict[str, LogSource] = {
    "process_creation": LogSource(ProcessCreate, _PROCESS),
    "file_event": LogSource(FileAccess, _FILE, (_one_of("verb", "write"),)),
    "file_change": LogSource(FileAccess, _FILE, (_one_of("verb", "write"),)),
    "file_access": LogSource(FileAccess, _FILE, (_one_of("verb", "read"),)),
    "file_delete": LogSource(FileAccess, _FILE, (_one_of("verb", "delete"),)),
    "file_rename": LogSource(
        FileAccess, {**_FILE, "sourcefilename": "path", "targetfilename": "dst"}, (_one_of("verb", "rename"),)
    ),
    "registry_event": LogSource(RegistryAccess, _REGISTRY, (_one_of("verb", "write", "delete"),)),
    "registry_add": LogSource(RegistryAccess, _REGISTRY, (_one_of("event_type", "createkey"),)),
    "registry_set": LogSource(RegistryAccess, _REGISTRY, (_one_of("event_type", "setvalue"),)),
    "registry_delete": LogSource(RegistryAccess, _REGISTRY, (_one_of("verb", "delete"),)),
    "registry_rename": LogSource(RegistryAccess, _REGISTRY, (_one_of("event_type", "renamekey"),)),
    # A flow is told from the guest's side; that the guest began it is what a report of a flow means.
    "network_connection": LogSource(FlowStart, _NETWORK, fixed={"initiated": "true"}),
    "firewall": LogSource(FlowStart, _NETWORK),
    "dns_query": LogSource(DnsQuery, {**_ACTOR, "queryname": "name", "query": "name", "record_type": "type"}),
    "dns": LogSource(DnsQuery, {"query": "name", "record_type": "type"}),
    "image_load": LogSource(ModuleLoad, {**_ACTOR, "imageloaded": "path"}),
    "driver_load": LogSource(ModuleLoad, {"imageloaded": "path"}, (_one_of("ext", "sys"),)),
    "pipe_created": LogSource(SyncObject, {**_ACTOR, "pipename": "pipe"}, (_one_of("object", "pipe"),)),
    "create_remote_thread": LogSource(Injection, _INJECTION, (_one_of("op", "createremotethread"),)),
    "proxy": LogSource(HttpRequest, _PROXY),
    "webserver": LogSource(HttpRequest, _PROXY),
}
"""By Sigma's `category`."""

SYSTEMS = {"windows": "windows", "linux": "linux", "macos": "macos"}
"""Sigma's `product` -> the system of a report; any other product runs no programs."""
