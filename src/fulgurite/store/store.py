"""The store: everything that is kept, behind one object.

Truth is the database and the files it names; the index follows (see indexing.py). The order of every change: files,
then one database transaction, then the index. So what was acknowledged is there after a crash, and what is visible is
whole.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from fulgurite.errors import NotFound, StoreError
from fulgurite.model.hashes import SHA512_BYTES, Digests, sha512_of
from fulgurite.model.key import Key, Role
from fulgurite.model.report import Report
from fulgurite.model.sample import Sample
from fulgurite.model.task import Submission, TaskRow, TaskState
from fulgurite.model.usage import Allowance, Claim
from fulgurite.model.viewer import PUBLIC, Viewer
from fulgurite.model.webhook import Webhook
from fulgurite.store import (
    arrivals,
    intake,
    keys,
    observations,
    reports,
    samples,
    sha512,
    submissions,
    tasks,
    usage,
    visits,
    webhooks,
)
from fulgurite.store import index as environments
from fulgurite.store.arrivals import Added, Arrival
from fulgurite.store.blobs import Blobs
from fulgurite.store.counters import Counters
from fulgurite.store.db import Database
from fulgurite.store.faults import told
from fulgurite.store.finding import Finder, Found
from fulgurite.store.index import Index
from fulgurite.store.indexing import Indexing, noted
from fulgurite.store.intake import Incoming
from fulgurite.store.packing import Packing
from fulgurite.store.packs import Packs
from fulgurite.store.reports import ReportRow
from fulgurite.store.scratch import Scratch, exclusive
from fulgurite.store.tasks import Limits

INDEX = "index.lmdb"
"""The folder of the index, below the data folder."""
_key_decoder = msgspec.json.Decoder(Key)


class Store:
    """What is kept in one data folder. Threads and processes may share the folder, forked children may not."""

    def __init__(self, data_dir: Path, database: Database, scratch: Scratch, index: Index) -> None:
        """Use `Store.open`."""
        self.data_dir = data_dir
        self.database = database
        self.scratch = scratch
        self.index = index
        self.blobs = Blobs(data_dir / "blobs", scratch.folder)
        self.packs = Packs(data_dir / "packs")
        self.packing = Packing(database, self.packs, self.blobs)
        self.finder = Finder(index, self.packs)
        self.store_id = database.store_id()
        self.indexing = Indexing(database, index, self.store_id)
        self.usage = usage.Usage(database)
        self.counters = Counters(data_dir / "counters")
        self.visits = visits.Visits(database)
        self.webhooks = webhooks.Webhooks(database)

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Opens the store in `data_dir`, made as needed, and brings its index up to date. Raises StoreError."""
        with told("making the data folder"):
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with exclusive(data_dir / ".opening"), contextlib.ExitStack() as undo:
            database = Database(data_dir / "fulgurite.db")
            undo.callback(database.close)
            scratch = Scratch(data_dir / "tmp")
            undo.callback(scratch.close)
            index = environments.shared(data_dir / INDEX)
            undo.callback(environments.release, data_dir / INDEX)
            store = cls(data_dir, database, scratch, index)
            store._bring_up_to_date()
            undo.pop_all()
        return store

    def close(self) -> None:
        """Closes it; what this process left in its temporary folder is removed."""
        environments.release(self.data_dir / INDEX)
        self.packs.close()
        self.counters.close()
        self.database.close()
        self.scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _bring_up_to_date(self) -> None:
        self.packing.work_off()
        observations.work_off(self.database, self.packing)
        if self.index.store_id() != self.store_id:
            self.indexing.rebuild()
        else:
            self.indexing.reconcile()

    # Samples and submissions

    def submit(
        self,
        data: bytes,
        digests: Digests,
        submission: Submission,
        task: TaskRow | None,
        *,
        file_type: str,
        now: datetime,
        claim: Claim | None = None,
    ) -> None:
        """Keeps one sample, neutered, with its submission and task, as `submit_all` does.

        `digests` must be those of `data`.
        """
        self.blobs.put_hostile(data, digests.sha256)
        incoming = Incoming(digests, len(data), submission, task, file_type, sha512_of(data))
        self.submit_all([incoming], now=now, claim=claim)

    def submit_all(
        self,
        incoming: Sequence[Incoming],
        *,
        now: datetime,
        claim: Claim | None = None,
        webhook: Webhook | None = None,
    ) -> None:
        """Keeps submissions with their tasks, durable when this returns: all of them or none.

        `claim` is counted, and `webhook` kept, in the same transaction. Raises OverLimit, StoreFull, StoreError; then
        nothing of it is visible, and nothing counted.
        """
        with self.database.write("keeping a submission") as connection:
            if claim is not None:
                usage.charge(connection, claim)
            notes = intake.insert(connection, incoming, now)
            if webhook is not None:
                webhooks.insert(connection, webhook)
        self.indexing.settle(notes)

    def sample(self, sha256: str) -> Sample | None:
        """What is known of a sample whose bytes are kept."""
        return samples.find(self.database, sha256)

    def sample_bytes(self, sha256: str) -> bytes:
        """The sample as it was submitted. Raises NotFound, Damaged, StoreError."""
        return self.blobs.read(sha256)

    # What is private is shown to a viewer that may see it; without a viewer, what is public.

    def digests(self, digest: str, viewer: Viewer = PUBLIC) -> Digests | None:
        """All digests of the file that one of them (lower-case hex) names; None when they are not all known."""
        return samples.digests(self.database, digest, viewer)

    def is_known(self, digest: str, viewer: Viewer = PUBLIC) -> bool:
        """Whether the file that `digest` (lower-case hex, any kind) names was submitted or reported on."""
        return samples.is_known(self.database, digest, viewer)

    def submission(self, data_id: str, viewer: Viewer = PUBLIC) -> Submission | None:
        return submissions.find(self.database, data_id, viewer)

    def members(self, data_id: str) -> tuple[Submission, ...]:
        """What came out of the archive that was submitted under `data_id`; as private as that."""
        return submissions.members(self.database, data_id)

    def newest_submission(self, sha256: str, viewer: Viewer = PUBLIC) -> Submission | None:
        return submissions.newest(self.database, sha256, viewer)

    def submissions_of_key(self, key_id: int, limit: int, offset: int) -> tuple[Submission, ...]:
        """What a key submitted, newest first: `limit` of them after the first `offset`."""
        return submissions.of_key(self.database, key_id, limit, offset)

    # Tasks

    def task(self, sandbox_id: str, viewer: Viewer = PUBLIC) -> TaskRow | None:
        return tasks.find(self.database, sandbox_id, viewer)

    def newest_open_task(self, digest: str, viewer: Viewer = PUBLIC) -> str | None:
        """The sandbox_id of the newest analysis in progress of the file that `digest` (lower-case hex) names."""
        return tasks.newest_open(self.database, digest, viewer)

    def tasks_of(self, data_id: str) -> tuple[TaskRow, ...]:
        return tasks.of_submission(self.database, data_id)

    def task_log(self, sandbox_id: str) -> bytes | None:
        """The raw log of a failed run, if one was kept. Raises Damaged, StoreError."""
        digest = self.database.value("SELECT log_sha256 FROM tasks WHERE sandbox_id = ?", (sandbox_id,))
        return None if digest is None else self.blobs.read(digest)

    def task_counts(self) -> dict[TaskState, int]:
        return tasks.counts(self.database)

    def claim(self, now: datetime, limits: Limits) -> TaskRow | None:
        """Takes up the oldest pending task for this process; None when there is none. No two processes get the same."""
        if not tasks.has_pending(self.database):
            return None
        with self.database.write("taking up a task") as connection:
            return tasks.claim(connection, self.scratch.owner, now, limits)

    def set_progress(self, sandbox_id: str, percent: int) -> None:
        """Notes how far a task of this process is. Not durable: a crash of the machine may lose it."""
        with self.database.write("noting progress", durable=False) as connection:
            tasks.set_progress(connection, sandbox_id, self.scratch.owner, percent)

    def give_back(self, sandbox_id: str, now: datetime, limits: Limits) -> bool:
        """Makes a task of this process pending again; the attempt does not count."""
        with self.database.write("giving back a task") as connection:
            mine = tasks.is_run_by(connection, sandbox_id, self.scratch.owner)
            return mine and tasks.give_back(connection, sandbox_id, now, limits)

    def fail(self, sandbox_id: str, reason: str, *, log: bytes | None = None) -> bool:
        """Ends a task of this process without a report; `log` is kept for diagnosis, where there is room for it.

        False, and nothing happens, when the task is not this process's any more.
        """
        log_sha256 = None
        with contextlib.suppress(StoreError):
            log_sha256 = None if log is None else self.blobs.put(log)
        with self.database.write("ending a task") as connection:
            if not tasks.is_run_by(connection, sandbox_id, self.scratch.owner):
                return False
            tasks.fail(connection, sandbox_id, reason, log_sha256=log_sha256)
            task = connection.execute("SELECT sha256 FROM tasks WHERE sandbox_id = ?", (sandbox_id,)).fetchone()
            note = noted(connection, "sample", task["sha256"])
        self.indexing.settle([note])
        return True

    def recover(self, now: datetime, limits: Limits) -> int:
        """Takes tasks away from dead processes and ends those that are over a deadline; returns how many ended."""
        with self.database.write("looking after tasks") as connection:
            ended = tasks.recover(connection, now, limits, self.scratch.is_alive)
            notes = [noted(connection, "sample", task.sha256) for task in ended]
        if notes:
            self.indexing.settle(notes)
        return len(ended)

    def name_samples(self, limit: int) -> int:
        """Computes the SHA-512 of at most `limit` samples that have none; returns of how many. Raises StoreError."""
        return sha512.work_off(self.database, self.blobs, self.indexing, limit)

    def named(self, digest: bytes) -> bytes | None:
        """The raw digest under which a file is kept: of a SHA-512 the SHA-256 of the same file, of another just that.

        None for a SHA-512 that is not known. Raises Damaged, StoreError.
        """
        return self.index.sha256_of(digest) if len(digest) == SHA512_BYTES else digest

    def reconcile(self) -> int:
        """Works off what the index lacks; returns how many changes that were. Raises StoreError."""
        self.index.free_dead_readers()
        return self.indexing.reconcile()

    # Reports

    def add_run(self, report: Report, *, original: bytes, body: bytes, format_: str, now: datetime) -> bool:
        """Keeps the report of a task of this process and ends the task with it.

        `report` names its task by sandbox_id; `original` is the log it was read from, `body` its v4 body. False, and
        nothing is visible, when the task is not this process's any more. Raises StoreFull, StoreError.
        """
        row = self.packing.keep(report, original, body, now, format_)
        digest = observations.digest_of(report)
        with self.database.write("keeping a report") as connection:
            if not tasks.is_run_by(connection, row.sandbox_id, self.scratch.owner):
                return False
            self.packs.assert_there((row.original_at, row.native_at, row.body_at))
            reports.insert(connection, row)
            observations.insert(connection, digest, row.sandbox_id)
            reports.insert_artifacts(connection, row.sandbox_id, report.artifacts)
            tasks.report(connection, row.sandbox_id)
            note = noted(connection, "report", row.sandbox_id)
        self.indexing.settle([note])
        return True

    def prepared_import(self, row: ReportRow, digest: observations.Digest, contents: arrivals.Contents) -> Arrival:
        """A foreign report, ready for `add_imports`: its bytes are kept, and `row` gets their digests.

        Nothing of it is visible yet. Raises StoreFull, StoreError.
        """
        return arrivals.prepared(row, digest, contents)

    def add_imports(self, incoming: Sequence[Arrival]) -> list[Added]:
        """Keeps foreign reports, durable when this returns; in their order. Raises StoreFull, StoreError."""
        return arrivals.keep(self.database, self.packs, self.indexing, incoming)

    def is_id_free(self, sandbox_id: str) -> bool:
        """Whether no task and no report has this sandbox_id."""
        return not reports.is_taken(self.database, sandbox_id)

    def is_data_id_foreign(self, data_id: str, subject: str) -> bool:
        """Whether this data_id belongs to another file than `subject` (a digest in hex)."""
        return reports.is_data_id_foreign(self.database, data_id, subject)

    def report(self, sandbox_id: str, viewer: Viewer = PUBLIC) -> ReportRow | None:
        return reports.find(self.database, sandbox_id, viewer)

    def last_report(self, digest: str, viewer: Viewer = PUBLIC) -> ReportRow | None:
        """The last analysis of the file that `digest` (lower-case hex, any kind) names."""
        return reports.last(self.database, digest, viewer)

    def report_of_data_id(self, data_id: str, viewer: Viewer = PUBLIC) -> ReportRow | None:
        return reports.of_data_id(self.database, data_id, viewer)

    def artifact(self, sandbox_id: str, name: str) -> bytes:
        """The bytes of a kept artifact. Raises NotFound, Damaged, StoreError."""
        digest = reports.artifact_sha256(self.database, sandbox_id, name)
        if digest is None:
            raise NotFound(f"the analysis {sandbox_id} keeps no artifact of that name")
        return self.blobs.read(digest)

    def original(self, row: ReportRow) -> bytes:
        """The bytes that a report was read from. Raises NotFound, Damaged, StoreError."""
        return self.packing.original(row)

    def native(self, row: ReportRow) -> bytes:
        """A report in our own form, in JSON. Raises NotFound, Damaged, StoreError."""
        return self.packing.native(row)

    def body(self, row: ReportRow) -> Found:
        """The v4 body of a report, ready to send. Raises NotFound, Damaged, StoreError."""
        return self.packing.body(row)

    # Keys

    def add_key(
        self,
        secret: str,
        name: str,
        role: Role,
        now: datetime,
        *,
        expires_at: datetime | None = None,
        allowance: Allowance = Allowance(),  # noqa: B008 - an immutable value
    ) -> bool:
        """Keeps a new key, of whose secret only a digest; False when a key in force has that name."""
        with self.database.write("keeping a key") as connection:
            key_id = keys.insert(connection, secret, name, role, now, expires_at=expires_at, allowance=allowance)
            if key_id is None:
                return False
            note = noted(connection, "key", str(key_id))
        self.indexing.apply([note])
        return True

    def revoke_key(self, id_or_name: int | str, now: datetime) -> bool:
        """Revokes a key for all processes at once; False when no key in force has that id or name."""
        with self.database.write("revoking a key") as connection:
            key_id = keys.revoke(connection, id_or_name, now)
            if key_id is None:
                return False
            note = noted(connection, "key", str(key_id))
        self.indexing.apply([note])
        return True

    def change_key(self, key_id: int, *, expires_at: datetime | None, allowance: Allowance) -> Key | None:
        """Sets end and own quotas of a key for all processes at once; None when no key in force has that id."""
        with self.database.write("changing a key") as connection:
            changed = keys.change(connection, key_id, expires_at=expires_at, allowance=allowance)
            if changed is None:
                return None
            note = noted(connection, "key", str(key_id))
        self.indexing.apply([note])
        return changed

    def listed_keys(self) -> tuple[Key, ...]:
        return keys.listed(self.database)

    def key(self, secret: str) -> Key | None:
        """The key with this secret, if it is not revoked; whether it has expired is for the caller to see.

        Found by the digest of the secret: see `fulgurite.store.keys`.
        """
        record = self.index.key(keys.digest_of(secret))
        return None if record is None else _key_decoder.decode(record)
