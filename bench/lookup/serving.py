"""The servers of ours that are compared: `python -m bench.lookup.serving KIND DATA HASH`.

KIND `full` is the product, as `fulgurite serve` starts it, without workers; `interpreted` the same without compiled
code, `application` with lookups answered by the application. KIND `memory` is `full` with the answer about one file,
HASH, in its own memory instead of index and packs: it reads requests, checks keys, counts and writes heads as `full`
does. All print their base URL.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fulgurite import server
from fulgurite.api.hot import Fast, HotProtocol
from fulgurite.config import Settings
from fulgurite.store import Store
from fulgurite.store.entries import Entry, packed
from fulgurite.store.packs import HEAD
from fulgurite.wiring import Watching

CORE = min(os.sched_getaffinity(0))
"""The core that the servers run on; the load comes from another where there is one."""


class _Index:
    """An index, an environment and a transaction that know one file, or none."""

    def __init__(self, entry: bytes | None) -> None:
        self._entry = entry
        self.environment = self
        self.hashes = dict.fromkeys((16, 20, 32))
        self.ids = self.meta = None

    def begin(self, _database: None) -> "_Index":
        return self

    def get(self, _key: bytes, _default: None = None, *_database: None) -> bytes | None:
        return self._entry if len(_database) == 0 else b"whole"

    def abort(self) -> None:
        """Does nothing."""


class _Pack:
    """A pack that lies in memory, with one record, and in no file."""

    descriptor = -1
    native = None

    def __init__(self, record: bytes) -> None:
        self.view = memoryview(record)
        self.size = len(record)
        self.notes = memoryview(bytearray(b"\1\0")).cast("H")


class _Packs:
    """That pack, which need not be checked again."""

    forget_at = float("inf")

    def __init__(self, record: bytes) -> None:
        self.open = {1: _Pack(record)}


def _from_memory(text: str) -> Callable[..., Callable[[HotProtocol], Fast]]:
    """What stands in for `wiring.faster`."""
    from fulgurite.native.fastpath import FastPath  # noqa: PLC0415 - not everywhere there

    def faster(store: Store, _settings: Settings, watching: Watching) -> Callable[[HotProtocol], Fast]:
        digest = bytes.fromhex(text)
        found = store.finder.found(digest)
        entry, record = None, b""
        if found is not None and found.pack is not None:
            entry = packed(digest, Entry(1 << 32, last=found.sandbox_id))
            record = bytes(found.pack.view[found.start - HEAD.size : found.start + len(found.gzipped)])
        index: Any = _Index(entry)
        return FastPath(index, _Packs(record), watching.tally).connection

    return faster


def _tell(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


def _main() -> None:
    kind, data, text = sys.argv[1:]
    os.sched_setaffinity(0, {CORE})
    if kind == "memory":
        server.faster = _from_memory(text)  # type: ignore[attr-defined]
    settings = Settings(port=0, hot_path=kind != "application", compiled=kind in {"full", "memory"})
    server.serve(Path(data), settings, with_workers=False, on_ready=_tell)


if __name__ == "__main__":
    _main()
