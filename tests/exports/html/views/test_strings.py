"""Texts found in memory."""

from fulgurite.exports.html.views.strings import MAX_BYTES, MAX_LISTS, MAX_STRINGS, strings, wanted
from fulgurite.model.artifact import Artifact
from tests.builders import process, report

LIST = Artifact(name="strings/1.txt", kind="strings", procid=1, size_bytes=10, is_kept=True)


def test_only_small_kept_lists_are_wanted() -> None:
    others = (
        Artifact(name="a", kind="martian", size_bytes=10, is_kept=True),
        Artifact(name="b", kind="strings", size_bytes=10),
        Artifact(name="c", kind="strings", size_bytes=MAX_BYTES + 1, is_kept=True),
        Artifact(name="d", kind="strings", is_kept=True),
    )
    assert wanted(report(artifacts=(*others, LIST))) == (LIST,)
    assert len(wanted(report(artifacts=(LIST,) * 9))) == MAX_LISTS


def test_each_text_once_and_bounded() -> None:
    made = report(processes=(process(1, image="C:\\a.exe"),), artifacts=(LIST,))
    told = strings(made, LIST, b"one\none\n\ntwo\xff\n")
    assert (told.title, told.shown, told.total, told.left) == ("a.exe", ("one", "two\N{REPLACEMENT CHARACTER}"), 2, 0)
    many = strings(made, LIST, b"\n".join(b"%d" % n for n in range(MAX_STRINGS + 8)))
    assert many.left == 8
    assert strings(report(processes=()), Artifact(name="x", kind="strings"), b"").title == "x"
