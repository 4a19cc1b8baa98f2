"""Keys and values as Windows' own programs spell them."""

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.reg_editor import key_path, value_of
from fulgurite.engines.emulator.registry import REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_QWORD, REG_SZ


def test_keys_are_named_as_windows_leads_the_program() -> None:
    assert key_path("HKEY_LOCAL_MACHINE\\Software\\X", 64) == "HKLM\\Software\\X"
    assert key_path("hklm\\Software\\X", 32) == "HKLM\\Software\\WOW6432Node\\X"


@given(st.sampled_from([REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ, REG_DWORD, REG_QWORD, REG_BINARY]), st.text(max_size=40))
def test_any_text_becomes_a_value(kind: int, text: str) -> None:
    value = value_of("n", kind, text)
    assert value.type == kind
    assert value.op.startswith("SetValueKey")
