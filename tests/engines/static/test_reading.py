"""The child that reads: its facts, its limits."""

from pathlib import Path

import msgspec

from fulgurite.engines.static import reading
from fulgurite.engines.static.pe import pe_facts

PROGRAM = (Path(__file__).resolve().parents[3] / "demo/hello.exe").read_bytes()


def test_a_program() -> None:
    said = reading.pe_facts(PROGRAM)
    assert said is not None
    assert msgspec.json.decode(said) == pe_facts(PROGRAM)


def test_no_program() -> None:
    assert reading.pe_facts(b"a text") is None


def test_a_child_that_takes_too_long_is_ended() -> None:
    assert reading.pe_facts(PROGRAM, patience_s=0.001) is None


def test_a_file_that_is_too_large() -> None:
    assert reading.pe_facts(bytes(reading.MAX_SAMPLE_BYTES + 1)) is None
