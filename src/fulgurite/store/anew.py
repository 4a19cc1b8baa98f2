"""Asking anew for what is kept: a submission or an analysis of a sample that is there, in one transaction."""

from fulgurite.model.task import Submission, TaskRow
from fulgurite.model.usage import Claim
from fulgurite.store import submissions, tasks, usage
from fulgurite.store.indexing import noted
from fulgurite.store.store import Store


def ask(store: Store, sha256: str, submission: Submission | None, task: TaskRow | None, claim: Claim | None) -> None:
    """Keeps a new submission, or a new task, or both, of the kept sample `sha256`, durable when this returns.

    `claim` is counted in the same transaction. Raises OverLimit, StoreFull, StoreError; then nothing of it is visible,
    and nothing counted.
    """
    with store.database.write("keeping a submission") as connection:
        if claim is not None:
            usage.charge(connection, claim)
        if submission is not None:
            submissions.insert(connection, submission)
        if task is not None:
            tasks.insert(connection, task)
        note = noted(connection, "sample", sha256)
    store.indexing.settle([note])
