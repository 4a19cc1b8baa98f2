"""Several reports in one document."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import importers
from fulgurite.errors import InputError, MalformedReport
from fulgurite.importers import several
from fulgurite.importers.content import Content
from tests import golden
from tests.strategies import JSON


def _case(name: str) -> Any:
    return json.loads(golden.input_of(golden.DATA / "importers" / name))


def _with_own(key: str, whole: Any, values: list[str]) -> list[Any]:
    return [{**whole, key: value} for value in values]


def _polyswarm() -> tuple[Any, list[str | None]]:
    report = _case("cape/lite")
    runs = [{**report, "info": {**report["info"], "id": number}} for number in (7, 8)]
    metadata = [{"tool": "hash", "tool_metadata": {"sha256": "a"}}]
    return {"metadata": [*metadata, *({"tool": "cape", "tool_metadata": run} for run in runs)]}, ["7", "8"]


def _filescan() -> tuple[Any, list[str | None]]:
    flow = _case("filescan/flow")
    (report,) = list(flow["reports"].values())[:1]
    return {**flow, "reports": {"one": report, "two": report, "odd": {}}}, ["one", "two"]


def _falcon() -> tuple[Any, list[str | None]]:
    whole = _case("hybrid-analysis/falcon")
    resource = whole["resources"][0]
    runs = [{**resource["sandbox"][0], "job_id": job} for job in ("a", "b")]
    other = {**resource, "sandbox": [{**runs[0], "job_id": "c"}]}
    return {**whole, "resources": [{**resource, "sandbox": runs}, other]}, ["a", "b", "c"]


def _search() -> tuple[Any, list[str | None]]:
    return _with_own("job_id", _case("hybrid-analysis/summary"), ["x", "y"]), ["x", "y"]


def _any_list() -> tuple[Any, list[str | None]]:
    return [{"Entity": "a", "EntityResult": _case("cuckoo3/post")}, _case("triage/report")], ["20240102-ABCDEF_1", None]


@pytest.mark.parametrize("made", [_polyswarm, _filescan, _falcon, _search, _any_list])
def test_each_of_them_is_read_in_order(made: Any) -> None:
    whole, tasks = made()
    data = json.dumps(whole).encode()
    reports = importers.read_all(data)
    assert [report.source.task for report in reports] == tasks
    assert importers.read_all(data) == reports
    assert all("other reports" not in (report.tally.left if report.tally else {}) for report in reports)


def test_sandboxes_of_a_list_each_have_their_own() -> None:
    folder = next(iter(sorted((golden.DATA / "importers/virustotal").iterdir())))
    one = json.loads(golden.input_of(folder))
    inner = one.get("data", one)
    first = inner[0] if isinstance(inner, list) else inner
    other = {**first, "id": "b" * 64 + "_Other"}
    reports = importers.read_all(json.dumps({"data": [first, other]}).encode())
    assert len(reports) == 2
    assert reports[1].sample.sha256 == "b" * 64


def test_a_single_one_is_no_series() -> None:
    for name in ("filescan/flow", "hybrid-analysis/falcon", "hybrid-analysis/summary", "cape/polyswarm", "cape/full"):
        data = golden.input_of(golden.DATA / "importers" / name)
        assert importers.read_all(data)[0].source == importers.read(data).source


def test_one_that_cannot_be_read_is_named() -> None:
    data = json.dumps([_case("cuckoo3/post"), {"x": 1}]).encode()
    with pytest.raises(MalformedReport, match=r"report 2 of 2: the bytes .* of no format"):
        importers.read_all(data)


@given(JSON, st.sampled_from(["cape", "filescan", "hybrid-analysis", "virustotal", "joe"]))
def test_any_value_is_split_or_not(value: Any, name: str) -> None:
    for whole in (value, {"metadata": value}, {"reports": value}, {"resources": value}, {"data": value}, [value]):
        content = Content(json.dumps(whole).encode())
        assert all(isinstance(part, bytes) for part in (*several.parts(content, name), *several.elements(content)))
        with contextlib.suppress(InputError):
            importers.read_all(content.data)
