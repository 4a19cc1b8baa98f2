"""What the bytes of a kept file tell without running it: read once, then kept."""

import threading

from fulgurite.engines import static
from fulgurite.model.viewer import Viewer
from fulgurite.store import Store, static_facts

PE = "peinfo"
MAX_CHILDREN = 2
"""Files that are read at once."""

_children = threading.BoundedSemaphore(MAX_CHILDREN)


def pe_info(store: Store, digest: bytes, viewer: Viewer) -> bytes | None:
    """The facts of a Windows program as JSON; None when the file is none, cannot be read, or is not kept.

    Blocks, the first time for as long as a child takes. Raises EngineError, StoreError.
    """
    sha256 = _pe_of(store, digest, viewer)
    if sha256 is None:
        return None
    kept = static_facts.find(store.database, sha256, PE)
    if kept is None:
        with _children:
            kept = static_facts.find(store.database, sha256, PE) or _read(store, sha256)
    return None if kept.facts is None else kept.facts.encode("utf-8")


def listed(store: Store, sha256: str, file_type: str | None) -> list[str]:
    """The names of the facts that there are of a kept file, as far as is known without reading it."""
    if not _is_pe(file_type):
        return []
    kept = static_facts.find(store.database, sha256, PE)
    return [PE] if kept is None or kept.facts is not None else []


def _pe_of(store: Store, digest: bytes, viewer: Viewer) -> str | None:
    """The SHA-256 of the file, where it is kept and a Windows program."""
    digests = store.digests(digest.hex(), viewer)
    sample = None if digests is None else store.sample(digests.sha256)
    if digests is None or sample is None or not _is_pe(sample.file_type):
        return None
    return digests.sha256


def _is_pe(file_type: str | None) -> bool:
    return (file_type or "").startswith("pe32")


def _read(store: Store, sha256: str) -> static_facts.Kept:
    sample = store.sample(sha256)
    is_small = sample is not None and (sample.size_bytes or 0) <= static.MAX_SAMPLE_BYTES
    said = static.pe_facts(store.sample_bytes(sha256)) if is_small else None
    facts = None if said is None else said.decode("utf-8")
    with store.database.write("keeping static facts", durable=False) as connection:
        static_facts.insert(connection, sha256, PE, facts)
    return static_facts.Kept(facts)
