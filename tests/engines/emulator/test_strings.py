"""Text in memory."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.strings import MIN_CHARACTERS, filled, strings_in
from fulgurite.model.runlog import ArtifactRecord
from tests.engines.emulator.conftest import Compile, RunResult


def test_both_widths_are_found() -> None:
    data = b"\x00short\x00long enough\xff" + "wide enough".encode("utf-16-le") + b"\x00\x00"
    assert list(strings_in(data)) == ["long enough", "wide enough"]


def test_empty_pages_are_left_out() -> None:
    data = bytes(4_096) + b"a" * 4_096 + b"b" + bytes(4_095) + bytes(8_192) + b"c" * 10
    assert list(filled(data)) == [b"a" * 4_096 + b"b" + bytes(4_095), b"c" * 10]
    assert list(filled(bytes(10_000)))[-1:] in ([], [bytes(10_000 % 4_096)])


@given(st.binary(max_size=2_000))
def test_any_bytes_give_printable_text(data: bytes) -> None:
    assert all(text.isprintable() and len(text) >= MIN_CHARACTERS for text in strings_in(data))


@pytest.mark.parametrize("bits", [64, 32])
def test_decoded_text_is_kept(compiled: Compile, emulated: Callable[..., RunResult], bits: int) -> None:
    program = compiled("decoded.c", bits)
    run = emulated(program)
    (artifact,) = (r.artifact for r in run.of(ArtifactRecord) if r.artifact.kind == "strings")
    text = (run.folder / "artifacts" / artifact.sha256).read_text().splitlines()
    assert "decoded-text" not in program.read_text("latin-1")
    assert "decoded-text" in text
    assert any("DECODED-TEXT" in line for line in text)
