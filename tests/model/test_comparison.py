"""What only one of two did."""

import pytest
from hypothesis import given, settings

from fulgurite.model import comparison
from fulgurite.model.artifact import Artifact
from fulgurite.model.comparison import KINDS, Compared, Reduced, compared
from fulgurite.model.events import (
    DnsQuery,
    HttpRequest,
    Injection,
    RegistryAccess,
    SyncObject,
    TlsHandshake,
)
from fulgurite.model.flow import Flow
from fulgurite.model.report import Report
from fulgurite.model.signature import Signature
from tests import builders
from tests.strategies import reports

ROOT = "C:\\Users\\Ann\\Desktop\\sample.exe"


def first() -> Report:
    return builders.report(
        builders.file_write("C:\\Users\\Ann\\same.txt"),
        builders.file_write("C:\\Users\\ann\\SAME.txt", verb="delete"),
        builders.file_write("C:\\only.txt", count=3),
        builders.registry_read(),
        RegistryAccess(verb="write", path="HKEY_USERS\\S-1-5-21-1-2-3-4\\Run\\x", op="Set"),
        SyncObject(object="mutant", name="bot-1004", op="Create"),
        SyncObject(object="mutant", name="", op="Create"),
        SyncObject(object="pipe", name="\\pipe\\a", op="Create"),
        DnsQuery(name="Evil.Example."),
        TlsHandshake(sni="only.example"),
        HttpRequest(method="GET", url="HTTP://evil.example:80/a#b"),
        builders.flow_start(),
        Injection(op="CreateRemoteThread", procid=1, procid_target=2),
        processes=(
            builders.process(1, image=ROOT, cmd=ROOT),
            builders.process(2, image="C:\\Windows\\explorer.exe", cmd="explorer"),
        ),
        signatures=(
            Signature(name="Same", label="same", score=5, ttps=("T1055",)),
            Signature(name="Only one", score=8),
        ),
        families=("Emotet",),
        ttps=("T1055", "T1012"),
        artifacts=(Artifact(name="a", kind="martian", sha256="aa"), Artifact(name="b", kind="martian")),
        flows=(Flow(flow=1, proto="tcp", src="10.0.0.1:1", dst="192.0.2.10:8080", domain="evil.example"),),
    )


def second() -> Report:
    return builders.report(
        builders.file_write("C:\\Users\\Ben\\same.txt"),
        RegistryAccess(verb="write", path="HKCU\\Run\\x", op="Set"),
        SyncObject(object="mutant", name="bot-2008", op="Create"),
        DnsQuery(name="evil.example"),
        HttpRequest(method="POST", url="http://evil.example/a"),
        builders.flow_start(remote_addr="192.0.2.11"),
        processes=(builders.process(1, pid=2008, image="C:\\Users\\Ben\\a.exe", cmd='"C:\\Users\\Ben\\a.exe"'),),
        signatures=(Signature(name="Same, by another name", label="SAME", score=7),),
        artifacts=(Artifact(name="c", kind="region", sha256="AA"),),
    )


def told(kind: str, kinds: tuple[Compared, ...]) -> tuple[list[str], list[str], int]:
    one = next(one for one in kinds if one.kind == kind)
    assert (one.first_total, one.second_total) == (len(one.first), len(one.second))
    return [each.value for each in one.first], [each.value for each in one.second], one.both_total


def test_what_only_one_did() -> None:
    kinds = compared(Reduced(first()), Reduced(second()), 100)
    assert tuple(one.kind for one in kinds) == KINDS
    assert told("files", kinds) == (["C:\\only.txt"], [], 1)
    assert told("registry", kinds) == ([], [], 1)
    assert told("registry_read", kinds) == (["HKLM\\SOFTWARE\\Microsoft"], [], 0)
    assert told("mutexes", kinds) == ([], [], 1)
    assert told("objects", kinds) == (["\\pipe\\a"], [], 0)
    assert told("names", kinds) == (["only.example"], [], 1)
    assert told("urls", kinds) == ([], [], 1)
    assert told("hosts", kinds) == (["tcp 192.0.2.10:8080"], ["tcp 192.0.2.11:8080"], 0)
    assert told("processes", kinds)[2] == 1
    assert told("injections", kinds)[0] == [f"{ROOT} -> C:\\Windows\\explorer.exe"]
    assert told("signatures", kinds) == (["Only one"], [], 1)
    assert told("techniques", kinds) == (["T1055", "T1012"], [], 0)
    assert told("families", kinds) == (["Emotet"], [], 0)
    assert told("artifacts", kinds) == ([], [], 1)


