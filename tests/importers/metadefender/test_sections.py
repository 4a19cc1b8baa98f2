"""Parts of the summary: exact where the types hold all of them, else as far as they can be read."""

from typing import Any

import pytest

from fulgurite.importers.metadefender import sections
from fulgurite.model.artifact import Artifact
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.signature import Indicator, Signature


@pytest.mark.parametrize(
    ("raw", "processes", "is_exact"),
    [
        ([], (), True),
        (
            [{"procid": 1, "cmd": ["a"], "started": 5, "terminated": 6}],
            (Process(procid=1, cmd=("a",), started_ms=5, terminated_ms=6),),
            True,
        ),
        ([{"procid": 1, "cmd": "a", "odd": 1}], (Process(procid=1, cmd="a"),), False),
        ([{"procid": 1, "pid": "7"}], (Process(procid=1),), False),
        ([{"procid": 1, "cmd": []}], (Process(procid=1),), False),
        ([{"procid": 1}, {"procid": 1, "pid": 2}], (Process(procid=1, pid=2),), False),
        ([{"pid": 1}, 5, None], (), False),
        (None, (), False),
    ],
)
def test_processes(raw: Any, processes: Any, is_exact: bool) -> None:
    assert sections.processes(raw) == (processes, is_exact)


@pytest.mark.parametrize(
    ("raw", "signatures", "is_exact"),
    [
        (
            [{"name": "a", "score": 8, "indicators": [{"procid": 1, "at": 2}], "ttp": ["T1"], "tags": ["t"]}],
            (Signature(name="a", score=8, indicators=(Indicator(procid=1, at_ms=2),), ttps=("T1",), tags=("t",)),),
            True,
        ),
        ([{"name": "a", "indicators": []}], (Signature(name="a"),), True),
        ([{"name": "a"}], (Signature(name="a"),), False),
        ([{"name": "a", "indicators": [], "score": None}], (Signature(name="a"),), False),
        ([{"name": "a", "indicators": [], "ttp": []}], (Signature(name="a"),), False),
        (
            [{"name": "a", "indicators": [{"procid": 1, "stream": 2}, 5]}],
            (Signature(name="a", indicators=(Indicator(procid=1),)),),
            False,
        ),
        ([{"indicators": []}, 7], (), False),
        ({}, (), False),
    ],
)
def test_signatures(raw: Any, signatures: Any, is_exact: bool) -> None:
    assert sections.signatures(raw) == (signatures, is_exact)


@pytest.mark.parametrize(
    ("raw", "artifacts", "is_exact"),
    [
        ([{"name": "f", "kind": "martian", "size": 5}], (Artifact(name="f", kind="martian", size_bytes=5),), True),
        (
            [{"name": "m", "kind": "region", "addr": 1, "length": 5}],
            (Artifact(name="m", kind="region", address=1, size_bytes=5),),
            True,
        ),
        ([{"name": "m", "kind": "3", "at": 1}], (Artifact(name="m", kind="3", at_ms=1),), True),
        (
            [{"name": "m", "kind": "region", "addr": 1, "size": 5}],
            (Artifact(name="m", kind="region", address=1, size_bytes=5),),
            False,
        ),
        ([{"name": "f", "kind": "martian", "length": 5}], (Artifact(name="f", kind="martian", size_bytes=5),), False),
        ([{"name": "f", "kind": "martian", "sha512": "x"}], (Artifact(name="f", kind="martian"),), False),
    ],
)
def test_dumps(raw: Any, artifacts: Any, is_exact: bool) -> None:
    assert sections.dumps(raw) == (artifacts, is_exact)


@pytest.mark.parametrize(
    ("raw", "flows"),
    [
        (None, ()),
        ({}, ()),
        ({"flows": 1}, ()),
        (
            {"flows": [{"id": 1, "src": "a:1", "dst": "b:2", "proto": "tcp", "odd": 1, "protocols": ["http"]}, {}]},
            (Flow(flow=1, src="a:1", dst="b:2", proto="tcp", protocols=("http",)),),
        ),
    ],
)
def test_flows(raw: Any, flows: Any) -> None:
    assert sections.flows(raw) == flows


def _said(words: str, code: int, score: Any) -> dict[str, Any]:
    return {
        "scan_all_result_a": words,
        "scan_all_result_i": code,
        "progress_percentage": 100,
        "infection_score": score,
    }


@pytest.mark.parametrize(
    ("raw", "score", "is_exact"),
    [
        (_said("Infected", 1, 8), 8, True),
        (_said("Suspicious", 2, 5), 5, True),
        (_said("No threat detected", 0, 4), 4, True),
        (_said("Infected", 1, 4), 4, False),
        (_said("infected", 1, 8), 8, False),
        (_said("Infected", 1, 11), 10, False),
        (_said("Infected", 1, 0), 1, False),
        (_said("Infected", 1, 7.6), 8, False),
        (_said("Infected", 1, 1e300), 10, False),
        (_said("Infected", 1, True), 8, False),
        (_said("Suspicious", 2, None), 5, False),
        (_said("No threat detected", 0, "x"), 1, False),
        (_said("Odd", 7, "x"), None, False),
        ({"scan_all_result_i": "1"}, None, False),
        ({"progress_percentage": 100}, None, True),
    ],
)
def test_the_score(raw: Any, score: int | None, is_exact: bool) -> None:
    assert sections.score(raw) == (score, is_exact)
