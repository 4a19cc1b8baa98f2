"""Names that are shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.service.names import display_name, member_path


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"a.exe", "a.exe"),
        (b"C:\\Users\\x\\evil.exe", "evil.exe"),
        (b"../../etc/passwd", "passwd"),
        (b"folder/", "folder"),
        (b"..", None),
        (b"a/..", None),
        (b"///", None),
        (b"   ", None),
        (b"", None),
        (b"a\x00b.exe", "a_b.exe"),
        ("invoice\u202efdp.exe".encode(), "invoice_fdp.exe"),
        ("a\u200b\u2028b".encode(), "a__b"),
        (b"a\r\nb", "a__b"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * 5000, "x" * 255),
        (b"x" * 5000 + b".exe", "x" * 251 + ".exe"),
        (b"x." + b"y" * 5000, "x." + "y" * 253),
    ],
)
def test_display_name(raw: bytes, shown: str | None) -> None:
    assert display_name(raw) == shown


@given(st.one_of(st.binary(max_size=600), st.text(max_size=600).map(lambda text: text.encode(errors="ignore"))))
def test_a_display_name_is_never_a_path_and_never_deceives(raw: bytes) -> None:
    name = display_name(raw)
    if name is not None:
        assert 0 < len(name) <= 255
        assert "/" not in name
        assert "\\" not in name
        assert name not in {".", ".."}
        assert not {unicodedata.category(character) for character in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a/b.exe", "a/b.exe"),
        ("..\\..\\x", "../../x"),
        ("/etc/passwd", "/etc/passwd"),
        ("a\x00\u202eb", "a__b"),
        ("", ""),
    ],
)
def test_member_path(raw: str, shown: str) -> None:
    assert member_path(raw) == shown


@given(st.text(max_size=3000))
def test_a_member_path_is_short_and_plain(raw: str) -> None:
    path = member_path(raw)
    assert len(path) <= 1024
    assert not {unicodedata.category(character) for character in path} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
