"""Texts of .ini files."""

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator import ini

TEXT = '; for old programs\r\n[Fonts]\r\nArial=arial.ttf\r\n\r\n[Mail]\r\nMAPI = 1\r\nname="a b"\r\n'
WORD = st.text(alphabet="abcXYZ019", min_size=1, max_size=8)


def test_reading() -> None:
    assert ini.names(TEXT) == ["Fonts", "Mail"]
    assert ini.value(TEXT, "mail", "mapi") == "1"
    assert ini.value(TEXT, "MAIL", "name") == "a b"
    assert ini.value(TEXT, "Mail", "none") is None
    assert ini.entries(TEXT, "none") == []
    assert ini.names("") == []


def test_changing() -> None:
    assert ini.value(ini.changed(TEXT, "Mail", "MAPI", "2"), "Mail", "MAPI") == "2"
    added = ini.changed(TEXT, "Fonts", "New", "x")
    assert added.splitlines()[2:4] == ["Arial=arial.ttf", "New=x"]
    assert ini.names(ini.changed(TEXT, "Fonts", None, None)) == ["Mail"]
    assert ini.value(ini.changed(TEXT, "Mail", "MAPI", None), "Mail", "MAPI") is None
    assert ini.changed("", "a", "b", None) == ""
    assert ini.replaced(TEXT, "Mail", ["x=1"]).endswith("[Mail]\r\nx=1\r\n")


@given(st.text(max_size=200), WORD, WORD, WORD)
def test_what_is_written_is_read(text: str, section: str, key: str, value: str) -> None:
    assert ini.value(ini.changed(text, section, key, value), section, key) == value
