"""What Triage writes: report_triage.json of one task (0.2, 0.3) and overview.json of all of them."""

from typing import Any

import msgspec

from fulgurite.importers import lenient

Raw = msgspec.Raw
NOTHING = lenient.EMPTY


class Target(msgspec.Struct):
    """The sample, or the file of it that a task ran."""

    id: Any = None
    target: Any = None
    size: Any = None
    md5: Any = None
    sha1: Any = None
    sha256: Any = None
    sha512: Any = None
    score: Any = None
    submitted: Any = None
    created: Any = None


class Analysis(msgspec.Struct):
    score: Any = None
    tags: Any = None
    ttp: Any = None
    family: Any = None
    submitted: Any = None
    backend: Any = None
    resource: Any = None
    platform: Any = None


class TriageProcess(msgspec.Struct):
    procid: Any = None
    procid_parent: Any = None
    pid: Any = None
    ppid: Any = None
    cmd: Any = None
    image: Any = None
    orig: Any = None
    started: Any = None
    terminated: Any = None


class TriageIndicator(msgspec.Struct):
    ioc: Any = None
    description: Any = None
    at: Any = None
    pid: Any = None
    procid: Any = None
    pid_target: Any = None
    procid_target: Any = None
    flow: Any = None
    dump_file: Any = None
    resource: Any = None
    yara_rule: Any = None


class TriageSignature(msgspec.Struct):
    label: Any = None
    name: Any = None
    score: Any = None
    ttp: Any = None
    tags: Any = None
    indicators: Raw = NOTHING
    yara_rule: Any = None
    desc: Any = None
    url: Any = None


class Dump(msgspec.Struct):
    at: Any = None
    pid: Any = None
    procid: Any = None
    path: Any = None
    name: Any = None
    kind: Any = None
    origin: Any = None
    addr: Any = None
    length: Any = None
    size: Any = None
    md5: Any = None
    sha1: Any = None
    sha256: Any = None


class Network(msgspec.Struct):
    flows: Raw = NOTHING
    requests: Raw = NOTHING
    ips: Raw = NOTHING


class TriageFlow(msgspec.Struct):
    id: Any = None
    src: Any = None
    dst: Any = None
    proto: Any = None
    procid: Any = None
    first_seen: Any = None
    last_seen: Any = None
    rx_bytes: Any = None
    rx_packets: Any = None
    tx_bytes: Any = None
    tx_packets: Any = None
    protocols: Any = None
    domain: Any = None
    tls_ja3: Any = None
    tls_ja3s: Any = None
    tls_sni: Any = None


class TriageRequest(msgspec.Struct):
    flow: Any = None
    index: Any = None
    at: Any = None
    dns_request: Any = None
    dns_response: Any = None
    http_request: Any = None
    http_response: Any = None


class OverviewTask(msgspec.Struct):
    name: Any = None
    kind: Any = None
    backend: Any = None
    resource: Any = None
    os: Any = None
    timeout: Any = None


class OverviewTarget(msgspec.Struct):
    target: Any = None
    sha256: Any = None
    tags: Any = None
    family: Any = None
    signatures: Raw = NOTHING
    iocs: Raw = NOTHING


class Iocs(msgspec.Struct):
    urls: Any = None
    domains: Any = None
    ips: Any = None
