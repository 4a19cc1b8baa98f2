"""Real reports that lie beside the repository, for tests that compare them with what is imported."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.golden import ROOT

CORPORA = ROOT / "../shared/corpora"


def files(*folders: str) -> list[Any]:
    """Every file of `folders` as a parameter; one that is skipped with the reason where the folders are not there."""
    found = [path for folder in folders for path in sorted((CORPORA / folder).glob("*")) if path.is_file()]
    if not found:
        reason = f"needs real reports in ../shared/corpora/{folders[0]} beside the repository"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    return [pytest.param(path, id=f"{path.parent.name}/{path.name[-40:]}") for path in found]


def content(path: Path) -> bytes:
    """The report in the file at `path`, unpacked."""
    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
