"""Errors of the disk, SQLite and LMDB, told as errors of ours."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import lmdb

from fulgurite.errors import Damaged, StoreError, StoreFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_BROKEN = (lmdb.CorruptedError, lmdb.PageNotFoundError, lmdb.PanicError, lmdb.BadTxnError)
"""The last is what comes after one of the others, in the same transaction."""
_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE})
"""The last: for the memory that processes share, which is a file beside the database."""
_MALFORMED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def store_error(error: OSError | sqlite3.Error | lmdb.Error, what: str) -> StoreError:
    """The error of ours that `error` stands for; `what` says what was being done."""
    if _is_full(error):
        return StoreFull(f"no room left on the disk of the data folder while {what}")
    if isinstance(error, lmdb.MapFullError):
        return StoreFull(f"the index has reached the address space allowed to this process while {what}")
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _MALFORMED:
        return Damaged(f"the database is damaged: {error} while {what}")
    if isinstance(error, _BROKEN):
        return Damaged(f"the index is damaged: {error} while {what}")
    return StoreError(f"{error} while {what}")


def _is_full(error: OSError | sqlite3.Error | lmdb.Error) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) in _NO_ROOM
    return error.code in _FULL


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turns errors of disk, SQLite and LMDB inside the block into StoreError, StoreFull or Damaged."""
    try:
        yield
    except (OSError, sqlite3.Error, lmdb.Error) as error:
        raise store_error(error, what) from error
