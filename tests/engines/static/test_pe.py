"""The facts of a PE: of a real program, and of broken ones."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcl_platform_sdk.models.pe_lookup_results import PELookupResults

from fulgurite.engines.static.pe import MAX_NAME, pe_facts

PROGRAM = (Path(__file__).resolve().parents[3] / "demo/hello.exe").read_bytes()


def test_the_facts_of_a_program() -> None:
    facts = pe_facts(PROGRAM)
    assert facts is not None
    assert facts["section_headers"][0]["name"] == ".text"
    assert facts["optional_headers"]["pe_type"] in {"PE32", "PE32+"}
    assert len(facts["imphash"]) == 32
    assert "KERNEL32.dll" in {dll["name"] for dll in facts["imported_dlls"]}
    assert "IMAGE_FILE_EXECUTABLE_IMAGE" in facts["headers"]["characteristics"]


def test_the_official_sdk_takes_the_shape() -> None:
    text = msgspec.json.encode(pe_facts(PROGRAM)).decode()
    assert PELookupResults.from_json(text) is not None


@pytest.mark.parametrize("data", [b"", b"MZ", b"a text", b"\x7fELF", b"MZ" + bytes(62) + b"PE\0\0"])
def test_what_is_no_program(data: bytes) -> None:
    assert pe_facts(data) is None


@given(
    st.lists(st.tuples(st.integers(0, 4096), st.binary(min_size=1, max_size=8)), max_size=20),
    st.integers(64, len(PROGRAM)),
)
@settings(max_examples=60)
def test_no_bytes_break_it(changes: list[tuple[int, bytes]], length: int) -> None:
    data = bytearray(PROGRAM)
    for at, piece in changes:
        data[at : at + len(piece)] = piece
    facts = pe_facts(bytes(data[:length]))
    if facts is not None:
        PELookupResults.from_json(msgspec.json.encode(facts).decode())
        assert all(len(section["name"]) <= 4 * MAX_NAME for section in facts["section_headers"])
