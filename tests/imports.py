"""Imports in this process: what is read was made by the test itself, so no reader has to be confined."""

import io
from datetime import datetime
from typing import IO

from fulgurite import rules
from fulgurite.model.hashes import sha256_of
from fulgurite.service.importing import Imported, Importing, Writer
from fulgurite.service.importing.messages import Order
from fulgurite.service.importing.reading import Wanting, read
from fulgurite.store import Store


class Here:
    """Reads in this process."""

    def read(self, file: IO[bytes], order: Order, wanting: Wanting) -> str:
        file.seek(0)
        data = file.read()
        read(data, order, wanting, rules.load_builtin())
        return sha256_of(data)


def import_all(
    store: Store, data: bytes, *, name: str | None = None, sha256: str | None = None, now: datetime
) -> tuple[Imported, ...]:
    """What becomes of each report in `data`."""
    with Writer(store) as writer:
        return Importing(store, Here(), writer, now=lambda: now).take(io.BytesIO(data), name=name, sha256=sha256)


def import_report(store: Store, data: bytes, *, name: str | None, sha256: str | None, now: datetime) -> Imported:
    """What becomes of the only report in `data`."""
    [outcome] = import_all(store, data, name=name, sha256=sha256, now=now)
    return outcome
