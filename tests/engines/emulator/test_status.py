"""NTSTATUS values."""

from fulgurite.engines.emulator import status


def test_every_status_has_its_error() -> None:
    values = {name: value for name, value in vars(status).items() if name.isupper() and isinstance(value, int)}
    assert [name for name, value in values.items() if status.win32_of(value) == 317] == []
    assert status.win32_of(0xC0FFEE) == 317


def test_a_refusal_carries_its_status() -> None:
    assert status.NtFailure(status.ACCESS_DENIED).status == 0xC0000022
