"""What stands first, and what must never look clean."""

from typing import Any

import pytest

from fulgurite.exports.html.views.banner import MAX_REASONS, MAX_WARNINGS, Banner, Reason, banner
from fulgurite.exports.html.views.signatures import findings
from fulgurite.exports.html.views.who import Cast
from fulgurite.model.matched import Matched
from fulgurite.model.process import Process
from fulgurite.model.report import Source
from fulgurite.model.signature import Signature
from fulgurite.model.static import StaticFacts
from fulgurite.model.tally import Tally
from fulgurite.model.verdict import Verdict
from tests.builders import machine, report, sample

PLAIN = machine(platform="windows10_x64")


def _of(**fields: Any) -> Banner:
    made = report(**{"machine": PLAIN, **fields})
    return banner(made, findings(made, Cast(made, ())))


@pytest.mark.parametrize(
    ("outcome", "score", "shown"),
    [
        ("completed", 1, Verdict.BENIGN),
        ("completed", None, Verdict.UNKNOWN),
        ("completed", 10, Verdict.MALICIOUS),
        ("partial", 1, Verdict.UNKNOWN),
        ("partial", 9, Verdict.MALICIOUS),
        ("failed", 1, Verdict.UNKNOWN),
        ("failed", 9, Verdict.UNKNOWN),
    ],
)
def test_a_run_that_did_not_come_to_its_end_never_looks_clean(outcome: str, score: int | None, shown: Verdict) -> None:
    made = _of(outcome=outcome, score=score, reasons=("the guest stopped",))
    assert made.verdict is shown
    assert made.is_whole is (outcome == "completed")
    assert "the guest stopped" in made.warnings


def test_why_leads_to_signatures_and_says_what_is_none() -> None:
    told = ("9: grave (high confidence)", "and 3 more", "the run did not come to its end")
    made = _of(
        signatures=(Signature(name="grave", label="g", score=9), Signature(name="informs")),
        matched=Matched(version="1", digest="0", count=451, score=9, reasons=told),
    )
    assert made.why == (
        Reason(text="grave", points=9, anchor="signature-g"),
        Reason(text="the run did not come to its end"),
    )
    assert made.rules == 451


def test_reasons_are_bounded() -> None:
    many = tuple(Signature(name=str(n), score=3) for n in range(MAX_REASONS + 4))
    assert (len(_of(signatures=many).why), _of(signatures=many).why_left) == (MAX_REASONS, 4)
    assert _of(reasons=("x",) * (MAX_WARNINGS + 5)).warnings_left == 5


def test_our_score_beside_that_of_another_sandbox() -> None:
    matched = Matched(version="1", digest="0", count=1, score=4, is_score_ours=False)
    assert _of(score=9, matched=matched).our_score == 4
    assert _of(score=4, matched=matched).our_score is None
    assert _of(score=9).our_score is None


def test_who_made_it() -> None:
    assert (_of().made_by, _of().engine) == ("Fulgurite", "test engine 1")
    theirs = _of(source=Source(name="cape", version="2.4", backend="kvm"))
    assert (theirs.made_by, theirs.engine) == ("cape", "kvm 2.4")
    assert _of(source=Source(name="cape")).engine is None
    assert _of(source=Source(name="fulgurite", version="1")).engine == "1"


def test_what_the_engine_cannot_see_is_told() -> None:
    assert any("emulated" in warning for warning in _of(machine=machine()).warnings)
    assert _of().warnings == ()
    assert _of(processes=()).warnings == ("No process was seen.",)
    tally = Tally(items=1_000, carried=10, left={f"kind {n}": 90 for n in range(11)})
    left = "990 of the original's 1,000 items stand in the original only"
    assert _of(tally=tally).warnings == (f"{left}: kind 0, kind 1, kind 10, kind 2, kind 3 and 6 kinds more.",)
    assert "and" not in _of(tally=Tally(items=2, left={"a": 1})).warnings[0].partition(":")[2]


def test_hashes() -> None:
    made = _of(sample=sample(sha1=None), static=StaticFacts(imphash="ab", type="PE32"))
    assert [name for name, _ in made.digests] == ["SHA-256", "MD5", "Imphash"]
    assert made.file_type == "PE32"
    assert _of(processes=(Process(procid=1),)).file_type is None


def test_version_and_task_of_the_source() -> None:
    made = _of(source=Source(name="triage", engine="speakeasy 2.0", version="2.0", task="behavioral1"))
    assert (made.version, made.task) == (None, "behavioral1")
    assert _of(source=Source(name="triage", engine="e", version="2.1")).version == "2.1"
    assert _of(source=Source(name="triage", version="2.1")).version is None
