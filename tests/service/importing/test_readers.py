"""Processes that read reports: what they give, and what becomes of a file over which one dies."""

import io
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from fulgurite.errors import InputError, StoreFull
from fulgurite.importers import read
from fulgurite.model.hashes import sha256_of
from fulgurite.service.importing import Bounds, Closed, Readers
from fulgurite.service.importing.messages import Found, Head, Names
from tests.service.importing.given import ORDER, Wants, report, zipped


class _Meddles(Wants):
    """Does something to the reader when it comes to the document `number`, the first time."""

    def __init__(self, number: int, meddle: Callable[[], None]) -> None:
        super().__init__()
        self._number = number
        self._meddle = meddle

    def found(self, found: Found) -> bool:
        if found.number == self._number and all(one.number != self._number for one in self.documents):
            self._meddle()
        return super().found(found)


def _signalled(readers: Readers, number: int) -> Callable[[], None]:
    def meddle() -> None:
        [reader] = readers._all
        os.kill(reader._process.pid, number)

    return meddle


def test_a_report_comes_back_ready_to_be_kept(readers: Readers) -> None:
    wants = Wants()
    data = report(tags=("x",))
    assert readers.read(io.BytesIO(data), ORDER, wants) == sha256_of(data)
    [(rendered, contents)] = wants.taken
    assert contents.original == data
    assert read(contents.native).tags == ("x",)
    assert rendered.sandbox_id == f"{1:024x}"
    assert wants.heads[0].sha256 == sha256_of(b"MZ one")


def test_a_reader_goes_on_to_the_next_order(readers: Readers) -> None:
    for number in range(3):
        wants = Wants()
        readers.read(io.BytesIO(report(b"%d" % number)), ORDER, wants)
        assert [head.sha256 for head in wants.heads] == [sha256_of(b"%d" % number)]
    assert len(readers._all) <= 2


@pytest.mark.parametrize(
    ("number", "reason"), [(signal.SIGSEGV, "died over it (SIGSEGV)"), (signal.SIGKILL, "SIGKILL")]
)
def test_a_document_over_which_the_reader_dies_is_refused_and_the_rest_is_read(number: int, reason: str) -> None:
    with Readers(1) as readers:
        wants = _Meddles(1, _signalled(readers, number))
        readers.read(io.BytesIO(zipped(a=report(b"a"), b=report(b"b"), c=report(b"c"))), ORDER, wants)
        assert [head.sha256 for head in wants.heads] == [sha256_of(b"a"), sha256_of(b"c")]
        [refused] = wants.refused
        assert (refused.member, refused.is_apart) == ("b.json", False)
        assert reason in refused.reason
        # And it goes on as if nothing had been.
        again = Wants()
        readers.read(io.BytesIO(report()), ORDER, again)
        assert len(again.taken) == 1


def test_a_reader_that_hangs_is_ended() -> None:
    with Readers(1, Bounds(seconds=2)) as readers:
        wants = _Meddles(0, _signalled(readers, signal.SIGSTOP))
        readers.read(io.BytesIO(zipped(a=report(b"a"), b=report(b"b"))), ORDER, wants)
        assert "longer than 2 s (setting import_seconds)" in wants.refused[0].reason
        assert [head.sha256 for head in wants.heads] == [sha256_of(b"b")]


def test_a_reader_ends_itself_when_it_takes_too_long() -> None:
    """Also when whoever started it is gone: here the alarm is rung by hand."""
    with Readers(1, Bounds(seconds=50)) as readers:
        wants = _Meddles(0, _signalled(readers, signal.SIGALRM))
        readers.read(io.BytesIO(report()), ORDER, wants)
        assert "longer than 50 s" in wants.refused[0].reason


def test_all_that_is_given_has_its_time_too() -> None:
    with Readers(1, Bounds(seconds=50, total_seconds=0.0)) as readers:
        wants = Wants()
        readers.read(io.BytesIO(report()), ORDER, wants)
        assert [refused.is_apart for refused in wants.refused] == [True]


def test_what_takes_too_much_memory_is_refused() -> None:
    with Readers(1, Bounds(memory_bytes=600 << 20)) as readers:
        wants = Wants()
        readers.read(io.BytesIO(bytes(620 << 20)), ORDER, wants)
        assert "import_memory_bytes" in wants.refused[0].reason
        readers.read(io.BytesIO(report()), ORDER, wants)
        assert len(wants.taken) == 1


def test_a_reader_that_ended_while_nobody_asked_is_replaced() -> None:
    with Readers(1) as readers:
        for _ in range(2):
            wants = Wants()
            readers.read(io.BytesIO(report()), ORDER, wants)
            assert (len(wants.taken), wants.refused) == (1, [])
            [reader] = readers._all
            reader.kill()
            reader._process.wait()


def test_a_file_that_shrinks_while_it_is_read_is_refused() -> None:
    class Shrinking(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            return super().seek(offset, whence) + (5 if whence == os.SEEK_END else 0)

    with Readers(1) as readers:
        wants = Wants()
        readers.read(Shrinking(report()), ORDER, wants)
        assert "shorter while it was read" in wants.refused[0].reason


def test_what_the_one_who_asks_raises_comes_through(readers: Readers) -> None:
    class Full(Wants):
        def take(self, *_: Any) -> None:
            raise StoreFull("no room")

    class Refuses(Wants):
        def head(self, head: Head) -> Names | None:
            raise InputError(f"not {head.sha256}")

    with pytest.raises(StoreFull):
        readers.read(io.BytesIO(report()), ORDER, Full())
    wants = Refuses()
    readers.read(io.BytesIO(report()), ORDER, wants)
    assert wants.refused[0].reason == f"not {sha256_of(b'MZ one')}"


def test_closing_ends_what_is_read() -> None:
    with Readers(1) as readers:
        wants = _Meddles(0, lambda: threading.Thread(target=readers.close).start())
        while True:
            try:
                readers.read(io.BytesIO(report()), ORDER, wants)
            except Closed:
                break
    assert readers._idle == []
    with pytest.raises(Closed):
        readers.read(io.BytesIO(report()), ORDER, Wants())
