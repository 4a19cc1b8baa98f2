"""Comparison with stored examples, and with the documented one where the specification lies beside the repository."""

import difflib
import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests/data"
REFRESH = "FULGURITE_REFRESH"
"""Set in the environment, stored expectations are written anew; the reviewer reads the difference."""

_DOCUMENT = ROOT / "../shared/spec/hash-lookup-with-sandbox.txt"


def cases(folder: str) -> list[Any]:
    """The case folders below tests/data/`folder`, each a parameter named after it."""
    return [pytest.param(path, id=path.name) for path in sorted((DATA / folder).iterdir()) if path.is_dir()]


def input_of(case: Path) -> bytes:
    """The bytes of the case's input.* file."""
    (path,) = case.glob("input.*")
    return path.read_bytes()


def check(path: Path, actual: bytes) -> None:
    """Fails with a difference in lines unless the JSON `actual` is that of `path`."""
    shown = json.dumps(json.loads(actual), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get(REFRESH) is not None:
        path.write_text(shown)
    expected = path.read_text() if path.exists() else ""
    if shown != expected:
        lines = difflib.unified_diff(expected.splitlines(), shown.splitlines(), "expected", "actual", lineterm="")
        pytest.fail("\n".join([*lines, f"To accept this: {REFRESH}=1 pytest {path.parent.parent.name}"]), pytrace=False)


def documented_body() -> dict[str, Any]:
    """The example of the documented lookup; skips the test where the specification is not there."""
    if not _DOCUMENT.exists():
        pytest.skip("needs ../shared/spec/hash-lookup-with-sandbox.txt beside the repository")
    text = _DOCUMENT.read_text()
    body: dict[str, Any] = json.JSONDecoder().raw_decode(text, text.index('{\n"md5"'))[0]
    return body


_MAY_GAIN = {(), ("details",), ("details", "data"), ("summary",)}
"""Objects of the body that may gain fields; below them everything is as it was."""


def assert_kept(original: Any, shown: Any, place: tuple[str, ...] = ()) -> None:
    """Every field and value of the body `original` stands in `shown`, of the same JSON type, lists in their order."""
    if place in _MAY_GAIN and isinstance(original, dict) and isinstance(shown, dict):
        assert [key for key in original if key not in shown] == [], place
        for key, value in original.items():
            assert_kept(value, shown[key], (*place, key))
    else:
        assert _canonical(shown) == _canonical(original), place


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
