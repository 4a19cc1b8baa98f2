"""The sample: the file that is looked at."""

from fulgurite.model.base import Model


class Sample(Model, frozen=True, kw_only=True):
    """One file, known by its digests."""

    sha256: str | None = None
    """Lower-case hex. A foreign report may name its sample by another digest only."""
    sha1: str | None = None
    md5: str | None = None
    sha512: str | None = None
    """Where the source states it."""
    size_bytes: int | None = None
    name: str | None = None
    """The name it was submitted under; hostile text, never used as a path."""
    file_type: str | None = None
    """A word of `fulgurite.service.filetype`, such as `pe32+ exe`; None when not looked at."""
