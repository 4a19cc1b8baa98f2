"""Files come in: read by processes of their own, kept by one writer, each report once however often it is brought."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import IO, NamedTuple, Protocol

from fulgurite.errors import InputError, StoreError
from fulgurite.model import hashes
from fulgurite.service.importing.ledger import Ledger, StoreLedger
from fulgurite.service.importing.messages import Order
from fulgurite.service.importing.outcomes import Imported
from fulgurite.service.importing.reading import Wanting
from fulgurite.service.importing.subject import hash_in
from fulgurite.service.importing.taking import Rehearsing, Taking
from fulgurite.service.importing.writer import Writer
from fulgurite.store import Store, arrivals
from fulgurite.store.arrivals import Added, Contents
from fulgurite.store.observations import Digest
from fulgurite.store.reports import ReportRow, Subject

_MOST_TRIES = 4
_PIECE_BYTES = 1 << 20


class Reads(Protocol):
    """Has bytes read; see Readers."""

    def read(self, file: IO[bytes], order: Order, wanting: Wanting) -> str:
        """Has the bytes of `file`, from its start, read as `order` says; `wanting` is told of all there is.

        Returns the SHA-256 of the bytes that were read.
        """
        ...


class Importing:
    """Imports into one store. Threads share it."""

    def __init__(self, store: Store, readers: Reads, writer: Writer, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._readers = readers
        self._writer = writer
        self._now = now
        self._ledger = StoreLedger(store)

    def take(
        self, file: IO[bytes], *, name: str | None, sha256: str | None = None, passwords: tuple[str, ...] = ()
    ) -> tuple[Imported, ...]:
        """Takes in all reports in the bytes of `file`, which can be read from its start as often as is needed.

        What is there already is not read again. `sha256`: of the sample, for reports that do not name it; else it is
        looked for in the member's name, then in `name`. What is wrong with the input is an outcome. Raises StoreFull,
        StoreError, Closed.
        """
        brought = _brought(self._ledger, file, name, sha256)
        if not isinstance(brought, _Brought):
            return brought
        order = brought.order(name, passwords)
        for _ in range(_MOST_TRIES):
            taking = Taking(self._ledger, self._kept, brought.given, self._now())
            digest = self._readers.read(file, order, taking)
            outcomes, taken = taking.settled(digest, brought.told)
            if not taking.has_clash:
                arrivals.remember(self._store.database, taken)
                return outcomes
        raise StoreError("the names of these reports are taken again and again")

    def _kept(self, row: ReportRow, digest: Digest, contents: Contents) -> tuple[str, "Future[Added]"]:
        arrival = self._store.prepared_import(row, digest, contents)
        return arrival.row.original_sha256, self._writer.put(arrival)


class Rehearsal:
    """Says what an import would do, and does nothing. Threads share it."""

    def __init__(self, ledger: Ledger, readers: Reads, *, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._readers = readers
        self._now = now
        self._seen: set[tuple[str, int, Subject]] = set()

    def take(
        self, file: IO[bytes], *, name: str | None, sha256: str | None = None, passwords: tuple[str, ...] = ()
    ) -> tuple[Imported, ...]:
        """As `Importing.take`; what would be imported has no sandbox_id."""
        brought = _brought(self._ledger, file, name, sha256)
        if not isinstance(brought, _Brought):
            return brought
        taking = Rehearsing(self._ledger, self._seen, brought.given, self._now())
        self._readers.read(file, brought.order(name, passwords), taking)
        return taking.settled(brought.digest, brought.told)[0]


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while (piece := file.read(_PIECE_BYTES)) != b"":
        digest.update(piece)
    return digest.hexdigest()


class _Brought(NamedTuple):
    """A file that has to be read."""

    given: str | None
    """The SHA-256 of its sample, as the caller says, in lower case."""
    told: str
    """The same, or that in its name; empty where there is none."""
    digest: str
    """Of its bytes."""

    def order(self, name: str | None, passwords: tuple[str, ...]) -> Order:
        return Order(size_bytes=0, seconds=0, name=name, sha256=self.given, passwords=passwords)


def _brought(ledger: Ledger, file: IO[bytes], name: str | None, sha256: str | None) -> _Brought | tuple[Imported, ...]:
    """What is to be read, or what became of it before that."""
    try:
        given = None if sha256 is None else hashes.sha256(sha256)
    except InputError as error:
        return (Imported(outcome="refused", reason=str(error)),)
    told = given or hash_in(name) or ""
    digest = _digest(file)
    known = ledger.remembered(digest, told)
    if known is None:
        return _Brought(given, told, digest)
    return tuple(
        Imported(
            outcome="duplicate", member=one.member, format=one.format, sha256=one.sha256, sandbox_id=one.sandbox_id
        )
        for one in known
    )
