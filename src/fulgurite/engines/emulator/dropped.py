"""Files that programs of the guest wrote, kept as artifacts."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING

from fulgurite.model.artifact import Artifact

if TYPE_CHECKING:
    from fulgurite.engines.emulator.files import Node
    from fulgurite.engines.emulator.log import RunLog


class DroppedFiles:
    """Writes each content that a file had at a moment worth keeping, once."""

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._serial = itertools.count(1)
        self._seen: set[tuple[str, bytes]] = set()

    def keep(self, node: Node) -> None:
        """Keeps the streams of `node` as they are now; empty ones and those kept before are left out."""
        if node.writer is None:
            return
        for stream, content in node.streams.items():
            path = node.path + (f":{stream}" if stream else "")
            data = bytes(content)
            mark = (path, hashlib.sha256(data).digest())
            if data and mark not in self._seen:
                self._seen.add(mark)
                self._write(node, path, data)

    def _write(self, node: Node, path: str, data: bytes) -> None:
        writer = node.writer
        self._log.artifact(
            Artifact(
                name=f"files/0x{node.file_id:016x}-{next(self._serial)}.dat",
                kind="martian",
                origin="dropped",
                path=path,
                procid=None if writer is None else writer.procid,
                pid=None if writer is None else writer.pid,
                at_ms=node.written_ms,
            ),
            data,
        )
