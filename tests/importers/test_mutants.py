"""Damaged reports of every format: read or refused, and what is read can be kept, told, and read again as the same.

Five thousand in every run; more, and others, with `make mutants` (FULGURITE_MUTANTS, how many; FULGURITE_SEED, which).
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fulgurite import importers
from fulgurite.errors import InputError
from fulgurite.exports import native, v4
from fulgurite.model.report import Report, decode
from fulgurite.model.sample import Sample
from tests import golden
from tests.importers import corpora
from tests.importers.mutants import mutant

COUNT = int(os.environ.get("FULGURITE_MUTANTS", "5000"))
SEED = os.environ.get("FULGURITE_SEED", "1")
PARTS = 20
MOST_BYTES = 200_000
GROWTH = 100
"""Bytes of a stored report, or of its body, for a byte of the original: what one call becomes is of that order."""
SPARE_BYTES = 100_000


def _originals() -> list[tuple[str, bytes]]:
    """Hand-made cases, in turns with real reports of moderate size, whole or (of more than that) as they begin."""
    made = [(f"{path.parent.name}/{path.name}", golden.input_of(path)) for path in sorted(_cases())]
    real = [
        (f"{path.parent.name}/{path.name}", corpora.content(path))
        for path in sorted(corpora.CORPORA.glob("*/*"))
        if path.suffix in {".json", ".gz"} and path.stat().st_size < MOST_BYTES
    ]
    by_folder: dict[str, list[tuple[str, bytes]]] = {}
    for name, data in (one for one in real if len(one[1]) < MOST_BYTES):
        by_folder.setdefault(name.partition("/")[0], []).append((name, data))
    return [*made, *(one for listed in by_folder.values() for one in listed[:6])]


def _cases() -> Iterator[Path]:
    return (path for path in (golden.DATA / "importers").glob("*/*") if any(path.glob("input.*")))


ORIGINALS = _originals()


def _assert_sound(report: Report, bytes_of_original: int) -> None:
    """What was read can be stored, told, and read again as the same; and has not grown beyond proportion."""
    stored, body = native.body(report), v4.body(report)
    most = GROWTH * bytes_of_original + SPARE_BYTES
    assert len(stored) <= most
    assert len(body) <= most
    assert decode(stored) == report
    assert importers.read(stored) == report
    if report.tally is not None:
        assert report.tally.items == report.tally.carried + sum(report.tally.left.values())
    if not _has_digests(report.sample):
        return
    again = v4.body(importers.read(body))
    golden.assert_kept(json.loads(body), json.loads(again))


def _has_digests(sample: Sample) -> bool:
    """Whether what the report gives as digests are some; the import refuses it otherwise."""
    told = {64: sample.sha256, 40: sample.sha1, 32: sample.md5}
    return all(one is None or re.fullmatch(f"[0-9a-fA-F]{{{digits}}}", one) for digits, one in told.items())


@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_reports_are_read_or_refused(part: int) -> None:
    for number in range(part, COUNT, PARTS):
        name, original = ORIGINALS[number % len(ORIGINALS)]
        seed = f"{SEED}/{number}/{name}"
        data = mutant(original, seed)
        try:
            report = importers.read(data)
        except InputError:
            continue
        try:
            _assert_sound(report, len(data))
        except Exception as error:
            error.add_note(f"mutant({name}, {seed!r})")
            raise


def test_mutants_are_made_the_same_again() -> None:
    name, original = ORIGINALS[0]
    assert mutant(original, name) == mutant(original, name) != mutant(original, "other")
