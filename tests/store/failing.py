"""Run with the shim loaded: each write of an import, a submission and a run fails once, or from there on.

Prints what was said, then what is wrong with the store, then `fine`.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from fulgurite.errors import StoreError
from fulgurite.store import Store, checking
from tests import builders
from tests.store import values

CASES = ((errno.ENOSPC, 1), (errno.EIO, 0))
"""What fails with, and whether all that come after fail as well."""
OLD = b"MZ old"


class Disk:
    """A disk that fails on demand."""

    def __init__(self) -> None:
        self._shim = ctypes.CDLL(None)

    def fails(self, at: int, error: int, then_on: int) -> None:
        """From now on, the write number `at` fails."""
        self._shim.fault_arm(at, error, then_on)

    def works(self) -> int:
        """From now on, nothing fails; returns how many writes there were since it was said when one fails."""
        count = int(self._shim.fault_count())
        self._shim.fault_arm(0, 0, 0)
        return count


def _import(store: Store, number: int) -> str:
    return values.imported(store, number, builders.sample(b"MZ %d" % number)).sandbox_id


def _submit(store: Store, number: int) -> str:
    values.submitted(store, number, b"MZ %d" % number)
    return values.sandbox_id(number)


def _run(store: Store, _number: int) -> str:
    return values.ran(store)


def acknowledged(store: Store, disk: Disk, number: Iterator[int]) -> Iterator[tuple[str, bool]]:
    """Each sandbox_id that was acknowledged, and whether its analysis was."""
    for error, then_on in CASES:
        for act in (_import, _submit, _run):
            at = 0
            while True:
                at += 1
                disk.fails(at, error, then_on)
                try:
                    yield act(store, next(number)), act is not _submit
                except StoreError as problem:
                    sys.stdout.write(f"{act.__name__}: {type(problem).__name__}: {problem}\n")
                writes = disk.works()
                assert values.found(store, OLD)[0][0] != b""
                for row in store.database.rows("SELECT sandbox_id FROM tasks WHERE state = 'running'"):
                    store.give_back(row[0], values.NOW, values.LIMITS)
                yield act(store, next(number)), act is not _submit
                if writes < at:
                    break


def main() -> None:
    """Everything, in the folder that the environment names."""
    folder = Path(os.environ["FAULT_FOLDER"])
    with Store.open(folder) as store:
        values.reported(store, 0, OLD)
        for spare in range(100_000, 100_200):
            values.submitted(store, spare, b"MZ %d" % spare)
        acked = list(acknowledged(store, Disk(), iter(range(1, 100_000))))
        store.reconcile()
        wrong = [finding for finding in checking.check(store) if finding.kind != "orphan"]
    with Store.open(folder) as store:
        wrong += [finding for finding in checking.check(store) if finding.kind != "orphan"]
        lost = [name for name, is_analysed in acked if is_analysed and store.report(name) is None]
        lost += [name for name, is_analysed in acked if not is_analysed and store.task(name) is None]
    sys.stdout.write(f"{wrong} {lost}\n{'fine' if not wrong and not lost else 'wrong'}\n")


if __name__ == "__main__":
    main()
