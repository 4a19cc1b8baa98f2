"""The words that the emulator puts into events, held against the page that documents them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted((ROOT / "src" / "fulgurite" / "engines" / "emulator").rglob("*.py"))
PAGE = (ROOT / "docs" / "events.md").read_text()


@pytest.mark.parametrize("field", ["act", "op"])
def test_every_literal_word_is_documented(field: str) -> None:
    words = {word for path in SOURCES for word in re.findall(rf'\b{field}="(\w+)"', path.read_text())}
    assert words
    assert sorted(word for word in words if f"`{word}`" not in PAGE) == []
