"""What printf makes of a format."""

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.engines.emulator.formatting import MAX_OUTPUT_CHARS, Arguments, formatted, raw_bytes
from tests.engines.emulator.workshop import Workshop


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("desk"))


def made(desk: Workshop, template: str, *values: int, is_wide: bool = False) -> str:
    listed = desk.put(struct.pack(f"<{len(values)}Q", *(value & (1 << 64) - 1 for value in values)))
    return formatted(template, Arguments.of_list(desk.call("printf"), listed), is_wide=is_wide)


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("%d|%5d|%-5d|%05d|%+d", (1, 2, 3, 4, 5), "1|    2|3    |00004|+5"),
        ("%u %x %X %#x %o", (0xFFFFFFFF, 255, 255, 255, 8), "4294967295 ff FF 0xff 10"),
        ("%d", (-1,), "-1"),
        ("%hd %hhd", (0x18000, 0x180), "-32768 -128"),
        ("%lld %I64d %zu", (-5, 1 << 40, 7), "-5 1099511627776 7"),
        ("%c%%%c", (65, 66), "A%B"),
        ("%.3d|%8.3x", (7, 255), "007|     0ff"),
        ("%*d|%-*d|", (4, 1, 3, 2), "   1|2  |"),
        ("%p", (0x1234,), "0000000000001234"),
        ("%s", (0,), "(null)"),
        ("%n%d", (0, 5), "5"),
        ("%y|", (), "y|"),
    ],
)
def test_formats(desk: Workshop, template: str, values: tuple[int, ...], text: str) -> None:
    assert made(desk, template, *values) == text


def test_texts_of_both_widths(desk: Workshop) -> None:
    narrow, wide = desk.text("narrow"), desk.wide("wide")
    assert made(desk, "%s %S %ls %.3s|%8.2s|", narrow, wide, wide, narrow, narrow) == "narrow wide wide nar|      na|"
    assert made(desk, "%s %S %hs", wide, narrow, narrow, is_wide=True) == "wide narrow narrow"


def test_numbers_with_a_point(desk: Workshop) -> None:
    bits = struct.unpack("<Q", struct.pack("<d", 3.14159))[0]
    assert made(desk, "%.2f %8.1f %g %e", bits, bits, bits, bits) == "3.14      3.1 3.14159 3.141590e+00"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(template=st.text(alphabet="%dsSxn*.0123456789l hIwfgpc-+#", max_size=40), seed=st.integers(0, 1 << 62))
def test_no_format_is_too_much(desk: Workshop, template: str, seed: int) -> None:
    listed = desk.memory + seed % 0x1000
    text = formatted(template, Arguments.of_list(desk.call("printf"), listed), is_wide=False)
    assert len(text) <= MAX_OUTPUT_CHARS


def test_bytes_are_not_lost() -> None:
    assert raw_bytes("\xe9\u20ac", is_wide=False) == b"\xe9?"
    assert raw_bytes("\xe9", is_wide=True) == b"\xe9\0"


def test_arguments_of_a_call_come_from_its_registers_and_stack(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    assert formatted("%d", Arguments.of_call(desk.call("printf"), 1), is_wide=False).lstrip("-").isdigit()
