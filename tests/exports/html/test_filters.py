"""Text of samples on a page: nothing hidden, nothing to be clicked."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from fulgurite.exports.html import filters


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, ""),
        ("", ""),
        ("plain", "plain"),
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("a\u202eb", 'a<span class="mark" title="right-to-left override">U+202E</span>b'),
        ("\x00", '<span class="mark" title="control character">U+0000</span>'),
        ("\u00a0", '<span class="mark" title="no-break space">U+00A0</span>'),
    ],
)
def test_visible(text: str | None, shown: str) -> None:
    assert filters.visible(text) == shown


def test_long_text_is_cut_and_says_so() -> None:
    assert filters.visible("abcdef", 6) == "abcdef"
    cut = filters.visible("abcdef", 4)
    assert cut.startswith("abcd<span")
    assert "… 2 more" in cut


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, ""),
        ("http://a.example/x.php", "hxxp://a[.]example/x[.]php"),
        ("HTTPS://A.EXAMPLE", "HxxPS://A[.]EXAMPLE"),
        ("192.0.2.1:80", "192[.]0[.]2[.]1:80"),
        ("[2001:db8::1].x", "[2001:db8::1][.]x"),
        ("no address", "no address"),
    ],
)
def test_defanged(text: str | None, shown: str) -> None:
    assert filters.defanged(text) == shown


@given(st.text())
def test_no_text_hides_anything(text: str) -> None:
    shown = filters.visible(text)
    assert shown.isprintable()
    assert "<" not in shown.replace('<span class="mark" title="', "").replace("</span>", "")
    if text.isprintable():
        assert shown == escape(text)


def test_figures() -> None:
    assert filters.when(None) == filters.since_start(None) == filters.size(None) == filters.count(None) == filters.NONE
    assert filters.when(datetime(2026, 1, 2, 5, 4, 5, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-02 03:04:05"
    assert filters.when(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02 03:04:05"
    assert filters.since_start(12_345) == "12.345"
    assert [filters.size(n) for n in (0, 1023, 1024, 5 * 1024**5)] == ["0 B", "1023 B", "1.0 KB", "5120.0 TB"]
    assert filters.count(1234567) == "1,234,567"
    assert [filters.plural(1, "process", "processes"), filters.plural(0, "event")] == ["1 process", "0 events"]
