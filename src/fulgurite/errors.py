"""The errors that Fulgurite raises on purpose.

FulguriteError
├── InputError              what a caller or a file gave is not usable; says what, where, what to do
│   ├── InvalidHash         not 32, 40 or 64 hex digits
│   ├── MalformedReport     a report of a known format that breaks its format
│   ├── UnknownFormat       bytes that no importer knows
│   ├── TooLarge            over a stated limit
│   └── InvalidRule         a rule file with faults
├── OverLimit               a key has used up what it may use
├── NotFound                a well-formed name for something that is not there
├── EngineError             an engine could not be started, or its output could not be taken
└── StoreError              the store cannot read or keep something
    ├── StoreFull           the disk has no room
    └── Damaged             stored bytes do not have their digest
"""


class FulguriteError(Exception):
    """The root of all errors raised on purpose."""


class InputError(FulguriteError):
    """Input that cannot be used. `where` names the field, file or place."""

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where


class InvalidHash(InputError):
    """Text that is not an MD5, SHA-1 or SHA-256 in hex."""


class MalformedReport(InputError):
    """A report of a known format that breaks the rules of that format."""


class UnknownFormat(InputError):
    """Bytes that no importer recognises."""


class TooLarge(InputError):
    """Input over a stated limit."""


class InvalidRule(InputError):
    """A rule file with at least one fault; the message lists all of them."""


class OverLimit(FulguriteError):
    """A key would use more than it may.

    `what` is the name of what is counted, `limit` how much of it there may be in a window, `retry_after_s` when, in
    whole seconds, the next window begins.
    """

    def __init__(self, what: str, limit: int, retry_after_s: int) -> None:
        super().__init__(f"no more than {limit} of {what}; again in {retry_after_s} s")
        self.what = what
        self.limit = limit
        self.retry_after_s = retry_after_s


class NotFound(FulguriteError):
    """A well-formed name for something that is not there."""


class EngineError(FulguriteError):
    """An engine that could not be started, or output of it that could not be taken."""


class StoreError(FulguriteError):
    """The store cannot read or keep something."""


class StoreFull(StoreError):
    """The disk that holds the store has no room left."""


class Damaged(StoreError):
    """Stored bytes that do not have the digest they were stored under."""
