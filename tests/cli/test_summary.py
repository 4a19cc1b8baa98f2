"""The summary of a body: finished, running, failed, and whatever a foreign report holds."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.cli.summary import Finding, lines, summary
from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of
from fulgurite.model.signature import Signature
from fulgurite.model.tally import Tally
from fulgurite.model.verdict import Verdict
from tests import builders

SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
NAMES = ["scan_results", "summary", "signatures", "ttp", "details", "data", "sandbox_error", "messages", "sha256"]
FIELDS = st.sampled_from([*NAMES, "sandbox_id", "scan_in_progress", "infection_score", "progress_percentage", "code"])
BODIES = st.dictionaries(FIELDS, JSON | st.dictionaries(FIELDS, JSON | st.dictionaries(FIELDS, JSON)))


def _shown(body: bytes) -> list[str]:
    return list(lines("a.exe", summary(body), coloured=False))


def test_a_finished_analysis_is_told_in_few_lines() -> None:
    report = builders.report(
        processes=(builders.process(1, cmd="a.exe /x"), builders.process(2, cmd=("sh", "-c", "id"))),
        score=8,
        signatures=(Signature(name="Executes dropped EXE", score=8, is_ours=True), Signature(name="Odd", is_ours=True)),
        ttps=("T1204",),
        reasons=("the run was cut off",),
    )
    told = summary(v4.body(report))
    assert (told.state, told.progress, told.verdict, told.score) == ("reported", 100, Verdict.MALICIOUS, 8)
    assert told.findings == (Finding("Executes dropped EXE", 8), Finding("Odd", None))
    assert told.techniques == ("T1204",)
    assert told.processes == ("a.exe /x", "sh -c id")
    assert told.remarks == ("the run was cut off",)
    assert told.sha256 == report.sample.sha256
    shown = "\n".join(lines("a.exe", told, coloured=False))
    assert "verdict       malicious (score 8 of 10)" in shown
    assert "signatures    Executes dropped EXE (8)\n                Odd" in shown


def test_an_imported_analysis_says_what_was_carried() -> None:
    tally = Tally(items=12, carried=9, left={"strings": 3})
    told = summary(v4.body(builders.report(tally=tally, families=("Emotet", "Nemty"))))
    shown = "\n".join(lines("a.exe", told, coloured=False))
    assert "families      Emotet, Nemty" in shown
    assert "imported      carried 9 of 12 items; 3 of kinds strings kept only in the original" in shown


def test_a_running_analysis_shows_how_far_it_is() -> None:
    body = v4.in_progress(digests_of(b"x"), data_id="bz", sandbox_id="0" * 24, progress=40)
    assert summary(body).state == "running"
    assert "  running       40 %" in _shown(body)


def test_a_failed_analysis_has_no_verdict_and_its_reason() -> None:
    body = v4.failed(digests_of(b"x"), data_id="bz", sandbox_id="0" * 24, reasons=["the child was killed"])
    told = summary(body)
    assert (told.state, told.verdict, told.score) == ("failed", Verdict.UNKNOWN, None)
    assert "the child was killed" in told.remarks
    assert "  failed        no statement on the file" in _shown(body)


def test_a_finished_analysis_with_a_newer_one_running_is_finished() -> None:
    body = json.loads(v4.body(builders.report(score=2))) | {"scan_in_progress": "f" * 24}
    assert summary(json.dumps(body).encode()).state == "reported"


def test_signatures_are_cut_with_their_number() -> None:
    many = tuple(Signature(name=f"s{n}", score=5, is_ours=True) for n in range(30))
    assert "                and 18 more" in _shown(v4.body(builders.report(score=5, signatures=many)))


@given(BODIES)
def test_no_body_breaks_it_and_nothing_hostile_comes_through(tree: dict[str, Any]) -> None:
    for line in _shown(msgspec.json.encode(tree)):
        assert line.isprintable()


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff"])
def test_what_is_no_json_object_is_an_error_of_the_decoder(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        summary(body)
