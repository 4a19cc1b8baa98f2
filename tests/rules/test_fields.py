"""The fields that rules can ask for: those of the page, each with its value."""

import re
from pathlib import Path
from typing import Any

import pytest

from fulgurite.model.events import (
    ApiCall,
    Event,
    FileAccess,
    FlowStart,
    ForeignEvent,
    HttpRequest,
    Injection,
    ModuleLoad,
    ProcessCreate,
    RegistryAccess,
)
from fulgurite.rules.facts import Facts
from fulgurite.rules.fields import DISCRIMINATOR, EVENT_KINDS, FIELDS, IOC, KINDS, common
from tests.builders import file_write, process, report
from tests.strategies import KINDS as CLASSES

PAGE = Path(__file__).resolve().parents[2] / "docs/rules.md"
IMAGE = "C:\\a\\Sample.exe"
PROCESSES = (
    process(9, image="C:\\Windows\\explorer.exe", existing=True, orig=True),
    process(1, image=IMAGE, procid_parent=9, cmd=("a", "b")),
    process(2, image="C:\\b.exe", procid_parent=1),
)


def _value(event: Event, field: str, *before: Event) -> Any:
    facts = Facts(report(processes=PROCESSES))
    for one in before:
        facts.note(one)
    return FIELDS[type(event)][field].get(event, facts)


def test_every_kind_of_event_has_its_word() -> None:
    assert set(EVENT_KINDS.values()) == set(CLASSES)
    assert set(KINDS.values()) > set(CLASSES)


def test_the_page_lists_the_fields_of_every_kind() -> None:
    row = re.compile(r"\| `(\w+)` \| (.*) \|")
    told = {m[1]: re.findall(r"`([^`]+)`", m[2]) for m in map(row.fullmatch, PAGE.read_text().splitlines()) if m}
    everywhere = {"procid", "at_ms", "count", *(field for field in FIELDS[FileAccess] if field.startswith("process."))}
    assert told == {word: [field for field in FIELDS[kind] if field not in everywhere] for word, kind in KINDS.items()}
    assert [field for field in everywhere if f"`{field}`" not in PAGE.read_text()] == []


def test_telling_fields_and_iocs_are_fields_of_their_kind() -> None:
    assert [kind for kind, field in (*DISCRIMINATOR.items(), *IOC.items()) if field not in FIELDS[kind]] == []
    assert {FIELDS[kind][field].type for kind, field in DISCRIMINATOR.items()} == {"text"}


def test_types() -> None:
    types = {name: field.type for name, field in FIELDS[KINDS["http_request"]].items()}
    assert (types["url"], types["headers"], types["flow"], types["address"]) == ("text", "texts", "number", "flag")
    assert FIELDS[RegistryAccess]["value"].type == "text"
    assert "d" not in FIELDS[ForeignEvent]


def test_fields_that_several_kinds_have() -> None:
    assert {"path", "succeeded"} <= common([FileAccess, RegistryAccess])
    assert "dst" not in common([FileAccess, RegistryAccess])


CREATED = ProcessCreate(procid=2)
INJECTED = Injection(procid=1, op="x", procid_target=2)
REQUEST = HttpRequest(method="GET", url="http://A.test:8080/x/y.exe?q", headers=("Host: a", "user-agent : Bot 1"))


@pytest.mark.parametrize(
    ("event", "field", "value"),
    [
        (CREATED, "image", "C:\\b.exe"),
        (CREATED, "name", "b.exe"),
        (CREATED, "sample", False),
        (CREATED, "dropped", False),
        (CREATED, "parent.cmd", "a b"),
        (CREATED, "parent.sample", True),
        (CREATED, "parent.pid", 1004),
        (ProcessCreate(procid=77), "image", None),
        (ProcessCreate(), "parent.image", None),
        (FileAccess(procid=1, verb="read", op="x", path="C:\\d\\e.txt"), "name", "e.txt"),
        (FileAccess(procid=1, verb="read", op="x", path="C:\\d", status=0xC0000034), "succeeded", False),
        (FileAccess(procid=1, verb="delete", op="x", path=IMAGE.upper()), "own", True),
        (FileAccess(verb="rename", op="x", path="C:\\d", dst="C:\\D.locked"), "extended", True),
        (FileAccess(verb="rename", op="x", path="C:\\d", dst="C:\\dlocked"), "extended", False),
        (FileAccess(verb="rename", op="x", path="C:\\d"), "extended", None),
        (FileAccess(procid=9, verb="read", op="x", path="C:\\d"), "process.existing", True),
        (RegistryAccess(verb="read", op="x", path="HKLM\\a\\Name"), "name", "Name"),
        (INJECTED, "target.pid", 1008),
        (INJECTED, "target.self", False),
        (INJECTED, "target.child", True),
        (Injection(procid=2, op="x", procid_target=2), "target.self", True),
        (Injection(procid=2, op="x"), "target.self", None),
        (Injection(op="x", procid_target=2), "target.child", None),
        (Injection(procid=1, op="x", procid_target=77), "target.child", None),
        (ApiCall(api="kernel32.CreateFileW"), "function", "CreateFile"),
        (ApiCall(api="ntdll.NtOpenKey"), "function", "NtOpenKey"),
        (ApiCall(api="a.NTAPIW"), "function", "NTAPIW"),
        (ApiCall(api="A"), "function", "A"),
        (ApiCall(api="a.b", args=("0x10", "7")), "arg0", 16),
        (ApiCall(api="a.b", args=("0x10", "7")), "arg1", 7),
        (ApiCall(api="a.b", args=("text",)), "arg0", None),
        (ApiCall(api="a.b"), "arg0", None),
        (FlowStart(flow=1, proto="tcp", remote_addr="192.0.2.1"), "public", True),
        (FlowStart(flow=1, proto="tcp", remote_addr="10.0.0.255"), "public", False),
        (FlowStart(flow=1, proto="udp", remote_addr="239.255.255.250"), "public", False),
        (FlowStart(flow=1, proto="tcp", remote_addr="fd00::1"), "public", False),
        (FlowStart(flow=1, proto="tcp", remote_addr="host"), "public", None),
        (REQUEST, "host", "a.test"),
        (REQUEST, "path", "/x/y.exe"),
        (REQUEST, "agent", "Bot 1"),
        (REQUEST, "address", False),
        (HttpRequest(method="GET", url="http://192.0.2.1/"), "address", True),
        (HttpRequest(method="GET", url="http://[::1]/"), "address", True),
        (HttpRequest(method="GET", url="http://[x/"), "host", None),
        (HttpRequest(method="GET", url="http://[x/"), "address", None),
        (HttpRequest(method="GET", url="/only/path"), "agent", None),
    ],
)
def test_values(event: Event, field: str, value: object) -> None:
    assert _value(event, field) == value


def test_values_that_depend_on_what_was_before() -> None:
    assert _value(CREATED, "dropped", file_write("c:\\B.exe")) is True
    assert _value(ModuleLoad(path="C:\\x.dll"), "dropped", file_write("C:\\X.dll")) is True
    assert _value(FileAccess(verb="read", op="x", path="C:\\x"), "written", file_write("C:\\X")) is True
