"""Reports as they are brought, and one who wants them."""

import io
import zipfile
from typing import Any

from fulgurite.exports import native
from fulgurite.model.report import Source
from fulgurite.service.importing.messages import Found, Head, Names, Order, Refused, Rendered
from fulgurite.store.arrivals import Contents
from tests import builders

ORDER = Order(size_bytes=0, seconds=60)


def report(data: bytes = b"MZ one", **fields: Any) -> bytes:
    """A report of another store about the file `data`."""
    known = {"source": Source(name="cape"), "sandbox_id": None, "data_id": None, "sample": builders.sample(data)}
    return native.body(builders.report(**{**known, **fields}))


def zipped(**members: bytes) -> bytes:
    """An archive of files with the ending `.json`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.json", data)
    return packed.getvalue()


class Wants:
    """Wants every report, and keeps what it is told."""

    def __init__(self) -> None:
        self.documents: list[Found] = []
        self.heads: list[Head] = []
        self.taken: list[tuple[Rendered, Contents]] = []
        self.refused: list[Refused] = []

    def began(self) -> None:
        pass

    def found(self, found: Found) -> bool:
        self.documents.append(found)
        return True

    def head(self, head: Head) -> Names | None:
        self.heads.append(head)
        return Names(
            sha256=head.sha256,
            sha1=head.sha1,
            md5=head.md5,
            sandbox_id=f"{len(self.heads):024x}",
            data_id=f"bz{len(self.heads)}",
            rescan_available=False,
        )

    def take(self, rendered: Rendered, contents: Contents) -> None:
        self.taken.append((rendered, contents))

    def refuse(self, refused: Refused) -> None:
        self.refused.append(refused)
