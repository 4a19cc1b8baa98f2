"""Success and failure in one measure."""

import pytest

from fulgurite.importers import ntstatus


@pytest.mark.parametrize(
    ("api", "succeeded", "returned", "expected"),
    [
        ("NtOpenKey", False, 0xFFFFFFFFC0000034, 0xC0000034),
        ("NtCreateMutant", True, 0x40000000, ntstatus.OBJECT_NAME_EXISTS),
        ("LdrLoadDll", False, -1073741515, 0xC0000135),
        ("RegOpenKeyExW", False, 2, ntstatus.OBJECT_NAME_NOT_FOUND),
        ("RegOpenKeyExW", False, 5, ntstatus.ACCESS_DENIED),
        ("RegOpenKeyExW", False, 9999, ntstatus.UNSUCCESSFUL),
        ("CreateFileW", True, 0x1C4, ntstatus.SUCCESS),
        ("CreateFileW", False, 0xFFFFFFFF, ntstatus.UNSUCCESSFUL),
        ("NtOpenKey", True, None, ntstatus.SUCCESS),
    ],
)
def test_status_of_calls(api: str, succeeded: bool, returned: int | None, expected: int) -> None:
    assert ntstatus.of_call(api, succeeded=succeeded, returned=returned) == expected
