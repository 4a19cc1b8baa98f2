"""What Cuckoo and its descendants write: Cuckoo 1 and 2, cuckoo-modified, VirusTotal's fork, CAPE.

One set of shapes for all of them: a field is read under each of its names, and leaf values may be of any type.
"""

from typing import Any

import msgspec

from fulgurite.importers import lenient
from fulgurite.importers.values import number, text

Raw = msgspec.Raw

NOTHING = lenient.EMPTY


class Argument(msgspec.Struct, gc=False):
    name: Any = None
    value: Any = None


class LoggedCall(msgspec.Struct, gc=False):
    api: Any = None
    arguments: list[Argument] | dict[str, Any] | None = None
    timestamp: Any = None
    time: Any = None
    status: Any = None
    returned: Any = msgspec.field(default=None, name="return")
    return_value: Any = None
    repeated: Any = None
    id: Any = None


class ProcessNode(msgspec.Struct):
    """A process of the flat list, or a node of the tree."""

    process_id: Any = None
    pid: Any = None
    parent_id: Any = None
    ppid: Any = None
    process_name: Any = None
    name: Any = None
    module_path: Any = None
    process_path: Any = None
    command_line: Any = None
    environ: Any = None
    first_seen: Any = None
    file_activities: Raw = NOTHING
    calls: Raw = NOTHING

    @property
    def own_pid(self) -> int | None:
        return _pid(self.process_id, self.pid)

    @property
    def parent_pid(self) -> int | None:
        return _pid(self.parent_id, self.ppid)

    @property
    def image(self) -> str | None:
        return text(self.module_path) or text(self.process_path) or text(self.process_name) or text(self.name)

    @property
    def command(self) -> str | None:
        told = text(self.command_line)
        if told is None and isinstance(self.environ, dict):
            told = text(self.environ.get("CommandLine"))
        return told


def _pid(*values: Any) -> int | None:
    found = next((pid for pid in map(number, values) if pid is not None), None)
    return found if found is not None and found >= 0 else None


class Behavior(msgspec.Struct):
    processes: Raw = NOTHING
    processtree: Raw = NOTHING
    summary: Raw = NOTHING
    generic: Raw = NOTHING
    enhanced: Raw = NOTHING
    anomaly: Raw = NOTHING
    encryptedbuffers: Raw = NOTHING
    apistats: Raw = NOTHING


class Generic(msgspec.Struct):
    """What Cuckoo 2 tells of one process without its calls."""

    pid: Any = None
    process_name: Any = None
    summary: Raw = NOTHING


class EnhancedEvent(msgspec.Struct):
    event: Any = None
    object: Any = None
    timestamp: Any = None
    data: Any = None


class Information(msgspec.Struct):
    id: Any = None
    version: Any = None
    started: Any = None
    ended: Any = None
    score: Any = None
    machine: Any = None
    platform: Any = None
    package: Any = None


class TargetFile(msgspec.Struct):
    name: Any = None
    sha512: Any = None
    sha256: Any = None
    sha1: Any = None
    md5: Any = None
    size: Any = None
    type: Any = None


class Target(msgspec.Struct):
    category: Any = None
    file: Raw = NOTHING
    url: Any = None


class FoundFile(msgspec.Struct):
    """A dropped file, a dump, a payload."""

    name: Any = None
    path: Any = None
    filepath: Any = None
    guest_paths: Any = None
    sha256: Any = None
    sha1: Any = None
    md5: Any = None
    size: Any = None
    pid: Any = None
    pids: Any = None
    process_path: Any = None
    cape_type: Any = None
    cape_name: Any = None
    cape_config: Any = None
    virtual_address: Any = None
    file: Any = None


class Finding(msgspec.Struct):
    """A signature that matched."""

    name: Any = None
    description: Any = None
    severity: Any = None
    categories: Any = None
    families: Any = None
    references: Any = None
    data: Raw = NOTHING
    new_data: Raw = NOTHING
    marks: Raw = NOTHING
    markcount: Any = None
    ttp: Any = None
    ttps: Any = None


class Packet(msgspec.Struct):
    """A connection of the tcp, udp or icmp list."""

    src: Any = None
    sport: Any = None
    dst: Any = None
    dport: Any = None
    time: Any = None
    type: Any = None


class Answer(msgspec.Struct):
    type: Any = None
    data: Any = None


class Question(msgspec.Struct):
    request: Any = None
    type: Any = None
    first_seen: Any = None
    answers: Raw = NOTHING


class WebRequest(msgspec.Struct):
    host: Any = None
    port: Any = None
    uri: Any = None
    method: Any = None
    data: Any = None
    body: Any = None
    count: Any = None
    first_seen: Any = None
    # Of http_ex and https_ex:
    protocol: Any = None
    request: Any = None
    response: Any = None
    status: Any = None
    src: Any = None
    sport: Any = None
    dst: Any = None
    dport: Any = None
    # Of suricata:
    srcip: Any = None
    srcport: Any = None
    dstip: Any = None
    dstport: Any = None
    hostname: Any = None
    http_method: Any = None


class SecureSession(msgspec.Struct):
    """An entry of suricata's tls list."""

    srcip: Any = None
    srcport: Any = None
    dstip: Any = None
    dstport: Any = None
    sni: Any = None
    ja3: Any = None
    ja3s: Any = None


class Alert(msgspec.Struct):
    sid: Any = None
    signature: Any = None
    category: Any = None
    srcip: Any = None
    srcport: Any = None
    dstip: Any = None
    dstport: Any = None
    protocol: Any = None
