"""What is shown of imports."""

import contextlib
import os
import pty
import sys
from pathlib import Path

import pytest

from fulgurite.cli.importing import Counts, Line, lines_of, name_of, progress, text_of
from fulgurite.service.importing import Imported, Unit

UNIT = Unit(Path("/x/a.zip"), Path("/x"))


def test_each_report_has_a_line() -> None:
    outcomes = (
        Imported(outcome="imported", member="b/\x1b.json", format="cape", sha256="0" * 64, sandbox_id="1" * 24),
        Imported(outcome="refused", reason="it is\nno report"),
    )
    first, second = lines_of(UNIT, outcomes)
    assert first == Line(
        path="/x/a.zip",
        outcome="imported",
        format="cape",
        sha256="0" * 64,
        sandbox_id="1" * 24,
        member="b/\x1b.json",
    )
    assert text_of(first) == f"imported   /x/a.zip/b/\\x1b.json  cape {'0' * 64}"
    assert text_of(second) == "refused    /x/a.zip  it is\\x0ano report"


def test_parts_of_an_analysis_are_no_members() -> None:
    unit = Unit(Path("/x/post.json"), Path("/x"), ("post.json", "threemon.pb"))
    [line] = lines_of(unit, (Imported(outcome="imported", member="post.json"),))
    assert line.member is None
    assert name_of(Unit(Path(os.fsdecode(b"/\xff")), Path("/"))) == "/\\udcff"


def test_the_table_has_a_row_a_format() -> None:
    counts = Counts()
    for outcome, word in (("imported", "cape"), ("imported", "cape"), ("duplicate", "vmray"), ("refused", None)):
        counts.add(Line(path="", outcome=outcome, format=word))
    assert list(counts.table(3, is_rehearsal=False)) == [
        "                  imported  duplicate    refused",
        "cape                     2          0          0",
        "vmray                    0          1          0",
        "no known format          0          0          1",
        "3 files that lie beside reports were not looked at",
        "2 imported, 1 duplicate, 1 refused",
    ]
    assert counts.refused == 1


def test_one_format_needs_no_table() -> None:
    counts = Counts()
    counts.add(Line(path="", outcome="imported", format="cape"))
    assert list(counts.table(0, is_rehearsal=True)) == [
        "1 imported, 0 duplicate, 0 refused; nothing was stored, this was a rehearsal"
    ]
    assert list(Counts().table(0, is_rehearsal=False)) == ["0 imported, 0 duplicate, 0 refused"]


def test_a_bar_appears_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with progress(3) as advance:
        advance()
    assert capsys.readouterr().err == ""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress(1) as advance:
            advance()
        monkeypatch.undo()
    assert b"1/1" in _all_of(ours)


def _all_of(terminal: int) -> bytes:
    """What was written to a terminal whose other end is closed."""
    said = b""
    with os.fdopen(terminal, "rb", buffering=0) as file, contextlib.suppress(OSError):
        while part := file.read(1 << 16):
            said += part
    return said
