"""What stands in the store that the browser looks at: two runs of one file, a plain one, a long one."""

from datetime import UTC, datetime

from fulgurite.model.artifact import Artifact
from fulgurite.model.config import MalwareConfig
from fulgurite.model.events import (
    DnsAnswer,
    DnsQuery,
    Event,
    FileAccess,
    FlowOwner,
    FlowStart,
    HttpRequest,
    HttpResponse,
    Injection,
    ModuleLoad,
    ProcessCreate,
    ProcessTerminate,
    RegistryAccess,
    SyncObject,
    TlsHandshake,
)
from fulgurite.model.flow import Flow
from fulgurite.model.hashes import digests_of
from fulgurite.model.process import Process
from fulgurite.model.report import Report
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.static import StaticFacts
from tests import builders

LOADER = b"MZ a loader that is none"
TEMP = "C:\\Users\\Admin\\AppData\\Local\\Temp"
LONG = 3_000
"""Events of the long report: more than any page of a table."""

PROCESSES = (
    Process(procid=1, pid=1004, ppid=900, image=f"{TEMP}\\loader.exe", cmd=f'"{TEMP}\\loader.exe" /s', started_ms=0),
    Process(
        procid=2, pid=1208, ppid=1004, procid_parent=1, image="C:\\Windows\\System32\\cmd.exe",
        cmd="cmd.exe /c schtasks /create /tn Updater /tr stage.exe", started_ms=210, terminated_ms=420,
    ),
    Process(
        procid=3, pid=1310, ppid=1208, procid_parent=2, image=f"{TEMP}\\stage.exe", cmd="stage.exe", started_ms=400
    ),
    Process(procid=4, pid=612, ppid=4, image="C:\\Windows\\explorer.exe", cmd="explorer.exe", orig=True),
)  # fmt: skip


def _events() -> tuple[Event, ...]:
    return (
        ProcessCreate(procid=1, at_ms=0),
        ModuleLoad(procid=1, at_ms=4, path="C:\\Windows\\System32\\wininet.dll"),
        SyncObject(procid=1, at_ms=12, object="mutant", name="Global\\one-at-a-time", op="CreateMutant", status=0),
        FileAccess(procid=1, at_ms=120, verb="write", op="CreateModify", status=0, path=f"{TEMP}\\stage.exe"),
        ProcessCreate(procid=2, at_ms=210),
        RegistryAccess(
            procid=2, at_ms=300, verb="write", op="SetValueKey", status=0, value=f"{TEMP}\\stage.exe",
            path="HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Updater",
        ),
        ProcessCreate(procid=3, at_ms=400),
        ProcessTerminate(procid=2, at_ms=420),
        Injection(procid=3, at_ms=700, op="CreateRemoteThread", procid_target=4, address=0x7FF0, size_bytes=4096),
        DnsQuery(procid=3, at_ms=800, name="gate.example", flow=1),
        DnsAnswer(procid=3, at_ms=820, name="gate.example", values=("192.0.2.10",), flow=1),
        FlowStart(at_ms=830, flow=2, proto="tcp", remote_addr="192.0.2.10", remote_port=443),
        FlowOwner(procid=3, at_ms=830, flow=2),
        TlsHandshake(procid=3, at_ms=840, sni="gate.example", ja3="e7d705a3286e19ea42f587b344ee6865", flow=2),
        HttpRequest(procid=3, at_ms=900, method="POST", url="https://gate.example/in?id=7", flow=2, index=0),
        HttpResponse(procid=3, at_ms=950, status=200, url="https://gate.example/in?id=7", flow=2, index=0),
        FileAccess(procid=3, at_ms=1400, verb="delete", op="Delete", status=0, path=f"{TEMP}\\loader.exe"),
    )  # fmt: skip


