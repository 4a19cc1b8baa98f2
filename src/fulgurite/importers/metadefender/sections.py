"""The parts of `summary` and `scan_results`: exactly where the types hold them, else as far as they go.

Each reader gives the values and whether they hold the part exactly. Where they do not, the caller keeps the part as
it came besides.
"""

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET

from fulgurite.importers.metadefender.events import known
from fulgurite.importers.metadefender.shapes import Int, Text, Texts
from fulgurite.model.artifact import Artifact
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.verdict import MALICIOUS_FROM, MAX_SCORE, MIN_SCORE, SUSPICIOUS_FROM, Verdict, clamped, verdict

Shape = TypeVar("Shape", bound=msgspec.Struct)

NonEmpty = msgspec.Meta(min_length=1)


class _Process(msgspec.Struct, forbid_unknown_fields=True):
    procid: int
    procid_parent: Int = UNSET
    pid: Int = UNSET
    ppid: Int = UNSET
    cmd: str | Annotated[list[str], NonEmpty] | msgspec.UnsetType = UNSET
    image: Text = UNSET
    orig: bool | msgspec.UnsetType = UNSET
    started: Int = UNSET
    terminated: Int = UNSET
    injected: bool | msgspec.UnsetType = UNSET


class _Indicator(msgspec.Struct, forbid_unknown_fields=True):
    ioc: Text = UNSET
    description: Text = UNSET
    at: Int = UNSET
    pid: Int = UNSET
    procid: Int = UNSET
    pid_target: Int = UNSET
    procid_target: Int = UNSET
    flow: Int = UNSET
    dump_file: Text = UNSET
    resource: Text = UNSET
    yara_rule: Text = UNSET


