"""What those who run the service are told: keys, queue and workers, engines, storage, what is kept how long."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from fulgurite.model.base import Model
from fulgurite.model.key import Role
from fulgurite.model.task import TaskState
from fulgurite.model.usage import Quotas


class Own(Model, frozen=True, kw_only=True, omit_defaults=False):
    """The quotas of a key's own; null: those of the settings."""

    sandbox_api: int | None = None
    prevention_api: int | None = None
    reputation_api: int | None = None
    per_minute: int | None = None


class KeyEntry(Model, frozen=True, kw_only=True, omit_defaults=False):
    """One API key, without its secret, which nobody has but its holder."""

    id: int
    name: str
    role: Role
    prefix: str
    """The first characters of the secret, to tell keys apart by sight."""
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    is_in_force: bool
    """Whether it is neither revoked nor over."""
    allowance: Own = Own()
    quotas: Quotas
    """What it may use in a day, and in a minute: its own quotas, and those of the settings."""
    used: Quotas
    """What is used of it."""


class Keys(Model, frozen=True, kw_only=True, omit_defaults=False):
    """All keys, newest first."""

    keys: tuple[KeyEntry, ...] = ()


class NewKey(Model, frozen=True, kw_only=True, omit_defaults=False):
    """A key just made."""

    key: str
    """The secret: it is told here, and never again."""
    id: int
    name: str


class Revoked(Model, frozen=True, kw_only=True, omit_defaults=False):
    """A key that is no good any more."""

    id: int


QuotaName = Literal["sandbox_api", "prevention_api", "reputation_api", "per_minute"]


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed of a key; what is not named stays."""

    expires_at: Annotated[datetime, Meta(tz=True)] | UnsetType | None = UNSET
    """null: it does not end by itself."""
    allowance: dict[QuotaName, int | None] | UnsetType = UNSET
    """null: the quota of the settings."""


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that is wanted."""

    name: str
    role: Role
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    allowance: Own = Own()


class QueuedTask(Model, frozen=True, kw_only=True, omit_defaults=False):
    """An analysis that waits or runs. All text is hostile."""

    sandbox_id: str
    data_id: str
    sha256: str
    file_name: str | None = None
    system: str
    state: TaskState
    progress: int
    """1-99."""
    attempts: int
    """How often a worker took it up."""
    requested_at: datetime
    key_id: int | None = None
    """Who asked; null: the command line."""
    worker: str | None = None
    """Who runs it."""
    reason: str | None = None
    """Why it waits."""


class WorkerEntry(Model, frozen=True, kw_only=True, omit_defaults=False):
    """A living worker and what it does now."""

    name: str
    pid: int | None = None
    started_at: datetime | None = None
    engines: tuple[str, ...] = ()
    """Name and version of each, in the order in which they are asked."""
    sandbox_id: str | None = None
    """What it runs; null: it waits for work."""
    file_name: str | None = None
    progress: int | None = None


class Queue(Model, frozen=True, kw_only=True, omit_defaults=False):
    """What is to be done, and who does it."""

    pending: int
    running: int
    fetching: int
    """URLs that are to be fetched before they are analysed."""
    reason: str | None = None
    """Why nothing that waits is taken up; null where nothing waits, or where workers are at it."""
    tasks: tuple[QueuedTask, ...] = ()
    """What runs, then what waits in the order in which it is taken up."""
    is_cut: bool = False
    """Whether more wait than are listed."""
    workers: tuple[WorkerEntry, ...] = ()


class EngineEntry(Model, frozen=True, kw_only=True, omit_defaults=False):
    """Something that runs samples or looks at what runs left."""

    name: str
    version: str | None = None
    is_found: bool
    runs: str
    """What it is for."""
    reason: str | None = None
    """Why it is not found."""
    install: str | None = None
    """What to do so that it is."""


class Engines(Model, frozen=True, kw_only=True, omit_defaults=False):
    """All that this version knows to use, found or not, those that run samples first."""

    engines: tuple[EngineEntry, ...] = ()


class Part(Model, frozen=True, kw_only=True, omit_defaults=False):
    """One part of what is stored."""

    name: str
    """`database`, `index`, `packs`, `blobs`, `temporary`."""
    bytes: int
    """What it takes on the disk."""
    count: int | None = None
    """Files; analyses in the database."""
    is_complete: bool = True
    """Whether all of it was looked at: else it is as much at least."""


class Storage(Model, frozen=True, kw_only=True, omit_defaults=False):
    """How much room is taken, and how much there is."""

    parts: tuple[Part, ...] = ()
    total_bytes: int
    """Of all parts."""
    free_bytes: int
    """What is left on the disk for the likes of us."""
    index_rounds: int
    """How often servers have looked all that is known up in the index."""
    index_mended: int
    """Entries of the index that they found wrong or missing, and made again; more than 0: look at the disk."""


class WouldRemove(Model, frozen=True, kw_only=True, omit_defaults=False):
    """What a run now would remove."""

    analyses: int = 0
    files: int = 0
    are_exact: bool = True
    """Whether that is all; else there are more."""


class Retention(Model, frozen=True, kw_only=True, omit_defaults=False):
    """How long things are kept."""

    is_on: bool
    keep_analyses_days: int
    """As set; 0: for ever."""
    keep_files_days: int
    last_run_at: datetime | None = None
    """When was last looked for what is over its time; null: never."""
    removed_analyses: int = 0
    """Since ever."""
    removed_files: int = 0
    would_remove: WouldRemove = WouldRemove()
    """What a run now would remove, by the settings or by what was asked with."""
