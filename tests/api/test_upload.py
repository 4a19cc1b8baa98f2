"""Bodies as they stream in."""

import asyncio
import os
import resource
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from fulgurite.api.problems import Problem
from fulgurite.api.upload import FORM_EXTRA_BYTES, MAX_IN_MEMORY_BYTES, ClientGone, Limits, Spool, receive_file
from fulgurite.errors import StoreError, StoreFull

LIMITS = Limits(max_bytes=3 * 1024 * 1024)
FORM = (b"content-type", b"multipart/form-data; boundary=b")


class Wire:
    """The messages of one request, as a server hands them to an application."""

    def __init__(self, pieces: Iterable[bytes], *, is_cut: bool = False) -> None:
        """With `is_cut` the connection ends before the body does."""
        self._pieces = iter([*pieces, None])
        self._is_cut = is_cut
        self.read = 0

    async def receive(self) -> Message:
        piece = next(self._pieces)
        if piece is not None:
            self.read += 1
            return {"type": "http.request", "body": piece, "more_body": True}
        return {"type": "http.disconnect"} if self._is_cut else {"type": "http.request", "body": b""}


def received(
    wire: Wire, folder: Path, *headers: tuple[bytes, bytes], limits: Limits = LIMITS
) -> tuple[bytes, bytes | None]:
    """The file that comes over `wire` and its name."""

    async def run() -> tuple[bytes, bytes | None]:
        with Spool(folder) as spool:
            name = await receive_file(headers, wire.receive, spool, limits)
            return spool.content(), name

    return asyncio.run(run())


def code_of(wire: Wire, folder: Path, *headers: tuple[bytes, bytes], limits: Limits = LIMITS) -> int:
    with pytest.raises(Problem) as caught:
        received(wire, folder, *headers, limits=limits)
    assert list(folder.iterdir()) == []
    return caught.value.code


def form(content: bytes) -> bytes:
    return b'--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\n' + content + b"\r\n--b--\r\n"


@pytest.mark.parametrize("kind", [b"application/octet-stream", b"application/x-www-form-urlencoded", b"text/x; y", b""])
def test_a_raw_body_is_the_file(tmp_path: Path, kind: bytes) -> None:
    assert received(Wire([b"MZ", b"", b"\x00\xff"]), tmp_path, (b"content-type", kind)) == (b"MZ\x00\xff", None)


def test_a_form_has_the_file_in_it(tmp_path: Path) -> None:
    assert received(Wire([form(b"MZ")]), tmp_path, FORM) == (b"MZ", b"a")


def test_a_later_file_replaces_a_value(tmp_path: Path) -> None:
    value = b"--b\r\nContent-Disposition: form-data; name=k\r\n\r\n" + b"v" * 2_000_000 + b"\r\n"
    assert received(Wire([value, form(b"MZ")]), tmp_path, FORM) == (b"MZ", b"a")


@given(st.lists(st.binary(max_size=100)).filter(any))
def test_pieces_make_the_whole(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    folder = tmp_path_factory.getbasetemp()
    assert received(Wire(pieces), folder) == (b"".join(pieces), None)


def test_a_long_body_lies_on_disk_and_is_gone_afterwards(tmp_path: Path) -> None:
    async def run() -> None:
        with Spool(tmp_path) as spool:
            for _ in range(24):
                await spool.write(bytes(range(256)) * 512)
                assert len(spool._held) <= MAX_IN_MEMORY_BYTES
            assert spool.size_bytes == 3 * 1024 * 1024
            assert spool.content() == bytes(range(256)) * 512 * 24
            assert spool._file is not None
            assert os.fstat(spool._file.fileno()).st_nlink == 0

    asyncio.run(run())
    assert list(tmp_path.iterdir()) == []


def test_a_body_at_the_limit_is_taken(tmp_path: Path) -> None:
    body = b"x" * LIMITS.max_bytes
    assert received(Wire([body]), tmp_path, (b"content-length", b"%d" % len(body)))[0] == body
    assert received(Wire([form(body)]), tmp_path, FORM)[0] == body


@pytest.mark.parametrize("length", [b"3145729", b"0003145729", b"9" * 5000])
def test_a_declared_length_over_the_limit_is_refused_unread(tmp_path: Path, length: bytes) -> None:
    wire = Wire([b"x"])
    assert code_of(wire, tmp_path, (b"content-length", length)) == 400144
    assert wire.read == 0


def test_an_undeclared_body_is_refused_as_soon_as_it_is_too_long(tmp_path: Path) -> None:
    wire = Wire([b"x" * 1024 * 1024] * 100)
    assert code_of(wire, tmp_path) == 400144
    assert wire.read == 4


def test_a_form_is_refused_as_soon_as_its_file_is_too_long(tmp_path: Path) -> None:
    wire = Wire([form(b"x" * LIMITS.max_bytes)[:-10], b"x" * 100, b"x"])
    assert code_of(wire, tmp_path, FORM) == 400144
    assert wire.read == 2


def test_what_else_a_form_holds_counts_too(tmp_path: Path) -> None:
    rest = b"--b\r\nContent-Disposition: form-data; name=k\r\n\r\n" + b"v" * FORM_EXTRA_BYTES
    limits = Limits(max_bytes=10)
    assert code_of(Wire([form(b"MZ")[:-8] + b"\r\n", rest]), tmp_path, FORM, limits=limits) == 400144


@pytest.mark.parametrize("headers", [[], [FORM]])
def test_an_empty_body_is_refused(tmp_path: Path, headers: list[tuple[bytes, bytes]]) -> None:
    assert code_of(Wire([]), tmp_path, *headers) == 400145


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert code_of(Wire([form(b"")]), tmp_path, FORM) == 400145


def test_a_form_without_its_end_is_refused(tmp_path: Path) -> None:
    assert code_of(Wire([form(b"MZ")[:-8]]), tmp_path, FORM) == 400140


def test_a_sender_that_goes_away_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ClientGone):
        received(Wire([b"x" * 2_000_000], is_cut=True), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_sender_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    class Silent(Wire):
        async def receive(self) -> Message:
            await asyncio.Event().wait()
            return {}

    assert code_of(Silent([]), tmp_path, limits=Limits(max_bytes=10, patience_s=0.01)) == 408000


@pytest.fixture
def small_files() -> Iterator[None]:
    """Lets no file of this process grow over 1.5 MB: to a writer the same as a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreFull):
        received(Wire([b"x" * 2_000_000]), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_fault_of_the_disk_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        received(Wire([b"x" * 2_000_000]), tmp_path / "missing")
