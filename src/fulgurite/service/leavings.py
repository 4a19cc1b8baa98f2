"""What an engine's run leaves in its folder, taken into the store.

The child process that wrote it ran a hostile program: so only regular files are read, never what a link or a pipe of
the same name leads to, and a digest is believed once it was computed here.
"""

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec

from fulgurite.errors import EngineError, InvalidHash
from fulgurite.model import hashes
from fulgurite.model.artifact import Artifact
from fulgurite.store import Store

MAX_ARTIFACT_BYTES = 128 << 20
MAX_ARTIFACTS_BYTES = 1 << 30
"""Bytes of artifacts that are kept of one run."""


def read_regular(path: Path, limit_bytes: int) -> bytes:
    """The first `limit_bytes` of the regular file `path`. Raises EngineError when it is none, or cannot be read."""
    try:
        with open(path, "rb", opener=_opened_carefully) as file:
            return file.read(limit_bytes)
    except OSError as error:
        what = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise EngineError(f"a file that the engine left cannot be read: {path.name}: {what}") from error


def _opened_carefully(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file")
    return descriptor


def kept_artifacts(
    store: Store, artifacts: Sequence[Artifact], folder: Path
) -> tuple[tuple[Artifact, ...], tuple[str, ...]]:
    """`artifacts`, those marked as kept whose bytes lie in `folder` and are in the store now; and what is to be told.

    Raises StoreFull, StoreError.
    """
    room = MAX_ARTIFACTS_BYTES
    missing = 0
    done: dict[str, int] = {}
    marked = []
    for artifact in artifacts:
        digest = _digest(artifact)
        if digest is not None and digest not in done:
            data = _bytes_of(folder / digest, digest, room)
            if data is None:
                missing += 1
            else:
                store.blobs.put_hostile(data)
                done[digest] = len(data)
                room -= len(data)
        is_kept = digest is not None and digest in done
        size_bytes = done[digest] if digest is not None and is_kept else artifact.size_bytes
        marked.append(msgspec.structs.replace(artifact, is_kept=is_kept, size_bytes=size_bytes))
    told = (f"The bytes of {missing} artifact(s) were not kept: too large, or not to be read.",) if missing else ()
    return tuple(marked), told


def _digest(artifact: Artifact) -> str | None:
    """The artifact's SHA-256, if it is one: it becomes a file name."""
    try:
        return None if artifact.sha256 is None else hashes.sha256(artifact.sha256)
    except InvalidHash:
        return None


def _bytes_of(path: Path, digest: str, room: int) -> bytes | None:
    limit = min(MAX_ARTIFACT_BYTES, room)
    try:
        data = read_regular(path, limit + 1)
    except EngineError:
        return None
    return data if len(data) <= limit and hashes.sha256_of(data) == digest else None
