"""The ATT&CK matrix of a report."""

from fulgurite.exports.html.views.matrix import Matrix, matrix
from fulgurite.exports.html.views.signatures import findings
from fulgurite.exports.html.views.who import Cast
from fulgurite.model.signature import Signature
from fulgurite.model.verdict import Verdict
from tests.builders import report


def _of(*signatures: Signature, ttps: tuple[str, ...] | None = None) -> Matrix:
    made = report(signatures=signatures, ttps=ttps)
    return matrix(made, findings(made, Cast(made, ())).shown)


def test_a_technique_stands_under_each_of_its_tactics() -> None:
    made = _of(Signature(name="a", label="a", score=8, ttps=("T1055.012",)), Signature(name="b", ttps=("T1055",)))
    assert [column.name for column in made.columns] == ["Privilege Escalation", "Defense Evasion"]
    first, second = (column.cells[0] for column in made.columns)
    assert (first.id, first.name, first.count, first.level) == ("T1055", "Process Injection", 2, Verdict.MALICIOUS)
    assert first.signatures == (("a", "signature-a"), ("b", "signature-b"))
    assert first.subs == (("T1055.012", "Process Hollowing"),)
    assert (first.is_first, second.is_first) == (True, False)
    assert made.techniques == 2


def test_what_the_report_names_alone_is_lit_without_a_count() -> None:
    made = _of(ttps=("T1486", "T1486"))
    (cell,) = made.columns[0].cells
    assert (cell.count, cell.level, made.techniques) == (0, Verdict.UNKNOWN, 1)


def test_unknown_ids_are_told_apart() -> None:
    made = _of(Signature(name="a", ttps=("T9999", "<b>")))
    assert made.columns == ()
    assert made.unknown == ("T9999", "<b>")


def test_ids_that_were_given_up_name_their_successor() -> None:
    made = _of(Signature(name="a", ttps=("T1107", "T9999")))
    assert made.gone == ("ATT&CK gave up T1107; it is T1070.004 now",)
    assert made.unknown == ("T9999",)


def test_nothing_is_lit_by_nothing() -> None:
    assert _of().columns == ()
