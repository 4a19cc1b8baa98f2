"""Valid values with defaults: what a test does not name does not matter to it."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from fulgurite.model import hashes, runlog
from fulgurite.model.events import (
    Event,
    FileAccess,
    FlowOwner,
    FlowStart,
    ProcessCreate,
    RegistryAccess,
)
from fulgurite.model.process import Process
from fulgurite.model.report import OURS, Machine, Report, Source
from fulgurite.model.sample import Sample
from fulgurite.model.usage import Quotas

QUOTAS = Quotas(sandbox_api=10, prevention_api=20, reputation_api=1000, per_minute=5)
"""What keys may use that have no quotas of their own."""
SAMPLE_BYTES = b"MZ this is no program"
SAMPLE_PATH = "C:\\Users\\Admin\\AppData\\Local\\Temp\\sample.exe"


def sample(data: bytes = SAMPLE_BYTES, **fields: Any) -> Sample:
    """The sample whose bytes are `data`."""
    digests = hashes.digests_of(data)
    known = {"sha256": digests.sha256, "sha1": digests.sha1, "md5": digests.md5, "size_bytes": len(data)}
    return Sample(**{**known, "name": "sample.exe", **fields})


def source(**fields: Any) -> Source:
    """An engine of ours."""
    return Source(**{"name": OURS, "version": "0.1.0", "engine": "test engine 1", **fields})


def machine(**fields: Any) -> Machine:
    """A Windows 10 guest."""
    known = {"system": "windows10", "platform": "windows10_x64 (emulated)", "browser": "os_default", "timeout": "short"}
    return Machine(**{**known, **fields})


def process(procid: int = 1, **fields: Any) -> Process:
    """The sample's own process."""
    known: dict[str, Any] = {
        "pid": 1000 + 4 * procid,
        "ppid": 900,
        "image": SAMPLE_PATH,
        "cmd": f'"{SAMPLE_PATH}"',
        "orig": False,
        "started_ms": 0,
    }
    return Process(procid=procid, **{**known, **fields})


def created(procid: int = 1, **fields: Any) -> ProcessCreate:
    """Process `procid` came up."""
    return ProcessCreate(**{"procid": procid, "at_ms": 0, **fields})


def file_write(path: str = "C:\\Users\\Admin\\notes.txt", **fields: Any) -> FileAccess:
    """A file was written with success."""
    return FileAccess(**{"procid": 1, "verb": "write", "op": "CreateModify", "status": 0, "path": path, **fields})


def registry_read(path: str = "HKLM\\SOFTWARE\\Microsoft", **fields: Any) -> RegistryAccess:
    """A registry value was read with success."""
    return RegistryAccess(**{"procid": 1, "verb": "read", "op": "QueryValueKey", "status": 0, "path": path, **fields})


def flow_start(flow: int = 1, **fields: Any) -> FlowStart:
    """A TCP connection to a documentation address."""
    known: dict[str, Any] = {
        "proto": "tcp",
        "local_addr": "10.0.0.71",
        "local_port": 49152,
        "remote_addr": "192.0.2.10",
        "remote_port": 8080,
    }
    return FlowStart(flow=flow, **{**known, **fields})


def flow_owner(flow: int = 1, procid: int = 1, **fields: Any) -> FlowOwner:
    """Process `procid` owns flow `flow`."""
    return FlowOwner(flow=flow, procid=procid, **fields)


def report(*events: Event, **fields: Any) -> Report:
    """A finished report of ours with one process and `events`; ready to be rendered."""
    known: dict[str, Any] = {
        "source": source(),
        "sample": sample(),
        "machine": machine(),
        "requested_at": datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
        "processes": (process(),),
        "events": (created(), *events),
        "score": 1,
        "sandbox_id": "0123456789abcdef01234567",
        "data_id": "bzIyMDEwMmFiY2RlZmdoaWprbG1ub3A",
    }
    return Report(**{**known, **fields})


def run_log(*records: runlog.Record, header: runlog.Header | None = None, end: runlog.End | None = None) -> bytes:
    """A run log as an engine writes it: a Header, `records`, and `end` where given."""
    first = header if header is not None else log_header()
    lines: list[runlog.Record] = [first, *records] if end is None else [first, *records, end]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def log_header(**fields: Any) -> runlog.Header:
    """The first line of a run log of today's version."""
    known: dict[str, Any] = {
        "log_version": runlog.LOG_VERSION,
        "source": source(),
        "sample": sample(),
        "machine": machine(),
    }
    return runlog.Header(**{**known, **fields})
