"""What Speakeasy writes: 1.x (also as the bare list of entry points), and 2.x-5.x with one list of events."""

from typing import Any

import msgspec

from fulgurite.importers import lenient
from fulgurite.importers.counting import Count

Raw = msgspec.Raw
NOTHING = lenient.EMPTY


class Whole(msgspec.Struct):
    """The report round its entry points."""

    path: Any = None
    filepath: Any = None
    sha256: Any = None
    size: Any = None
    arch: Any = None
    filetype: Any = None
    os_run: Any = None
    emu_version: Any = None
    report_version: Any = None
    timestamp: Any = None
    errors: Raw = NOTHING
    entry_points: Raw = NOTHING


class ApiUse(msgspec.Struct, gc=False):
    """A call. What it was given is read where it is told of: most calls are counted only."""

    api_name: str | None = None
    args: Raw = NOTHING
    ret_val: Any = None


class EntryPoint(msgspec.Struct, forbid_unknown_fields=True):
    """An entry point as Speakeasy itself writes it."""

    ep_type: Any = None
    start_addr: Any = None
    apis: list[ApiUse] = []
    events: Raw = NOTHING
    file_access: Raw = NOTHING
    registry_access: Raw = NOTHING
    process_events: Raw = NOTHING
    network_events: Raw = NOTHING
    dropped_files: Raw = NOTHING
    dynamic_code_segments: Raw = NOTHING
    handled_exceptions: Raw = NOTHING
    mem_access: Raw = NOTHING
    sym_accesses: Raw = NOTHING
    memory: Raw = NOTHING
    coverage: Raw = NOTHING
    error: Any = None
    # Known, and of no use:
    ep_args: Raw = NOTHING
    apihash: Raw = NOTHING
    ret_val: Raw = NOTHING
    pid: Raw = NOTHING
    tid: Raw = NOTHING
    instr_count: Raw = NOTHING


_PLAIN = frozenset({"ep_type", "start_addr", "error"})
_RAW = frozenset(EntryPoint.__struct_fields__) - _PLAIN - {"apis"}


def entry_point(members: lenient.Members, count: Count) -> EntryPoint:
    """The entry point of these members, read one by one; what it has besides is counted."""
    plain = {name: lenient.anything(members.get(name)) for name in _PLAIN}
    uses = lenient.many(members.get("apis"), ApiUse, "apis", count)
    for name, raw in members.items():
        if name not in EntryPoint.__struct_fields__:
            count.leave(f"entry point {name[:40]}", lenient.size(raw))
    return EntryPoint(**plain, apis=uses, **{name: raw for name, raw in members.items() if name in _RAW})


class Position(msgspec.Struct):
    pid: Any = None
    tick: Any = None


class Seen(msgspec.Struct):
    """Anything but a call that an entry point did: the lists of 1.x and the events of later versions in one."""

    event: Any = None
    pos: Position | None = None
    path: Any = None
    value_name: Any = None
    key_path: Any = None
    cmdline: Any = None
    pid: Any = None
    open_flags: Any = None
    access_flags: Any = None
    api_name: Any = None
    args: Raw = NOTHING
    ret_val: Any = None
    query: Any = None
    response: Any = None
    server: Any = None
    port: Any = None
    proto: Any = None
    method: Any = None
    headers: Any = None
    name: Any = None
    base: Any = None
    size: Any = None
    protect: Any = None
    prot: Any = None
    type: Any = None


class Names(msgspec.Struct):
    """network_events of 1.x."""

    dns: Raw = NOTHING
    traffic: Raw = NOTHING


class Dropped(msgspec.Struct):
    path: Any = None
    size: Any = None
    sha256: Any = None


class Segment(msgspec.Struct):
    tag: Any = None
    base: Any = None
    size: Any = None
