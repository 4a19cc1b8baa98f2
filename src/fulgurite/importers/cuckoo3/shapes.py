"""What Cuckoo3 writes in post.json."""

from typing import Any

import msgspec

from fulgurite.importers import lenient

Raw = msgspec.Raw
NOTHING = lenient.EMPTY


class PostProcess(msgspec.Struct):
    procid: Any = None
    parent_procid: Any = None
    pid: Any = None
    ppid: Any = None
    image: Any = None
    name: Any = None
    commandline: Any = None
    start_ts: Any = None
    end_ts: Any = None
    injected: Any = None


class PostSignature(msgspec.Struct):
    name: Any = None
    short_description: Any = None
    description: Any = None
    score: Any = None
    ttps: Any = None
    tags: Any = None
    family: Any = None
    iocs: Raw = NOTHING


class Network(msgspec.Struct):
    http: Raw = NOTHING
    dns: Raw = NOTHING
    tcp: Raw = NOTHING
    udp: Raw = NOTHING
    tls: Raw = NOTHING
    domain: Raw = NOTHING
    host: Raw = NOTHING


class Dns(msgspec.Struct):
    query: Raw = NOTHING
    response: Raw = NOTHING


class Traced(msgspec.Struct):
    """Anything of the network: a connection, a question, an answer, a request."""

    srcip: Any = None
    srcport: Any = None
    dstip: Any = None
    dstport: Any = None
    ts: Any = None
    rx_size: Any = None
    tx_size: Any = None
    size: Any = None
    name: Any = None
    type: Any = None
    data: Any = None
    request: Any = None
    response: Any = None
    sni: Any = None
    ja3: Any = None
    ja3s: Any = None
