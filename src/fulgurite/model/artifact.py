"""A file or piece of memory that a run left behind."""

from fulgurite.model.base import Model


class Artifact(Model, frozen=True, kw_only=True):
    """One thing a run left. Its bytes, where kept, lie in the blob store under `sha256`."""

    name: str
    """A name unique in this report: `files/0x0005000000014927-1.dat`, `memory/196-0-0x...-mapping.dmp`."""
    kind: str
    """`martian` for a dropped file, `region` or `mapping` for memory, `strings`; foreign kinds as they came."""
    path: str | None = None
    """Where the guest had it; hostile text."""
    procid: int | None = None
    pid: int | None = None
    at_ms: int | None = None
    origin: str | None = None
    """What made it worth keeping: `dropped`, `injected`, `written`, `exception`, `imgload` ..."""
    address: int | None = None
    size_bytes: int | None = None
    md5: str | None = None
    sha1: str | None = None
    sha256: str | None = None
    is_kept: bool = False
    """Whether this store has the bytes."""
