"""The file inside a form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.form import MAX_HEADERS, MAX_PARTS, FormFile, boundary_of
from fulgurite.api.problems import Problem

END = b"--b--\r\n"


def part(content: bytes, disposition: bytes, *more: bytes) -> bytes:
    lines = [b"--b", b"Content-Disposition: form-data" + disposition, *more]
    return b"\r\n".join([*lines, b"", content]) + b"\r\n"


def found(body: bytes, step: int = 1 << 30) -> tuple[bytes, bytes | None]:
    """The file in `body`, fed in pieces of `step` bytes, and its name."""
    form = FormFile(b"b")
    content = b""
    for start in range(0, len(body), step):
        restarts, piece = form.feed(body[start : start + step])
        content = piece if restarts else content + piece
    form.finish()
    return content, form.name


@pytest.mark.parametrize("step", [1, 7, 1 << 30])
@pytest.mark.parametrize(
    ("body", "content", "name"),
    [
        (part(b"MZ", b'; name="file"; filename="a.exe"'), b"MZ", b"a.exe"),
        (part(b"MZ", b'; name=""; filename="a.exe"'), b"MZ", b"a.exe"),
        (part(b"MZ", b'; filename="a.exe"'), b"MZ", b"a.exe"),
        (part(b"MZ", b'; name="whatever"'), b"MZ", None),
        (part(b"v", b'; name="k"') + part(b"MZ", b'; name="f"; filename="a"'), b"MZ", b"a"),
        (part(b"MZ", b'; name="f"; filename="a"') + part(b"v", b'; name="k"'), b"MZ", b"a"),
        (part(b"1", b"; filename=x") + part(b"2", b"; filename=y"), b"1", b"x"),
        (part(b"1", b"; name=x") + part(b"2", b"; name=y"), b"1", None),
        (part(b"MZ", b'; filename=""', b"Content-Type: application/octet-stream"), b"MZ", b""),
        (part(b"\r\n--b\r", b"; filename=x"), b"\r\n--b\r", b"x"),
        (part(b"", b"; filename=x"), b"", b"x"),
    ],
)
def test_the_file_is_found(body: bytes, content: bytes, name: bytes | None, step: int) -> None:
    assert found(body + END, step) == (content, name)


@given(st.binary(max_size=300), st.integers(1, 50))
def test_content_comes_out_as_it_went_in(content: bytes, step: int) -> None:
    safe = content.replace(b"--b", b"--c")
    assert found(part(safe, b'; filename="x"') + END, step) == (safe, b"x")


@pytest.mark.parametrize(
    "body",
    [
        b"no form at all",
        part(b"MZ", b'; filename="a.exe"'),
        part(b"MZ", b'; filename="a.exe"') + b"--b",
        b"--b\r\nContent-Disposition: form-data; filename=x",
        b"\r\n\r\n",
        part(b"", b"; name=x") * (MAX_PARTS + 1) + END,
        part(b"", b"; name=x") * 10_000 + END,
        part(b"", b"; filename=x", *[b"A: b"] * MAX_HEADERS) + END,
        part(b"", b"; filename=x", *[b"A: b"] * 10_000) + END,
        part(b"", b"; filename=" + b"x" * 100_000) + END,
        b"--b\r\nBad Header: x\r\n\r\n\r\n" + END,
    ],
)
def test_a_broken_or_bloated_form_is_refused(body: bytes) -> None:
    with pytest.raises(Problem) as caught:
        found(body)
    assert caught.value.code == 400140


def test_a_long_name_is_no_fault() -> None:
    assert found(part(b"MZ", b'; filename="' + b"n" * 5000 + b'"') + END) == (b"MZ", b"n" * 5000)


@given(st.binary(max_size=400), st.integers(1, 60))
def test_any_bytes_are_a_form_or_refused(body: bytes, step: int) -> None:
    try:
        found(b"--b\r\n" + body, step)
    except Problem as problem:
        assert problem.code == 400140  # noqa: PT017 - the other outcome is as good


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        (b"multipart/form-data; boundary=abc", b"abc"),
        (b'Multipart/Form-Data; charset=utf-8; boundary="a b"', b"a b"),
        (b"application/octet-stream", None),
        (b"application/x-www-form-urlencoded", None),
        (b"", None),
        (b"\xff;=;", None),
    ],
)
def test_boundary_of(content_type: bytes, boundary: bytes | None) -> None:
    assert boundary_of(content_type) == boundary


@pytest.mark.parametrize("content_type", [b"multipart/form-data", b"multipart/form-data; boundary="])
def test_a_form_without_boundary_is_refused(content_type: bytes) -> None:
    with pytest.raises(Problem, match="400140"):
        boundary_of(content_type)


def test_an_endless_boundary_is_refused() -> None:
    with pytest.raises(Problem, match="400140"):
        FormFile(b"b" * 1000)


@given(st.binary(max_size=200))
def test_any_content_type_is_read_or_refused(content_type: bytes) -> None:
    try:
        boundary_of(content_type)
    except Problem as problem:
        assert problem.code == 400140  # noqa: PT017 - the other outcome is as good
