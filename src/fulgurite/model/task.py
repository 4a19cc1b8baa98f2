"""Submission and task, and which state of a task may follow which."""

from datetime import datetime
from enum import StrEnum

from fulgurite.model.base import Model


class TaskState(StrEnum):
    """Where a task stands. One machine, everywhere: database, API, pages."""

    PENDING = "pending"
    RUNNING = "running"
    REPORTED = "reported"
    FAILED = "failed"


FOLLOWS: dict[TaskState, frozenset[TaskState]] = {
    TaskState.PENDING: frozenset({TaskState.RUNNING, TaskState.FAILED}),
    TaskState.RUNNING: frozenset({TaskState.REPORTED, TaskState.FAILED, TaskState.PENDING}),
    TaskState.REPORTED: frozenset(),
    TaskState.FAILED: frozenset(),
}
"""The states that may follow each state. RUNNING -> PENDING: its worker died and another shall take it up."""


class RunOptions(Model, frozen=True, kw_only=True):
    """What the submitter asked for."""

    system: str = "windows10"
    timeout: str = "short"
    """Time profile: `short`, `medium`, `long`."""
    browser: str = "os_default"
    file_name: str | None = None
    """The name the sample gets in the guest; hostile text until cleaned for the guest."""
    shellcode: str | None = None
    """`x86` or `amd64`: run the bytes as raw code of that architecture; None: by the file's own format."""


class Submission(Model, frozen=True, kw_only=True):
    """One request to look at a sample."""

    data_id: str
    """URL-safe, starts with `bz`; the name in the v4 API."""
    sha256: str
    requested_at: datetime
    key_id: int | None = None
    """The API key that asked; None for the command line."""
    file_name: str | None = None
    private_to: int | None = None
    """The key that alone, with administrators, may see this and its analysis; None: everybody."""
    parent_id: str | None = None
    """The data_id of the archive that it is a member of; None: it was sent as it is."""
    member_path: str | None = None
    """Where it lies in that archive, cleaned to be shown."""


class TaskRow(Model, frozen=True, kw_only=True):
    """One run of one engine for one submission."""

    sandbox_id: str
    """24 lower-case hex digits."""
    data_id: str
    sha256: str
    options: RunOptions
    requested_at: datetime
    state: TaskState
    progress: int = 1
    """1-100; 100 only in `reported` and `failed`; never falls."""
    attempts: int = 0
    """How often a worker took it up."""
    deadline_at: datetime | None = None
    """When the present state has lasted too long; None in end states."""
    reason: str | None = None
    """Why it failed; None otherwise."""
    private_to: int | None = None
    """As of its submission."""