class _Signature(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    indicators: list[_Indicator]
    label: Text = UNSET
    score: Int = UNSET
    ttp: Texts = UNSET
    tags: Texts = UNSET
    yara_rule: Text = UNSET
    desc: Text = UNSET
    url: Text = UNSET


class _Dump(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    kind: str
    at: Int = UNSET
    pid: Int = UNSET
    procid: Int = UNSET
    path: Text = UNSET
    origin: Text = UNSET
    addr: Int = UNSET
    length: Int = UNSET
    size: Int = UNSET
    md5: Text = UNSET
    sha1: Text = UNSET
    sha256: Text = UNSET


class _Flow(msgspec.Struct):
    id: int
    src: str
    dst: str
    proto: str
    procid: int | None = None
    first_seen: int | None = None
    last_seen: int | None = None
    rx_bytes: int | None = None
    rx_packets: int | None = None
    tx_bytes: int | None = None
    tx_packets: int | None = None
    protocols: tuple[str, ...] = ()
    domain: str | None = None
    tls_ja3: str | None = None
    tls_ja3s: str | None = None
    tls_sni: str | None = None


class _ScanResults(msgspec.Struct, forbid_unknown_fields=True):
    scan_all_result_a: str
    scan_all_result_i: int
    progress_percentage: int
    infection_score: int


def processes(raw: Any) -> tuple[tuple[Process, ...], bool]:
    """`summary.processes`, each procid once, and whether that is all of it."""
    items, is_exact = _items(raw, _Process)
    by_procid = {item.procid: _process(item) for item in items}
    is_exact = is_exact and all(item.injected is not False for item in items)
    return tuple(by_procid.values()), is_exact and len(by_procid) == len(items)


def signatures(raw: Any) -> tuple[tuple[Signature, ...], bool]:
    """`summary.signatures`, and whether that is all of it."""
    items, is_exact = _items(raw, _Signature)
    if not is_exact and isinstance(raw, list):
        items = [item for item in (_loose_signature(one) for one in raw) if item is not None]
    return tuple(_signature(item) for item in items), is_exact


def dumps(raw: Any) -> tuple[tuple[Artifact, ...], bool]:
    """`summary.dumped`, and whether that is all of it. Memory has `addr` and `length`, a file has `size`."""
    items, is_exact = _items(raw, _Dump)
    misplaced = [item for item in items if (item.size if item.addr is not UNSET else item.length) is not UNSET]
    return tuple(_dump(item) for item in items), is_exact and misplaced == []


def flows(raw: Any) -> tuple[Flow, ...]:
    """`summary.network.flows`, as far as they can be read."""
    if not isinstance(raw, dict):
        return ()
    items, _ = _items(raw.get("flows", []), _Flow)
    return tuple(_flow(item) for item in items)


def score(raw: Any) -> tuple[int | None, bool]:
    """The score that `scan_results` tells, 1-10, and whether that score says all of it.

    A result without score is brought to the lowest score of its verdict; None when there is no result either.
    """
    item = _convert(raw, _ScanResults)
    if item is not None and MIN_SCORE <= item.infection_score <= MAX_SCORE:
        said = item.scan_all_result_a, item.scan_all_result_i
        is_exact = item.progress_percentage == _FINISHED and said == _SAID[verdict(item.infection_score)]
        return item.infection_score, is_exact
    told = raw.get("infection_score") if isinstance(raw, dict) else None
    if isinstance(told, int | float) and not isinstance(told, bool):
        return clamped(max(MIN_SCORE, min(MAX_SCORE, told))), False
    code = raw.get("scan_all_result_i") if isinstance(raw, dict) else None
    return (_LEAST.get(code) if type(code) is int else None), raw == {"progress_percentage": _FINISHED}


_FINISHED = 100
_SAID = {
    Verdict.MALICIOUS: ("Infected", 1),
    Verdict.SUSPICIOUS: ("Suspicious", 2),
    Verdict.BENIGN: ("No threat detected", 0),
}
_LEAST = {0: MIN_SCORE, 1: MALICIOUS_FROM, 2: SUSPICIOUS_FROM}


def _convert(raw: Any, shape: type[Shape]) -> Shape | None:
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError:
        return None


def _items(raw: Any, shape: type[Shape]) -> tuple[list[Shape], bool]:
    """The items of the list `raw` that can be read, and whether they are all of it, with all their fields."""
    if not isinstance(raw, list):
        return [], False
    exact = [_convert(one, shape) for one in raw]
    items = [_loose(one, shape) if item is None else item for one, item in zip(raw, exact, strict=True)]
    return [item for item in items if item is not None], None not in exact


def _loose(raw: Any, shape: type[Shape]) -> Shape | None:
    """`raw` without the fields that `shape` does not know or that are of another type; None if nothing is left."""
    if not isinstance(raw, dict):
        return None
    kept = {
        field.encode_name: raw[field.encode_name]
        for field in msgspec.structs.fields(shape)
        if field.encode_name in raw and _fits(raw[field.encode_name], field.type)
    }
    return _convert(kept, shape)


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _loose_signature(raw: Any) -> _Signature | None:
    """A signature with those of its indicators that can be read."""
    if not isinstance(raw, dict):
        return None
    indicators, _ = _items(raw.get("indicators"), _Indicator)
    return _loose({**raw, "indicators": [msgspec.to_builtins(one) for one in indicators]}, _Signature)


def _process(item: _Process) -> Process:
    return Process(
        procid=item.procid,
        pid=known(item.pid),
        ppid=known(item.ppid),
        procid_parent=known(item.procid_parent),
        image=known(item.image),
        cmd=tuple(item.cmd) if isinstance(item.cmd, list) else known(item.cmd),
        orig=known(item.orig),
        started_ms=known(item.started),
        terminated_ms=known(item.terminated),
        injected=item.injected is True,
    )


def _signature(item: _Signature) -> Signature:
    return Signature(
        name=item.name,
        label=known(item.label),
        score=known(item.score),
        ttps=tuple(known(item.ttp) or ()),
        tags=tuple(known(item.tags) or ()),
        indicators=tuple(_indicator(one) for one in item.indicators),
        description=known(item.desc),
        url=known(item.url),
        yara_rule=known(item.yara_rule),
    )


def _indicator(item: _Indicator) -> Indicator:
    return Indicator(
        ioc=known(item.ioc),
        description=known(item.description),
        at_ms=known(item.at),
        pid=known(item.pid),
        procid=known(item.procid),
        pid_target=known(item.pid_target),
        procid_target=known(item.procid_target),
        flow=known(item.flow),
        dump_file=known(item.dump_file),
        resource=known(item.resource),
        yara_rule=known(item.yara_rule),
    )


def _dump(item: _Dump) -> Artifact:
    return Artifact(
        name=item.name,
        kind=item.kind,
        path=known(item.path),
        procid=known(item.procid),
        pid=known(item.pid),
        at_ms=known(item.at),
        origin=known(item.origin),
        address=known(item.addr),
        size_bytes=known(item.size) if item.length is UNSET else known(item.length),
        md5=known(item.md5),
        sha1=known(item.sha1),
        sha256=known(item.sha256),
    )


def _flow(item: _Flow) -> Flow:
    return Flow(
        flow=item.id,
        src=item.src,
        dst=item.dst,
        proto=item.proto,
        procid=item.procid,
        first_seen_ms=item.first_seen,
        last_seen_ms=item.last_seen,
        rx_bytes=item.rx_bytes,
        rx_packets=item.rx_packets,
        tx_bytes=item.tx_bytes,
        tx_packets=item.tx_packets,
        protocols=item.protocols,
        domain=item.domain,
        tls_ja3=item.tls_ja3,
        tls_ja3s=item.tls_ja3s,
        tls_sni=item.tls_sni,
    )
