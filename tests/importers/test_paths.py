"""Paths as every report spells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.importers import paths


@pytest.mark.parametrize(
    ("spelt", "expected"),
    [
        ("HKEY_LOCAL_MACHINE\\SOFTWARE\\X", "HKLM\\SOFTWARE\\X"),
        ("hkey_current_user\\X", "HKCU\\X"),
        ("HKEY_USERS", "HKU"),
        ("HKEY_CLASSES_ROOT\\\\.exe", "HKCR\\.exe"),
        ("\\REGISTRY\\MACHINE\\SYSTEM", "HKLM\\SYSTEM"),
        ("\\Registry\\User\\S-1-5-18", "HKU\\S-1-5-18"),
        ("\\REGISTRY\\A\\{0}", "\\REGISTRY\\A\\{0}"),
        ("0x80000002\\SOFTWARE", "HKLM\\SOFTWARE"),
        ("0x000000a4\\Control Panel", "0x000000a4\\Control Panel"),
        ("DisableUserModeCallbackFilter", "DisableUserModeCallbackFilter"),
    ],
)
def test_registry(spelt: str, expected: str) -> None:
    assert paths.registry(spelt) == expected


@pytest.mark.parametrize(
    ("spelt", "expected"),
    [
        ("C:\\a", "C:\\a"),
        ("\\??\\C:\\a", "C:\\a"),
        ("\\\\?\\C:\\a", "C:\\a"),
        ("\\??\\UNC\\host\\share", "\\\\host\\share"),
        ("\\Device\\HarddiskVolume2\\Windows", "C:\\Windows"),
        ("\\Device\\HarddiskVolumeShadowCopy1\\a", "\\Device\\HarddiskVolumeShadowCopy1\\a"),
        ("\\??\\pipe\\x", "\\??\\pipe\\x"),
        ("\\\\.\\PIPE\\lsarpc", "\\\\.\\PIPE\\lsarpc"),
        ("/etc/passwd", "/etc/passwd"),
    ],
)
def test_file(spelt: str, expected: str) -> None:
    assert paths.file(spelt) == expected


def test_parts_and_wholes() -> None:
    assert paths.joined("HKCU\\A", "b") == "HKCU\\A\\b"
    assert paths.joined("HKCU\\A", "") == paths.joined("HKCU\\A", None) == "HKCU\\A"
    assert paths.address("192.0.2.1", 80) == "192.0.2.1:80"
    assert paths.address("2001:db8::1", 80) == "[2001:db8::1]:80"
    assert paths.address("a.test", None) == "a.test"
    assert [paths.base_name(one) for one in ("C:\\a\\b.exe", "/a/b", "b")] == ["b.exe", "b", "b"]


@given(st.text())
def test_any_text_is_a_path(spelt: str) -> None:
    assert isinstance(paths.file(spelt), str)
    assert paths.registry(paths.registry(spelt)) == paths.registry(paths.registry(paths.registry(spelt)))
