"""Every field that a log source names is one of ours, and Sigma's categories reach the events they are about."""

import pytest

from fulgurite.model.events import (
    DnsQuery,
    Event,
    FileAccess,
    FlowStart,
    HttpRequest,
    Injection,
    ModuleLoad,
    RegistryAccess,
    SyncObject,
)
from fulgurite.rules.fields import FIELDS
from fulgurite.rules.sigma.logsources import LOG_SOURCES
from tests.rules.sigma.written import labels, rule

RUN = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\a"


@pytest.mark.parametrize("category", LOG_SOURCES)
def test_every_field_is_one_of_ours(category: str) -> None:
    source = LOG_SOURCES[category]
    named = {*source.fields.values(), *(test.field for test in source.only)}
    assert named <= set(FIELDS[source.kind])


@pytest.mark.parametrize(
    ("category", "test", "event"),
    [
        ("file_event", "TargetFilename|endswith: '\\b.exe'", FileAccess(verb="write", path="C:\\b.exe", op="Create")),
        ("file_delete", "TargetFilename: 'C:\\b.exe'", FileAccess(verb="delete", path="C:\\b.exe", op="Delete")),
        (
            "file_rename",
            "TargetFilename|endswith: .locked",
            FileAccess(verb="rename", path="C:\\a", dst="C:\\a.locked", op="Rename"),
        ),
        (
            "registry_set",
            "Details: 'DWORD (0x00000001)'",
            RegistryAccess(verb="write", path=RUN, op="SetValueKeyInt", value=1),
        ),
        (
            "registry_event",
            "EventType: SetValue",
            RegistryAccess(verb="write", path=RUN, op="SetValueKeyStr", value="a"),
        ),
        (
            "registry_delete",
            "TargetObject|contains: '\\Run\\'",
            RegistryAccess(verb="delete", path=RUN, op="DeleteKey"),
        ),
        (
            "network_connection",
            "{DestinationPort: 4444, Initiated: 'true'}",
            FlowStart(flow=1, proto="tcp", remote_addr="192.0.2.1", remote_port=4444),
        ),
        ("dns_query", "QueryName|endswith: .test", DnsQuery(name="c2.example.test")),
        ("image_load", "ImageLoaded|endswith: '\\evil.dll'", ModuleLoad(path="C:\\evil.dll")),
        ("driver_load", "ImageLoaded|contains: evil", ModuleLoad(path="C:\\evil.sys")),
        (
            "pipe_created",
            "PipeName: '\\msagent_1'",
            SyncObject(object="pipe", name="\\\\.\\pipe\\msagent_1", op="PipeCreate"),
        ),
        (
            "create_remote_thread",
            "TargetImage|endswith: '\\cmd.exe'",
            Injection(procid=1, op="CreateRemoteThread", procid_target=2),
        ),
        ("proxy", "c-uri-query|contains: id=", HttpRequest(method="GET", url="http://a.test/x?id=1")),
    ],
)
def test_a_category_reaches_its_events(category: str, test: str, event: Event) -> None:
    text = rule(f"selection:\n    {test}\ncondition: selection".replace("    {", "    - {"), category=category)
    assert labels(text, [event]) == ["one_0"]
    assert labels(text, []) == []
