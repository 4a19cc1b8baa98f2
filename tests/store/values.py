"""Submissions, tasks and reports as a service would hand them to the store."""

from datetime import UTC, datetime, timedelta

from fulgurite.exports import v4
from fulgurite.model import report as native
from fulgurite.model.hashes import digests_of
from fulgurite.model.report import Report
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions, Submission, TaskRow, TaskState
from fulgurite.store import Store, observations
from fulgurite.store.arrivals import Added, Arrival, Contents, ordering_time
from fulgurite.store.reports import ReportRow
from fulgurite.store.tasks import Limits
from tests import builders

NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
LIMITS = Limits(pending=timedelta(days=1), running=timedelta(minutes=10), attempts=3)


def sandbox_id(number: int) -> str:
    return f"{number:024x}"


def data_id(number: int) -> str:
    return f"bz{number:032d}"


def submitted(store: Store, number: int, data: bytes, *, at: datetime = NOW) -> str:
    """A submission of `data` with its task; returns the sandbox_id."""
    digests = digests_of(data)
    submission = Submission(data_id=data_id(number), sha256=digests.sha256, requested_at=at, file_name=f"{number}.exe")
    task = TaskRow(
        sandbox_id=sandbox_id(number),
        data_id=submission.data_id,
        sha256=submission.sha256,
        options=RunOptions(),
        requested_at=at,
        state=TaskState.PENDING,
        deadline_at=at + LIMITS.pending,
    )
    store.submit(data, digests, submission, task, file_type="data", now=at)
    return task.sandbox_id


def run_report(task: TaskRow, data: bytes, *, at: datetime | None = None) -> Report:
    """A report of the run of `task`."""
    return builders.report(
        builders.file_write(f"C:\\{task.sandbox_id}.txt"),
        sample=builders.sample(data),
        sandbox_id=task.sandbox_id,
        data_id=task.data_id,
        requested_at=task.requested_at if at is None else at,
    )


def reported(store: Store, number: int, data: bytes, *, at: datetime = NOW) -> str:
    """A submission of `data` whose run has its report; nothing else may be pending. Returns the sandbox_id."""
    submitted(store, number, data, at=at)
    assert ran(store, at=at) == sandbox_id(number)
    return sandbox_id(number)


def ran(store: Store, *, at: datetime = NOW) -> str:
    """The oldest pending task has its report; returns the sandbox_id."""
    task = store.claim(at, LIMITS)
    assert task is not None
    report = run_report(task, store.sample_bytes(task.sha256))
    log = original(int(task.sandbox_id, 16))
    assert store.add_run(report, original=log, body=v4.body(report), format_="runlog", now=at)
    return task.sandbox_id


def original(number: int) -> bytes:
    """The log that report `number` was read from."""
    return b"the log of %d\n" % number


def several(store: Store, data: bytes) -> None:
    """A file that was analysed and is being analysed again, another one, and an imported report."""
    reported(store, 1, data)
    reported(store, 2, b"MZ other")
    imported(store, 3, builders.sample(b"MZ third"))
    submitted(store, 4, data)


def imported(
    store: Store, number: int, sample: Sample, *, at: datetime = NOW, content: bytes | None = None, **fields: object
) -> Added:
    """A foreign report about `sample`."""
    report = builders.report(
        sample=sample, sandbox_id=sandbox_id(number), data_id=data_id(number), requested_at=at, **fields
    )
    content = original(number) if content is None else content
    return add_import(store, report, original=content, now=at)


def add_import(store: Store, report: Report, *, original: bytes, now: datetime = NOW) -> Added:
    """Keeps a foreign report that has its ids."""
    return store.add_imports([arrival(store, report, original=original, now=now)])[0]


def arrival(store: Store, report: Report, *, original: bytes, position: int = 0, now: datetime = NOW) -> Arrival:
    """A foreign report whose bytes are in the blob store, but which is not kept yet."""
    row = ReportRow(
        sandbox_id=report.sandbox_id or "",
        data_id=report.data_id or "",
        sha256=report.sample.sha256,
        sha1=report.sample.sha1,
        md5=report.sample.md5,
        requested_at=ordering_time(report.requested_at, now),
        stored_at=now,
        format="metadefender",
        outcome=report.outcome,
        is_imported=True,
        original_sha256="",
        position=position,
        native_sha256="",
        body_sha256="",
    )
    contents = Contents(original, native.encode(report), v4.body(report))
    return store.prepared_import(row, observations.digest_of(report), contents)


def found(store: Store, data: bytes) -> list[tuple[bytes, str]]:
    """What the index has for `data` by each of its hashes: body (empty: none), running sandbox_id (zeros: none)."""
    told = []
    for digest in digests_of(data):
        entry = store.finder.found(bytes.fromhex(digest))
        assert entry is not None
        told.append((bytes(entry.gzipped), entry.running.hex()))
    return told


def damage(store: Store, place: int | None) -> None:
    """Turns over one byte of the record at `place`, as a failing disk would."""
    assert place is not None
    with store.packs.path(place >> 32).open("r+b") as pack:
        pack.seek((place & 0xFFFFFFFF) * 8 + 85)
        byte = pack.read(1)
        pack.seek(-1, 1)
        pack.write(bytes([byte[0] ^ 0xFF]))
