"""APIs by all their spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.importers.calls import Table
from fulgurite.importers.calls.plain import api_call
from fulgurite.importers.calls.table import NOISE, ROWS, base_name, nothing, row_of
from fulgurite.model.events import ApiCall
from tests.importers.calls.made import call


@pytest.mark.parametrize(
    ("spelt", "name"),
    [
        ("RegOpenKeyExW", "RegOpenKeyEx"),
        ("kernel32.CreateFileA", "CreateFile"),
        ("KERNEL32.dll!CreateFileW", "CreateFile"),
        ("sys_NtOpenKey", "NtOpenKey"),
        ("ZwOpenKey", "NtOpenKey"),
        ("WSAConnect", "WSAConnect"),
        ("FindFirstFileExW", "FindFirstFileEx"),
        ("URLDownloadToFileW", "URLDownloadToFile"),
        ("GetComputerNameExW", None),
    ],
)
def test_rows_by_spelling(spelt: str, name: str | None) -> None:
    assert row_of(spelt) is (api_call if name is None else ROWS[name])


def test_noise_is_no_row_and_no_event() -> None:
    assert NOISE & ROWS.keys() == set()
    assert row_of("NtClose") is nothing
    assert row_of("kernel32.GetModuleHandleA") is nothing
    table = Table()
    assert table.made(call("NtClose")) is None
    for _ in range(2):
        assert isinstance(table.made(call("GetCursorPos")), ApiCall)


@given(st.text(), st.dictionaries(st.text(), st.text() | st.integers()))
def test_any_call_becomes_something(api: str, args: dict[str, str | int]) -> None:
    base_name(api)
    one = call("x")
    one.api, one.args = api, dict(args)
    row_of(api)(one)


@given(st.sampled_from(sorted(ROWS)), st.data())
def test_rows_take_any_argument(api: str, data: st.DataObject) -> None:
    values = st.none() | st.text() | st.integers() | st.lists(st.text()) | st.floats() | st.booleans()
    names = ["FileName", "FullName", "ProcessId", "ProcessHandle", "ServerName", "port", "ip", "Type", "Buffer", "hKey"]
    one = call(api, returned=data.draw(values))
    one.args = data.draw(st.dictionaries(st.sampled_from(names), values))
    row_of(api)(one)
