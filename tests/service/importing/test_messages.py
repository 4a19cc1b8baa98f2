"""What goes over the pipe."""

from datetime import UTC, datetime

import pytest

from fulgurite.service.importing.messages import (
    Began,
    End,
    Found,
    Go,
    Head,
    Known,
    Names,
    Order,
    Refused,
    Rendered,
    answer_decoder,
    line,
    said_decoder,
)

SAID = (
    Began(),
    Found(number=0, member="a\nb", sha256="0" * 64, told=""),
    Head(position=1, format="x", sha256=None, sha1=None, md5="0", sandbox_id=None, data_id="x", rescan_available=None),
    Rendered(
        sandbox_id="0" * 24,
        requested_at=datetime(2024, 1, 2, tzinfo=UTC),
        outcome="partial",
        score=None,
        values=(("ip", "192.0.2.1"),),
        rest=3,
        rules=None,
        original_bytes=None,
        native_bytes=1,
        body_bytes=2,
    ),
    Refused(reason="x", member="\ud7ff", is_apart=True),
    End(is_leaving=False),
)
ANSWERED = (
    Order(size_bytes=5, seconds=1, passwords=("x",)),
    Go(is_wanted=True),
    Names(sha256=None, sha1=None, md5="0", sandbox_id="x", data_id="y", rescan_available=False),
    Known(),
    Refused(reason="x"),
)


@pytest.mark.parametrize("message", SAID, ids=lambda message: type(message).__name__)
def test_what_a_reader_says_comes_over(message: object) -> None:
    text = line(message)  # type: ignore[arg-type]
    assert text.endswith(b"\n")
    assert text.count(b"\n") == 1
    assert said_decoder.decode(text) == message


@pytest.mark.parametrize("message", ANSWERED, ids=lambda message: type(message).__name__)
def test_what_it_is_answered_comes_over(message: object) -> None:
    assert answer_decoder.decode(line(message)) == message  # type: ignore[arg-type]
