"""The reader's end of the pipes."""

import io
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite import rules
from fulgurite.errors import InputError
from fulgurite.service.importing import child
from fulgurite.service.importing.child import Talk, serve
from fulgurite.service.importing.messages import (
    Answered,
    End,
    Found,
    Go,
    Head,
    Known,
    Names,
    Order,
    Refused,
    Rendered,
    Said,
    line,
    said_decoder,
)
from fulgurite.service.importing.reading import read
from tests.service.importing.given import report

NAMES = Names(sha256="0" * 64, sha1=None, md5=None, sandbox_id="0" * 24, data_id="bz", rescan_available=False)


@pytest.fixture(autouse=True)
def is_silent() -> Iterator[None]:
    """No alarm outlives its test."""
    yield
    signal.alarm(0)


def _said(data: bytes, *answers: Answered) -> list[Said]:
    """What is said of `data`, with the bytes after a report left out."""
    order = Order(size_bytes=len(data), seconds=100)
    out = io.BytesIO()
    talk = Talk(io.BytesIO(line(order) + data + b"".join(line(answer) for answer in answers)), out)
    work = talk.order()
    assert work == (order, data)
    read(data, order, talk, rules.load_builtin())
    talk.end()
    out.seek(0)
    said = []
    while (text := out.readline()) != b"":
        said.append(said_decoder.decode(text))
        if isinstance(said[-1], Rendered):
            out.seek((said[-1].original_bytes or 0) + said[-1].native_bytes + said[-1].body_bytes, os.SEEK_CUR)
    return said


def _kinds(said: list[Said]) -> list[str]:
    return [type(one).__name__ for one in said]


def test_a_wanted_report_is_rendered() -> None:
    said = _said(report(), Go(is_wanted=True), NAMES)
    assert _kinds(said) == ["Began", "Found", "Head", "Rendered", "Began", "End"]


def test_what_is_not_wanted_is_not() -> None:
    assert _kinds(_said(report(), Go(is_wanted=False))) == ["Began", "Found", "Began", "End"]
    assert _kinds(_said(report(), Go(is_wanted=True), Known())) == ["Began", "Found", "Head", "Began", "End"]
    said = _said(report(), Go(is_wanted=True), Refused(reason="why"))
    assert _kinds(said) == ["Began", "Found", "Head", "Refused", "Began", "End"]
    assert isinstance(said[3], Refused)
    assert said[3].reason == "why"


def test_an_order_that_does_not_come_whole_is_none() -> None:
    for text in (b"", line(Order(size_bytes=5, seconds=1)) + b"1234"):
        assert Talk(io.BytesIO(text), io.BytesIO()).order() is None


def test_a_refusal_is_an_error_of_the_input() -> None:
    talk = Talk(io.BytesIO(line(Refused(reason="not so"))), io.BytesIO())
    head = Head(
        position=0, format="x", sha256=None, sha1=None, md5=None, sandbox_id=None, data_id=None, rescan_available=None
    )
    with pytest.raises(InputError, match="not so"):
        talk.head(head)


def test_a_document_nobody_answers_for_is_not_wanted() -> None:
    talk = Talk(io.BytesIO(line(Known())), io.BytesIO())
    assert not talk.found(Found(number=0, member=None, sha256="", told=""))


def test_it_serves_until_its_input_ends_and_leaves_when_it_has_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    order = line(Order(size_bytes=1, seconds=100)) + b"x" + line(Go(is_wanted=False))

    def ends() -> list[End]:
        source, into = os.pipe()
        os.write(into, order * 2)
        os.close(into)
        out = io.BytesIO()
        with os.fdopen(source, "rb", buffering=0) as file:
            serve(Talk(file, out), rules.load_builtin(), file)
        said = [said_decoder.decode(text) for text in out.getvalue().splitlines()]
        return [one for one in said if isinstance(one, End)]

    # The process that runs the tests may have used more than a reader does.
    monkeypatch.setattr(child, "LEAVING_BYTES", 2 * child.peak_bytes())
    assert [end.is_leaving for end in ends()] == [False, False]
    monkeypatch.setattr(child, "LEAVING_BYTES", child.peak_bytes() // 2)
    assert [end.is_leaving for end in ends()] == [True]


def test_it_leaves_when_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "IDLE_S", 0.01)
    source, into = os.pipe()
    with os.fdopen(source, "rb", buffering=0) as file, os.fdopen(into, "wb"):
        serve(Talk(file, io.BytesIO()), rules.load_builtin(), file)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=100))
def test_any_bytes_are_told_of(data: bytes) -> None:
    assert _kinds(_said(data, *[Go(is_wanted=True)] * 3))[-1] == "End"
