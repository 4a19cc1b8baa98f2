"""Work grows with a report, not with its square: counted in lines of Python carried out, list by list."""

import copy
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.exports import v4
from fulgurite.importers import Importer
from fulgurite.importers.content import Content
from tests import golden
from tests.importers.test_golden import CASES

FEW, MANY = 15, 75
MOST_PLACES = 20
FACTOR = 1.6
"""What an entry of a long list may cost more than one of a short list."""
SPARE_LINES = 60
_NUMBERED = re.compile(r"id$", re.IGNORECASE)

Path = tuple[str | int, ...]


def _lines(deed: Callable[[], object]) -> int:
    """How many lines of our own are carried out in `deed`."""
    counted = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal counted
        counted += event == "line"
        return trace if "fulgurite" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        deed()
    finally:
        sys.settrace(before)
    return counted


def _collections(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where lists with entries stand, and objects that are lists by name."""
    inner = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    held = [one for _, one in inner]
    if path and held and (isinstance(value, list) or all(isinstance(one, dict) for one in held)):
        yield path
    for key, one in inner[:10]:
        if isinstance(one, dict | list):
            yield from _collections(one, (*path, key))


def _numbered(value: Any, number: int) -> Any:
    """A copy of `value` that is another than all others: with numbers and texts of its own."""
    if isinstance(value, dict):
        return {key: one if _NUMBERED.search(key) is None else _other(one, number) for key, one in value.items()}
    return _other(value, number)


def _other(value: Any, number: int) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return value
    return value + 4 * number if isinstance(value, int) else f"{value}{number}" if value.isalpha() else value


def _grown(whole: Any, path: Path, times: int) -> bytes:
    """`whole` with `times` entries for each that the collection at `path` has."""
    result = copy.deepcopy(whole)
    holder = result
    for step in path[:-1]:
        holder = holder[step]
    one = holder[path[-1]]
    if isinstance(one, list):
        holder[path[-1]] = [_numbered(entry, at) for at in range(times) for entry in one]
    else:
        holder[path[-1]] = {
            f"{key}{at or ''}": _numbered(entry, at) for at in range(times) for key, entry in one.items()
        }
    return json.dumps(result).encode()


def _reports() -> list[Any]:
    found = []
    for case in CASES:
        name, path = case.values
        whole = _whole(golden.input_of(path))  # type: ignore[arg-type]
        if whole is not None:
            found.append(pytest.param(name, whole, id=str(case.id)))
    return found


def _whole(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


@pytest.mark.parametrize(("name", "whole"), _reports())
def test_twice_as_many_entries_are_twice_the_work(name: str, whole: Any) -> None:
    importer = next(one for one in importers.IMPORTERS if one.name == name)
    for path in list(_collections(whole))[:MOST_PLACES]:
        once, few, many = (_lines(partial(_told, importer, _grown(whole, path, times))) for times in (1, FEW, MANY))
        of_few, of_many = (few - once) / (FEW - 1), (many - few) / (MANY - FEW)
        assert of_many <= FACTOR * of_few + SPARE_LINES, path


def _told(importer: Importer, data: bytes) -> bytes:
    return v4.body(importer.parse(Content(data)))


def test_vmray_reads_each_section_once() -> None:
    """Whatever refers to it: that was the square of the report's size once."""
    whole = json.loads(golden.input_of(golden.DATA / "importers/vmray/second"))
    asked = [_asked(_grown(whole, ("registry_records",), times)) for times in (1, 200)]
    assert asked[0]["anything"] == asked[1]["anything"]
    assert asked[0]["tried"] == asked[1]["tried"]


def _asked(data: bytes) -> Counter[str]:
    """How often each function is called while `data` is read."""
    called: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            called[frame.f_code.co_name] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        importers.read(data)
    finally:
        sys.setprofile(before)
    return called