def _signatures() -> tuple[Signature, ...]:
    return (
        Signature(
            name="Injects into another process", label="test_injects", score=8, ttps=("T1055",), events=(8,),
            indicators=(Indicator(description="CreateRemoteThread in explorer.exe", procid=3, event=8),),
            description="Code of the sample runs in explorer.exe.",
        ),
        Signature(
            name="Starts with the system", label="test_autostart", score=7, ttps=("T1547.001",), events=(5,),
            indicators=(Indicator(ioc="HKCU\\...\\Run\\Updater", description="Run key", procid=2, event=5),),
        ),
        Signature(name="Speaks TLS", label="test_tls", ttps=("T1573",)),
    )  # fmt: skip


def loader(**fields: object) -> Report:
    """A report with something in every section."""
    dropped = digests_of(b"MZ stage two")
    known: dict[str, object] = {
        "source": builders.source(name="triage", engine=None, version="1", task="behavioral1"),
        "sample": builders.sample(LOADER, name="loader.exe", file_type="pe32 exe"),
        "processes": PROCESSES,
        "flows": (
            Flow(flow=1, proto="udp", src="10.0.0.71:5353", dst="192.0.2.53:53", procid=3, protocols=("dns",)),
            Flow(
                flow=2, proto="tcp", src="10.0.0.71:49152", dst="192.0.2.10:443", procid=3, first_seen_ms=830,
                last_seen_ms=1900, rx_bytes=5321, tx_bytes=911, protocols=("tls", "http"), domain="gate.example",
                tls_sni="gate.example", tls_ja3="e7d705a3286e19ea42f587b344ee6865",
            ),
        ),
        "artifacts": (
            Artifact(
                name="files/stage.exe", kind="martian", path=f"{TEMP}\\stage.exe", procid=1, at_ms=120,
                origin="dropped", size_bytes=12, md5=dropped.md5, sha1=dropped.sha1, sha256=dropped.sha256,
            ),
            Artifact(name="memory/1310-0.dmp", kind="region", procid=3, at_ms=700, address=0x400000, size_bytes=8192),
        ),
        "signatures": _signatures(),
        "ttps": ("T1055", "T1547.001", "T1573"),
        "families": ("exampleloader",),
        "configs": (
            MalwareConfig(family="exampleloader", rule="example", values={"c2": ["gate.example:443"], "botnet": "7"}),
        ),
        "static": StaticFacts(
            type="PE32", machine="i386", subsystem="gui", imphash="f34d5f2d4577ed6d9ceec516c1f5a744",
            imports=("kernel32.CreateFileA",), sections=(".text", ".data"), entropy=701,
        ),
        "tags": ("loader",),
        "score": 9,
        "sandbox_id": "a1" * 12,
        "data_id": None,
    }  # fmt: skip
    return builders.report(**{**known, "events": _events(), **fields})


def elsewhere() -> Report:
    """The same file on another system, where it did less, and something that it did not do before."""
    events = (
        *_events()[:4],
        FileAccess(procid=1, at_ms=160, verb="write", op="CreateModify", status=0, path=f"{TEMP}\\only-here.txt"),
    )
    return loader(
        events=events,
        processes=PROCESSES[:1],
        flows=(),
        signatures=(),
        ttps=(),
        configs=(),
        families=(),
        score=3,
        machine=builders.machine(system="windows7", platform="windows7_x64"),
        requested_at=datetime(2025, 11, 2, 3, 4, 5, tzinfo=UTC),
        sandbox_id="a2" * 12,
    )


def long() -> Report:
    """Many events, of which one is to be found."""
    events: list[Event] = [
        FileAccess(
            procid=1 + number % 2, at_ms=number, verb="read", op="OpenRead", status=0, path=f"C:\\data\\{number:05}.txt"
        )
        for number in range(LONG)
    ]
    events[LONG - 7] = RegistryAccess(
        procid=1, at_ms=LONG - 7, verb="write", op="SetValueKey", status=0, path="HKCU\\Software\\needle", value="1"
    )
    return builders.report(
        events=tuple(events),
        processes=PROCESSES[:2],
        source=builders.source(name="cape", engine=None),
        sample=builders.sample(b"MZ long", name="long.exe"),
        score=2,
        sandbox_id="a3" * 12,
        data_id=None,
    )


CONTENTS: dict[str, Report] = {"loader": loader(), "elsewhere": elsewhere(), "long": long()}
"""By the name that tests call them."""
