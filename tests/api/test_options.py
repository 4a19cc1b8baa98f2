"""What the headers of an upload wish for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.options import Allowed, Options, is_private, options
from fulgurite.api.problems import Problem
from fulgurite.errors import InputError

ALLOWED = Allowed(check_fetch=lambda _: None, check_callback=lambda _: None)


def check(url: str) -> None:
    raise InputError("closed", where=url)


@pytest.mark.parametrize(
    ("headers", "wished"),
    [
        ([], Options()),
        ([(b"rule", b"multiscan, SANITIZE,cdr,dlp,sandbox"), (b"samplesharing", b"2")], Options()),
        ([(b"rule", b"multiscan_sanitize_unarchive")], Options(is_unpacking_asked=True)),
        ([(b"archivepwd", b"infected")], Options(password="infected")),
        ([(b"filepassword", "pässword".encode())], Options(password="pässword")),
        ([(b"password", "pässword".encode("latin-1"))], Options(password="pässword")),
        ([(b"privateprocessing", b"1")], Options(is_private=True)),
        ([(b"private-processing", b"0"), (b"x-force-scan", b"1")], Options()),
        ([(b"rescan-count", b"x"), (b"metadata", b"{"), (b"scanWith", b"y"), (b"x-source", b"z")], Options()),
        ([(b"downloadfrom", b"http://a/b")], Options(download_from="http://a/b")),
        ([(b"callbackurl", b"http%3A%2F%2Fa%2Fb")], Options(callback_url="http://a/b")),
    ],
)
def test_wishes(headers: list[tuple[bytes, bytes]], wished: Options) -> None:
    assert options(headers, ALLOWED) == wished


@pytest.mark.parametrize(
    ("headers", "allowed", "code"),
    [
        ([(b"rule", b"multiscan,launder")], ALLOWED, 400156),
        ([(b"privateprocessing", b"2")], ALLOWED, 400020),
        ([(b"privateprocessing", b"true")], ALLOWED, 400020),
        ([(b"privateprocessing", b"1")], Allowed(private_processing=False), 400143),
        ([(b"samplesharing", b"3")], ALLOWED, 400142),
        ([(b"x-force-scan", b"yes")], ALLOWED, 400141),
        ([(b"archivepwd", b"x" * 1025)], ALLOWED, 400020),
        ([(b"downloadfrom", b"http://a/")], Allowed(), 400146),
        ([(b"downloadfrom", b"http://a/")], Allowed(check_fetch=check), 400146),
        ([(b"callbackurl", b"http://a/")], Allowed(), 400020),
        ([(b"callbackurl", b"http://a/")], Allowed(check_callback=check), 400020),
    ],
)
def test_what_is_refused(headers: list[tuple[bytes, bytes]], allowed: Allowed, code: int) -> None:
    with pytest.raises(Problem) as caught:
        options(headers, allowed)
    assert caught.value.code == code


def test_privacy_alone() -> None:
    assert is_private([(b"privateprocessing", b"1"), (b"rule", b"nonsense")], ALLOWED)
    assert not is_private([], ALLOWED)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"rule", b"password", b"privateprocessing", b"callbackurl", b"downloadfrom", b"x_scan"]),
            st.binary(max_size=40),
        )
    )
)
def test_any_headers_are_understood_or_refused(headers: list[tuple[bytes, bytes]]) -> None:
    try:
        options(headers, ALLOWED)
    except Problem as problem:
        assert problem.status == 400  # noqa: PT017 - the other outcome is as good
