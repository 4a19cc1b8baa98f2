"""Messages of the monitors as events."""

import base64

import pytest

from fulgurite.importers.draft import Draft
from fulgurite.importers.kernel.messages import Messages, address, plain
from fulgurite.model.events import FileAccess, RegistryAccess, Suspicious


@pytest.mark.parametrize(
    ("kind", "verb"),
    [
        ("QueryValueKey", "read"),
        ("OpenKeyEx", "read"),
        ("EnumerateKey", "read"),
        ("DeleteValueKey", "delete"),
        ("CreateKey", "write"),
        ("RenameKey", "write"),
        (None, "write"),
    ],
)
def test_verbs_of_the_registry(kind: str | None, verb: str) -> None:
    draft = Draft()
    Messages(draft, "windows").read("Registry", {"kind": kind, "path": "\\REGISTRY\\MACHINE\\A"}, "onemon.Registry")
    (event,) = draft.deeds()
    assert isinstance(event, RegistryAccess)
    assert (event.verb, event.path, event.op) == (verb, "HKLM\\A", kind or "CreateKey")


@pytest.mark.parametrize(
    ("kind", "verb"),
    [
        ("Unknown", "read"),
        ("OpenRead", "read"),
        ("OpenModify", "write"),
        ("DeleteDelayed", "delete"),
        ("Truncate", "write"),
        (None, "read"),
    ],
)
def test_verbs_of_files(kind: str | None, verb: str) -> None:
    draft = Draft()
    Messages(draft, "windows").read("File", {"kind": kind, "srcpath": "\\??\\C:\\a"}, "onemon.File")
    (event,) = draft.deeds()
    assert isinstance(event, FileAccess)
    assert (event.verb, event.path) == (verb, "C:\\a")


def test_messages_without_what_they_are_about_are_left() -> None:
    draft = Draft()
    messages = Messages(draft, "windows")
    for kind in ("Registry", "File", "Mutant", "NetworkFlow", "Syscall"):
        messages.read(kind, {}, f"onemon.{kind}")
    messages.read("Process", {"pid": 7, "status": "Terminate"}, "onemon.Process")
    assert list(draft.deeds()) == []
    assert draft.count.tally().items == 6


def test_pids_are_those_of_their_time() -> None:
    draft = Draft()
    messages = Messages(draft, "windows")
    for ts in (1, 3):
        messages.read("Process", {"ts": ts, "pid": 7, "image": "a"}, "onemon.Process")
        messages.read("Mutant", {"ts": ts, "pid": 7, "path": "M"}, "onemon.Mutant")
    assert [event.procid for event in draft.deeds()] == [1, 1, 2, 2]


def test_paths_out_of_base64() -> None:
    assert plain(base64.b64encode(b"/opt/x").decode()) == "/opt/x"
    assert [plain(one) for one in ("/opt/x", "abc", "AAEC", "a b=")] == ["/opt/x", "abc", "\0\1\2", "a b="]


def test_addresses() -> None:
    assert [address(one) for one in (0x0500000A, "192.0.2.1", 2**40, None, "", "3221225985")] == [
        "10.0.0.5",
        "192.0.2.1",
        None,
        None,
        None,
        "1.2.0.192",
    ]


def test_stahp_spells_images_with_a_capital() -> None:
    draft = Draft()
    fields = {"pid": 5, "Image": base64.b64encode(b"/bin/sh").decode(), "Command": ["sh"]}
    Messages(draft, "linux").read("Process", fields, "stahp.Process")
    assert [(one.image, one.cmd) for one in draft.processes] == [("/bin/sh", ("sh",))]


def test_acts_on_dropped_files_name_them() -> None:
    draft = Draft()
    messages = Messages(draft, "windows")
    messages.read("File", {"id": 7, "kind": "CreateModify", "srcpath": "\\??\\C:\\a.dll"}, "onemon.File")
    messages.read("Suspicious", {"event": "LoadsDroppedDLL", "arg1": 7}, "onemon.Suspicious")
    messages.read("Suspicious", {"event": "SetThreadContext", "arg1": 7}, "onemon.Suspicious")
    assert [event.detail for event in draft.deeds() if isinstance(event, Suspicious)] == ["C:\\a.dll", "arg1=7"]
