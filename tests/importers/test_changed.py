"""Any change to a report is read or refused: no importer here raises anything but the one error."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import importers
from tests import golden
from tests.importers import mutations
from tests.importers.test_golden import OTHERS

BY_NAME = {importer.name: importer for importer in importers.IMPORTERS}
CASES = [
    pytest.param(name, case.values[0], id=f"{name}/{case.id}")
    for name in OTHERS
    for case in golden.cases(f"importers/{name}")
]


def _documents(case: Path) -> tuple[Any, bool] | None:
    (path,) = case.glob("input.*")
    text = path.read_text()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")], True
    return (json.loads(text), False) if path.suffix == ".json" else None


@pytest.mark.parametrize(("name", "case"), CASES)
@given(data=st.data())
def test_values_of_other_kinds(name: str, case: Path, data: st.DataObject) -> None:
    found = _documents(case)
    if found is None:
        return
    whole, lines = found
    changed = data.draw(mutations.changed(whole))
    mutations.read_or_refused(BY_NAME[name], mutations.as_bytes(changed, lines=lines))


@pytest.mark.parametrize(("name", "case"), CASES)
@given(data=st.data())
def test_bytes_turned_over_and_cut_off(name: str, case: Path, data: st.DataObject) -> None:
    told = bytearray(golden.input_of(case))
    for _ in range(data.draw(st.integers(1, 4))):
        told[data.draw(st.integers(0, len(told) - 1))] = data.draw(st.integers(0, 255))
    mutations.read_or_refused(BY_NAME[name], bytes(told[: data.draw(st.integers(0, len(told)))]))


@pytest.mark.parametrize("name", OTHERS)
@given(data=st.binary(max_size=60))
def test_any_bytes(name: str, data: bytes) -> None:
    mutations.read_or_refused(BY_NAME[name], data)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"a":' * 100_000, b"1" * 1_000_000, b"[" + b"1" * 1_000_000 + b"]", b"<a>" * 100_000]
)
def test_depth_and_length_without_bound(name: str, data: bytes) -> None:
    mutations.read_or_refused(BY_NAME[name], data)
