"""The header fields of executables, and of what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.pe import PeHeader, pe_header
from tests.engines.pe_files import minimal_pe


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (minimal_pe(b"\xc3"), PeHeader("amd64", is_dll=False, is_driver=False, is_dotnet=False)),
        (minimal_pe(b"\xc3", machine=0x14C), PeHeader("x86", is_dll=False, is_driver=False, is_dotnet=False)),
        (minimal_pe(b"\xc3", characteristics=0x2022), PeHeader("amd64", is_dll=True, is_driver=False, is_dotnet=False)),
        (minimal_pe(b"\xc3", subsystem=1), PeHeader("amd64", is_dll=False, is_driver=True, is_dotnet=False)),
        (minimal_pe(b"\xc3", clr=0x2008), PeHeader("amd64", is_dll=False, is_driver=False, is_dotnet=True)),
        (
            minimal_pe(b"\xc3", machine=0x14C, clr=0x2008),
            PeHeader("x86", is_dll=False, is_driver=False, is_dotnet=True),
        ),
        (minimal_pe(b"\xc3", machine=0x1234), PeHeader("0x1234", is_dll=False, is_driver=False, is_dotnet=False)),
    ],
)
def test_fields(data: bytes, expected: PeHeader) -> None:
    assert pe_header(data) == expected


@pytest.mark.parametrize(
    "data", [b"", b"MZ", b"MZ" + b"\0" * 300, b"\x7fELF" + b"\0" * 100, minimal_pe(b"\xc3")[:0x90]]
)
def test_no_executable(data: bytes) -> None:
    assert pe_header(data) is None


@given(st.binary(max_size=700), st.integers(0, 0x400), st.binary(max_size=40))
def test_no_bytes_raise(data: bytes, at: int, patch: bytes) -> None:
    pe_header(data)
    pe_header(b"MZ" + data)
    whole = minimal_pe(b"\xc3")
    pe_header(whole[:at] + patch + whole[at + len(patch) :])
    pe_header(whole[:at])