def test_a_difference_tells_how_often_and_how() -> None:
    other = builders.report()
    files = next(one for one in compared(Reduced(first()), Reduced(other), 100) if one.kind == "files")
    same, only = files.first
    assert (same.key, same.value) == ("c:\\users\\<user>\\same.txt", "C:\\Users\\Ann\\same.txt")
    assert (same.count, same.spellings, same.note) == (2, 2, "write, delete")
    assert (only.count, only.spellings, only.note) == (3, 1, "write")


@pytest.mark.parametrize(
    ("image", "cmd", "key"),
    [
        ("C:\\Windows\\cmd.exe", "cmd /c  dir", "c:\\windows\\cmd.exe /c dir"),
        ("C:\\Windows\\cmd.exe", '"C:\\WINDOWS\\cmd.exe" /c dir', "c:\\windows\\cmd.exe /c dir"),
        ("C:\\Program Files\\a b.exe", "C:\\Program Files\\a b.exe -x", "c:\\program files\\a b.exe -x"),
        ("C:\\Windows\\cmd.exe", "ping 1", "c:\\windows\\cmd.exe ping 1"),
        (None, "/bin/sh -c x", "/bin/sh -c x"),
        ("/bin/sh", ("sh", "-c", "x"), "/bin/sh -c x"),
        ("C:\\Windows\\cmd.exe", None, "c:\\windows\\cmd.exe"),
        ("C:\\Windows\\cmd.exe", '"', "c:\\windows\\cmd.exe"),
    ],
)
def test_a_program_by_name_or_path(image: str | None, cmd: str | tuple[str, ...] | None, key: str) -> None:
    report = builders.report(processes=(builders.process(1, image=image, cmd=cmd),))
    processes = compared(Reduced(report), Reduced(builders.report(processes=())), 9)[KINDS.index("processes")]
    assert [one.key for one in processes.first] == [key]


def test_a_report_is_like_itself() -> None:
    assert all(one.first_total == one.second_total == 0 for one in compared(Reduced(first()), Reduced(first()), 9))


def test_counts_are_exact_where_lists_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "MAX_WORDED", 50)
    many = Reduced(builders.report(*(builders.file_write(f"C:\\{n}") for n in range(200))))
    some = Reduced(builders.report(*(builders.file_write(f"C:\\{n}") for n in range(100, 220))))
    files = next(one for one in compared(many, some, 10) if one.kind == "files")
    assert (files.first_total, files.second_total, files.both_total) == (100, 20, 100)
    assert [len(files.first), len(files.second)] == [10, 0]
    long = [Reduced(builders.report(builders.file_write("C:\\" + "x" * 5000 + tail))) for tail in ("a", "b", "a")]
    pairs = [compared(long[0], other, 1)[KINDS.index("files")] for other in long[1:]]
    assert [pair.both_total for pair in pairs] == [0, 1]
    assert len(pairs[0].first[0].value) == comparison.MAX_TEXT


@settings(max_examples=50)
@given(reports(), reports())
def test_any_two_are_compared(one: Report, other: Report) -> None:
    there = compared(Reduced(one), Reduced(other), 5)
    back = compared(Reduced(other), Reduced(one), 5)
    for forth, mirrored in zip(there, back, strict=True):
        assert (forth.first, forth.first_total) == (mirrored.second, mirrored.second_total)
        assert forth.both_total == mirrored.both_total
        assert len(forth.first) <= min(5, forth.first_total)
