"""Text that a process had in its memory and not in its image: what it decoded, built or was told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from speakeasy.errors import SpeakeasyError
from unicorn import UcError

from fulgurite.model.artifact import Artifact

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

MIN_CHARACTERS = 6
MAX_SCANNED_BYTES = 32 << 20
"""Memory of one process that is looked through."""
MAX_KEPT_BYTES = 1 << 20
"""Text of one process that is kept."""
_ANSI = re.compile(rb"[\x20-\x7e]{%d,2000}" % MIN_CHARACTERS)
_WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){%d,2000}" % MIN_CHARACTERS)
_PAGE = 4_096
_EMPTY = bytes(_PAGE)
_TAGS = ("emu.stack", "api")
"""Stacks, heaps and what the program allocated, as the emulator tags them."""


def strings_in(data: bytes) -> Iterator[str]:
    """The runs of printable ASCII in `data`, as bytes or as UTF-16."""
    for found in _ANSI.finditer(data):
        yield found[0].decode("ascii")
    for found in _WIDE.finditer(data):
        yield found[0].decode("utf-16-le")


def filled(data: bytes) -> Iterator[bytes]:
    """The stretches of `data` without its empty pages: stacks and arenas are mostly those, and scanning them costs."""
    start = None
    for at in range(0, len(data), _PAGE):
        if data.startswith(_EMPTY, at):
            if start is not None:
                yield data[start:at]
            start = None
        elif start is None:
            start = at
    if start is not None:
        yield data[start:]


def keep_strings(guest: Guest, process: GuestProcess, emu: Any) -> None:
    """Keeps the text in the memory of `process` that its image does not have, as an artifact, one string a line."""
    known = set(strings_in((process.data or b"")[:MAX_SCANNED_BYTES]))
    kept: list[str] = []
    size = 0
    for data in _memory(emu):
        for text in strings_in(data):
            if text in known:
                continue
            known.add(text)
            kept.append(text)
            size += len(text) + 1
            if size > MAX_KEPT_BYTES:
                guest.log.note(f"process {process.procid} ({process.name}): its strings past 1 MiB are not kept")
                _keep(guest, process, kept)
                return
    _keep(guest, process, kept)


def _memory(emu: Any) -> Iterator[bytes]:
    """Stacks, heaps and allocations of the process, and its own image as it is now; bounded."""
    left = MAX_SCANNED_BYTES
    base = getattr(emu.get_current_process(), "base", None)
    for region in emu.get_mem_maps():
        if not ((region.tag or "").startswith(_TAGS) or region.base == base):
            continue
        size = min(region.size, left)
        left -= size
        try:
            yield from filled(bytes(emu.mem_read(region.base, size)))
        except (UcError, SpeakeasyError):
            continue
        if left <= 0:
            return


def _keep(guest: Guest, process: GuestProcess, kept: list[str]) -> None:
    if kept:
        artifact = Artifact(
            name=f"strings/{process.pid}-{process.procid}.txt",
            kind="strings",
            origin="memory",
            procid=process.procid,
            pid=process.pid,
            at_ms=guest.clock.now_ms,
        )
        guest.log.artifact(artifact, "\n".join(kept).encode("ascii") + b"\n")
