"""docs/formats.md: every format has its row, and real reports come in as its table says."""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from fulgurite import importers
from fulgurite.errors import InputError
from tests.golden import REFRESH, ROOT
from tests.importers import corpora

PAGE = ROOT / "docs/formats.md"
_BEGIN = "<!-- written by tests/importers/test_formats_page.py -->\n"
_END = "<!-- end -->"
_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", re.IGNORECASE)
_REASONS = {
    "names no hash": "no hash of the sample, neither in it nor in its name",
    "tells of no file": "nothing of a file: no malware, no analysis, nothing observed",
}


def test_every_format_has_its_row() -> None:
    rows = re.findall(r"^\| (`[^|]*) \|", PAGE.read_text(), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert {one.name for one in importers.IMPORTERS if "joined" not in one.name} <= named


@pytest.mark.skipif(not corpora.CORPORA.is_dir(), reason="needs ../shared/corpora beside the repository")
def test_real_reports_come_in_as_the_table_says() -> None:
    page = PAGE.read_text()
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    table = "| format | reports | imported | refused |\n|---|---|---|---|\n" + "".join(_rows())
    actual = before + _BEGIN + table + _END + after
    if os.environ.get(REFRESH) is not None:
        PAGE.write_text(actual)
    assert PAGE.read_text() == actual, f"to accept this: {REFRESH}=1 pytest tests/importers/test_formats_page.py"


def _rows() -> Iterator[str]:
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for path in sorted(corpora.CORPORA.glob("*/*")):
        for format_name, outcome in _outcomes(path):
            outcomes[format_name][outcome] += 1
    for name, counted in sorted(outcomes.items()):
        refused = "; ".join(f"{count}: {_REASONS[why]}" for why, count in sorted(counted.items()) if why in _REASONS)
        yield f"| `{name}` | {counted.total()} | {counted['imported']} | {refused or 'none'} |\n"


def _outcomes(path: Path) -> Iterator[tuple[str, str]]:
    for document in importers.documents(path.read_bytes(), name=path.name):
        assert document.fault is None, document.fault
        name = importers.importer_of(importers.Content(document.data)).name
        try:
            read = importers.read_all(document.data)
        except InputError as error:
            yield name, next(why for why in _REASONS if why in str(error))
            continue
        for report in read:
            has_hash = report.sample.sha256 is not None or _HASH.search(Path(document.name or path.name).name)
            yield name, "imported" if has_hash else "names no hash"
