"""Extractors out of folders of Python files: every class of maco's interface that a file defines."""

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, TypeVar

from maco.extractor import Extractor

Result = TypeVar("Result")
MAX_FILES = 1_000
_thread = ThreadPoolExecutor(1)
"""One thread for all of it: an extractor's YARA scanner may be used where it was made only."""


class Loaded(NamedTuple):
    """What came of the folders."""

    extractors: tuple[Extractor, ...]
    faults: tuple[str, ...]
    """`file: reason`."""


def loaded(folders: Iterable[Path]) -> Loaded:
    """The extractors of every Python file below `folders`; what does not load is named, and the others count."""
    extractors: dict[str, Extractor] = {}
    faults: list[str] = []
    for number, (folder, path) in enumerate(_files(folders)):
        if number == MAX_FILES:
            faults.append(f"{path}: more than {MAX_FILES} files; this one and the rest are left out")
            break
        made, fault = attempted(partial(_made, folder, path))
        if fault is not None:
            faults.append(f"{path}: {fault}")
        for name, extractor in made or ():
            extractors.setdefault(name, extractor)
    return Loaded(tuple(extractors.values()), tuple(faults))


def attempted(call: Callable[[], Result]) -> tuple[Result | None, str | None]:
    """What `call`, code of the operator's that may raise what it likes, gives; else what it raised, in words."""
    done = _thread.submit(call)
    error = done.exception()
    return (done.result(), None) if error is None else (None, f"{type(error).__name__}: {error}")


def _made(folder: Path, path: Path) -> list[tuple[str, Extractor]]:
    return [(name, kind()) for name, kind in _kinds(_module(folder, path))]


def _files(folders: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    for folder in folders:
        found = sorted(path for path in folder.rglob("*.py") if not path.name.startswith(("_", ".")))
        yield from ((folder, path) for path in found)


def _module(folder: Path, path: Path) -> ModuleType:
    """The file as a module of its own; files beside it can be imported by their names."""
    for place in (str(path.parent), str(folder)):
        if place not in sys.path:
            sys.path.append(place)
    name = "extractors." + ".".join(path.relative_to(folder).with_suffix("").parts)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _kinds(module: ModuleType) -> Iterator[tuple[str, type[Extractor]]]:
    for name, kind in inspect.getmembers(module, inspect.isclass):
        if issubclass(kind, Extractor) and kind is not Extractor and kind.__module__ == module.__name__:
            yield name, kind
