"""Stored reports matched anew with the rules in force, without running or reading anything again.

Reports that these rules matched already are left alone, so a run that was broken off, however it ended, is taken up
where it was. Matching is done in processes of its own, storing here.
"""

import logging
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from fulgurite import rules
from fulgurite.engines import isolation
from fulgurite.errors import Damaged, FulguriteError, MalformedReport, NotFound
from fulgurite.exports import v4
from fulgurite.model import report as native
from fulgurite.model.static import StaticFacts
from fulgurite.rules import RuleSet
from fulgurite.rules.yara import Scanned
from fulgurite.service import rulebook, scanning, static
from fulgurite.store import Store, observations, rematching
from fulgurite.store.observations import Digest
from fulgurite.store.rematching import Rematched, Stale

BATCH = 32
"""Reports that are kept in one transaction."""

_log = logging.getLogger(__name__)


class Applied(NamedTuple):
    """What a run did."""

    done: int
    skipped: tuple[str, ...]
    """Reports that could not be read, each with the reason; they stay as they are."""


class _Task(NamedTuple):
    report: bytes
    is_private: bool
    static: StaticFacts | None
    of_bytes: Scanned
    """What YARA rules found in the sample and in what the run left."""


class _Found(NamedTuple):
    report: bytes
    body: bytes
    digest: Digest


_rules: list[RuleSet] = []
"""Those of a matching process, read once when it begins."""


def waiting(store: Store, rule_set: RuleSet) -> int:
    """How many stored reports `rule_set` has not matched."""
    return rematching.count(store, rule_set.digest)


def apply(
    store: Store, folders: Sequence[Path], rule_set: RuleSet, *, jobs: int, progress: Callable[[int], None]
) -> Applied:
    """Matches what `waiting` counts with `rule_set`, which are the rules of `folders`.

    `progress` is told after each batch how many are done. Raises StoreError; what was done until then stays.
    """
    done, skipped = 0, list[str]()
    with _matching(folders, rule_set, jobs) as match:
        for batch in _batches(store, rule_set.digest):
            tasks = list(_read(store, batch, rule_set, skipped))
            found = match([task for _, task in tasks])
            changes = [
                Rematched(stale.row, one.digest, one.report, one.body)
                for (stale, _), one in zip(tasks, found, strict=True)
            ]
            done += rematching.replace(store, changes)
            progress(done)
    return Applied(done, tuple(skipped))


def _batches(store: Store, digest: str) -> Iterator[list[Stale]]:
    after = 0
    while batch := rematching.stale(store, digest, after, BATCH):
        after = batch[-1].seq
        yield batch


def _read(store: Store, batch: Iterable[Stale], rule_set: RuleSet, skipped: list[str]) -> Iterator[tuple[Stale, _Task]]:
    for stale in batch:
        row = stale.row
        try:
            report = store.packing.native(row)
            decoded = native.decode(report)
        except (NotFound, Damaged, MalformedReport) as error:
            skipped.append(f"{row.sandbox_id}: {error}")
            continue
        facts, found = static.of_kept(store, row.sha256), scanning.scanned(store, rule_set, decoded)
        yield stale, _Task(report, row.private_to is not None, facts, found)


@contextmanager
def _matching(folders: Sequence[Path], rule_set: RuleSet, jobs: int) -> Iterator[Callable[[list[_Task]], list[_Found]]]:
    if jobs == 1:
        yield lambda tasks: [_matched(rule_set, task) for task in tasks]
        return
    # Not forked: a forked child must not hold the store.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(tuple(folders),)) as pool:

        def match(tasks: list[_Task]) -> list[_Found]:
            try:
                return list(pool.map(_matched_there, tasks, chunksize=1))
            except BrokenProcessPool as error:
                raise FulguriteError(
                    "a process that matched reports ended before it was done; start it anew"
                ) from error

        yield match


def _begin(folders: tuple[Path, ...]) -> None:
    isolation.die_with_parent()
    _rules.append(rulebook.load(folders).rules)


def _matched_there(task: _Task) -> _Found:
    return _matched(_rules[0], task)


def _matched(rule_set: RuleSet, task: _Task) -> _Found:
    told = native.decode(task.report)
    # Once each: rules that were applied before may have told the same.
    reasons = tuple(dict.fromkeys((*told.reasons, *task.of_bytes.faults)))
    told = msgspec.structs.replace(told, reasons=reasons)
    report = rules.enriched(rule_set, told, task.static, task.of_bytes.signatures)
    return _Found(native.encode(report), v4.body(report, is_private=task.is_private), observations.digest_of(report))
