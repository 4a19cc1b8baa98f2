"""The bytes of stored reports: read from the packs, or from the files of stores that were made before there were packs.

Such a store is packed when it is opened.
"""

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import msgspec

from fulgurite.errors import Damaged, NotFound, StoreError
from fulgurite.model import report as native
from fulgurite.model.report import Report
from fulgurite.store import records
from fulgurite.store.blobs import Blobs
from fulgurite.store.db import Database
from fulgurite.store.entries import NOTHING
from fulgurite.store.finding import ETAG_CHARACTERS, Found
from fulgurite.store.frames import Cut, Framed
from fulgurite.store.indexing import noted
from fulgurite.store.packs import PackGone, Packs
from fulgurite.store.records import Codec, Record
from fulgurite.store.reports import ReportRow

_Value = TypeVar("_Value")
_log = logging.getLogger(__name__)

_BATCH = 100
_FILES = "SELECT * FROM reports WHERE body_at IS NULL AND seq > ? ORDER BY seq LIMIT ?"


class Packing:
    """Where the bytes of reports are found. Threads may share it."""

    def __init__(self, database: Database, packs: Packs, blobs: Blobs) -> None:
        self._database = database
        self._packs = packs
        self._blobs = blobs

    def keep(self, report: Report, original: bytes, body: bytes, now: datetime, format_: str) -> ReportRow:
        """Puts the bytes of a run's report into the packs; returns its row. Raises StoreFull, StoreError."""
        if report.sandbox_id is None or report.data_id is None:
            raise StoreError("a report needs its ids before it can be stored")
        kept = records.of_report(original, native.encode(report), body, report.sandbox_id)
        original_at, native_at, body_at = self._packs.append(kept)
        return ReportRow(
            sandbox_id=report.sandbox_id,
            data_id=report.data_id,
            sha256=report.sample.sha256,
            sha1=report.sample.sha1,
            md5=report.sample.md5,
            requested_at=now if report.requested_at is None else report.requested_at,
            stored_at=now,
            format=format_,
            outcome=report.outcome,
            is_imported=False,
            original_sha256=kept.original.sha256.hex(),
            native_sha256=kept.native.sha256.hex(),
            body_sha256=kept.body.sha256.hex(),
            original_at=original_at,
            native_at=native_at,
            body_at=body_at,
        )

    def original(self, row: ReportRow) -> bytes:
        """The bytes that a report was read from. Raises NotFound, Damaged, StoreError."""
        return self._read(self._original, row)

    def native(self, row: ReportRow) -> bytes:
        """A report in our own form, in JSON. Raises NotFound, Damaged, StoreError."""
        return self._read(self._native, row)

    def framed(self, row: ReportRow) -> Framed | None:
        """A report in our own form, to be read in parts; None when it has to be read whole. Raises as `native` does.

        It refers to a pack: not to be held for longer than it is read.
        """
        return self._read(self._framed, row)

    def body(self, row: ReportRow) -> Found:
        """The v4 body of a report, ready to send. Raises NotFound, Damaged, StoreError."""
        record = self._read(self._body, row)
        etag = row.body_sha256[:ETAG_CHARACTERS].encode("ascii")
        return Found(etag, record.payload, NOTHING, False, record.raw_size, record.second, record.sandbox_id)

    def body_content(self, row: ReportRow) -> bytes:
        """The v4 body of a report, all its forms checked. Raises NotFound, Damaged, StoreError."""
        record = self._read(self._body, row)
        if record.second:
            records.content(record._replace(codec=Codec.ZSTD, payload=record.second))
        return records.content(record)

    def _read(self, read: Callable[[ReportRow], _Value], row: ReportRow) -> _Value:
        """What `read` finds; asked again with where the bytes lie now, when a compaction has moved them."""
        try:
            return read(row)
        except PackGone:
            sql = "SELECT original_at, native_at, body_at FROM reports WHERE sandbox_id = ?"
            found = self._database.row(sql, (row.sandbox_id,))
            if found is None or tuple(found) == (row.original_at, row.native_at, row.body_at):
                raise
            return self._read(read, msgspec.structs.replace(row, **dict(found)))

    def _original(self, row: ReportRow) -> bytes:
        if row.original_at is None:
            return self._blobs.read(row.original_sha256)
        return records.content(self._checked(row.original_at, row.original_sha256))

    def _native(self, row: ReportRow) -> bytes:
        if row.native_at is None:
            return self._blobs.read(row.native_sha256)
        record = self._checked(row.native_at, row.native_sha256)
        return records.content(record, records.content(self._body(row)) if record.codec == Codec.ZSTD_AFTER else b"")

    def _framed(self, row: ReportRow) -> Framed | None:
        if row.native_at is None:
            return None
        record = self._checked(row.native_at, row.native_sha256)
        if record.codec != Codec.FRAMES:
            return None
        framed = Framed(Cut(record.payload, record.second))
        return framed if framed.is_of_today else None

    def _body(self, row: ReportRow) -> Record:
        if row.body_at is None:
            return records.body_record(self._blobs.read(row.body_sha256), row.sandbox_id)
        return self._checked(row.body_at, row.body_sha256)

    def _checked(self, place: int, digest: str) -> Record:
        """The record at `place`, which must be of the content with this SHA-256."""
        record = self._packs.read(place)
        if record.sha256.hex() != digest:
            raise Damaged(f"the stored bytes of {digest} are not where they should be")
        return record

    def work_off(self) -> int:
        """Packs the reports that are files still; returns how many. Raises StoreError.

        One whose bytes cannot be read stays as it is.
        """
        count = after = 0
        while rows := self._database.rows(_FILES, (after, _BATCH)):
            count += sum(self._pack(row) for row in rows)
            after = rows[-1]["seq"]
        return count

    def _pack(self, row: sqlite3.Row) -> bool:
        try:
            original, native, body = (
                self._blobs.read(row[name]) for name in ("original_sha256", "native_sha256", "body_sha256")
            )
        except (NotFound, Damaged):
            _log.exception("the report %s cannot be read: it is not packed", row["sandbox_id"])
            return False
        kept = records.of_report(original, native, body, row["sandbox_id"])
        places = self._packs.append(kept)
        with self._database.write("packing a report") as connection:
            self._packs.assert_there(places)
            connection.execute(
                "UPDATE reports SET original_at = ?, native_at = ?, body_at = ? WHERE seq = ?", (*places, row["seq"])
            )
            noted(connection, "report", row["sandbox_id"])
        return True
