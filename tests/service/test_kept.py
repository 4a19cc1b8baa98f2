"""Things kept in bounded memory."""

from fulgurite.service.kept import Kept


def test_what_is_kept_is_not_made_again() -> None:
    kept: Kept[bytes] = Kept(10, len)
    assert kept.of("a", lambda: b"first") == kept.of("a", lambda: b"second") == b"first"


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    kept: Kept[bytes] = Kept(10, len)
    for name in ("a", "b", "a", "c"):
        kept.of(name, lambda: b"12345")
    assert kept.of("a", lambda: b"new") == b"12345"
    assert kept.of("b", lambda: b"new") == b"new"


def test_what_is_too_large_is_given_but_not_kept() -> None:
    kept: Kept[bytes] = Kept(3, len)
    assert kept.of("a", lambda: b"1234") == b"1234"
    assert kept.of("a", lambda: b"new") == b"new"
    assert kept.of("a", lambda: b"1234") == b"new"
