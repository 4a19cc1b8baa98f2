"""Forms: read with limits, files in pieces."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from fulgurite.web.forms import MOST_FILES, BadForm, Form, pieces, received

HEAD = "multipart/form-data; boundary=b"


def part(head: str, data: bytes) -> bytes:
    return b"--b\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + data + b"\r\n"


def read(body: bytes, kind: str = HEAD, most_bytes: int = 1_000, grain: int = 7) -> tuple[Form, list[bytes]]:
    """The form in `body`, sent in pieces of `grain` bytes, and the bytes of its files."""
    sent = [body[at : at + grain] for at in range(0, len(body), grain)]

    async def receive() -> Message:
        piece = sent.pop(0) if sent else b""
        return {"type": "http.request", "body": piece, "more_body": bool(sent)}

    async def run() -> tuple[Form, list[bytes]]:
        scope: dict[str, Any] = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}
        async with received(Request(scope, receive), most_bytes) as form:
            return form, [b"".join([piece async for piece in pieces(file)]) for file in form.files]

    return asyncio.run(run())


def test_fields_and_files() -> None:
    body = (
        part('name="a"', b" x ")
        + part('name="file"; filename="f.exe"', b"MZ\0")
        + part('name="a"', b"y")
        + b"--b--\r\n"
    )
    form, contents = read(body)
    assert form.fields == {"a": "y"}
    assert [file.filename for file in form.files] == ["f.exe"]
    assert contents == [b"MZ\0"]


def test_a_field_of_files_that_is_left_empty_has_none() -> None:
    form, _ = read(part('name="file"; filename=""', b"") + b"--b--\r\n")
    assert form == Form({}, ())


def test_a_plain_form() -> None:
    form, _ = read(b"a=1&b=%C3%A9+x&a=2", "application/x-www-form-urlencoded")
    assert form.fields == {"a": "2", "b": "\u00e9 x"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"".join(part(f'name="f"; filename="{n}"', b"x") for n in range(MOST_FILES + 1)) + b"--b--\r\n", HEAD),
        (b"&".join(b"a%d=1" % n for n in range(40)), "application/x-www-form-urlencoded"),
        (part('name="file"; filename="f"', bytes(400_000)) + b"--b--\r\n", HEAD),
        (part("", b"no name") + b"--b--\r\n", HEAD),
        (b"no frame at all", "multipart/form-data"),
    ],
)
def test_what_is_too_much_or_no_form_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(BadForm):
        read(body, kind, grain=8_192)


def test_a_sender_that_dawdles_is_given_up() -> None:
    async def receive() -> Message:
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")

    async def run() -> None:
        scope: dict[str, Any] = {"type": "http", "method": "POST", "headers": [(b"content-type", HEAD.encode())]}
        async with received(Request(scope, receive), 10, patience_s=0.05):
            pass

    with pytest.raises(BadForm, match="too slowly"):
        asyncio.run(run())


@given(st.binary(max_size=400), st.sampled_from([HEAD, "application/x-www-form-urlencoded", "text/plain", "\u00ff"]))
def test_any_bytes_are_a_form_or_refused(body: bytes, kind: str) -> None:
    try:
        form, contents = read(b"--b\r\n" + body, kind.encode("latin-1").decode("latin-1"), grain=50)
    except BadForm:
        return
    assert len(contents) == len(form.files)
