"""How much may come out of packed input, and the account that is kept while it does."""

from fulgurite.errors import TooLarge
from fulgurite.model.base import Model

FREE_BYTES = 1 << 20
"""So much may come out of however little, before the ratio counts."""
_AHEAD_BYTES = 16 << 20
"""So far may what came out of the beginning of a stream be ahead of what the ratio grants for that beginning."""


class Caps(Model, frozen=True, kw_only=True):
    """How much may come out of one input and all that is packed in it."""

    total_bytes: int = 4 << 30
    """Of all documents together, and of what is passed over on the way to them."""
    document_bytes: int = 512 << 20
    """Of one document."""
    ratio: int = 250
    """What comes out may be so many times as large as what was given (1 MiB always may). Reports of CAPE shrink to a
    27th, 700 reports of one emulator in one 7z to an 87th; zeros shrink to a 1000th in gzip, further elsewhere."""
    members: int = 100_000
    """Files, folders and links in all archives together."""
    name_characters: int = 1024
    """Of one member's path."""
    depth: int = 3
    """Packings in packings: 1 takes up what is in the input itself only. A compressed tar is one packing."""


class Budget:
    """What is left of the caps while one input is taken apart. All its methods raise TooLarge."""

    def __init__(self, caps: Caps, given_bytes: int) -> None:
        self.caps = caps
        self._bytes = 0
        self._members = 0
        self._ratio_bytes = max(FREE_BYTES, caps.ratio * given_bytes)

    def members(self, more: int) -> None:
        """Counts `more` members of an archive."""
        self._members += more
        if self._members > self.caps.members:
            raise TooLarge(f"more than {self.caps.members:,} files in it; import it in parts")

    def announced(self, size: int, packed: int | None = None) -> None:
        """Looks at the size that a member says it has, and at what it takes packed, before it comes out."""
        if packed is not None and size > max(FREE_BYTES, self.caps.ratio * packed):
            raise self._too_dense()
        self._weigh(size, self._bytes + size)

    def ahead(self, size: int, packed: int) -> None:
        """Looks at what came out of the first `packed` bytes of a stream: a bomb shows long before its end."""
        if size > _AHEAD_BYTES + self.caps.ratio * packed:
            raise self._too_dense()

    def announced_together(self, size: int) -> None:
        """The same of several that cannot be had one by one."""
        self._weigh(0, self._bytes + size)

    def out(self, size: int, so_far: int) -> None:
        """Counts bytes that came out; `so_far` of the same document, these included."""
        self._bytes += size
        self._weigh(so_far, self._bytes)

    def _weigh(self, document: int, total: int) -> None:
        if document > self.caps.document_bytes:
            raise TooLarge(f"more than {self.caps.document_bytes:,} bytes in one document of it")
        if total > self.caps.total_bytes:
            raise TooLarge(f"more than {self.caps.total_bytes:,} bytes come out of it; import it in parts")
        if total > self._ratio_bytes:
            raise self._too_dense()

    def _too_dense(self) -> TooLarge:
        return TooLarge(
            f"more than {self.caps.ratio} times its own size comes out of it, as of no report; unpack it by hand"
        )
