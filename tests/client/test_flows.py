"""Flows driven by hand: no network, no clock of their own."""

from typing import Any

import pytest

from fulgurite.client import flows
from fulgurite.client.errors import LimitReached, ServerUnreachable
from fulgurite.client.flows import Broken, Pause, Policy, Reply, Request

POLICY = Policy(tries=3, backoff_s=1, longest_pause_s=30)
BODY = b'{"sandbox_id":"a"}'


def steps(flow: flows.Flow, *outcomes: flows.Outcome) -> list[Any]:
    """What the flow asks for when it is told these outcomes, and at its end what it gives back."""
    asked: list[Any] = []
    try:
        asked.append(flow.send(None))
        for outcome in outcomes:
            asked.append(flow.send(outcome))  # noqa: PERF401 - the end is told by an exception
    except StopIteration as end:
        asked.append(end.value)
    return asked


def test_pauses_grow() -> None:
    broken = Broken("reset", was_sent=True)
    asked = steps(flows.one_analysis("a", POLICY), broken, None, broken, None, Reply(200, {}, BODY))
    pauses = [step.seconds for step in asked if isinstance(step, Pause)]
    assert 1 <= pauses[0] <= 2 <= pauses[1] <= 4
    assert asked[-1].sandbox_id == "a"


def test_the_servers_word_on_when_to_come_again_holds() -> None:
    asked = steps(flows.one_analysis("a", POLICY), Reply(429, {"retry-after": "17"}, b""))
    assert asked[1] == Pause(17.0)


@pytest.mark.parametrize("text", ["Wed, 21 Oct 2026 07:28:00 GMT", "-5", "²", "1e9", ""])
def test_a_strange_retry_after_is_passed_over(text: str) -> None:
    asked = steps(flows.one_analysis("a", POLICY), Reply(503, {"retry-after": text}, b""))
    assert isinstance(asked[1], Pause)
    assert 1 <= asked[1].seconds <= 2


def test_too_long_a_pause_is_an_error() -> None:
    flow = flows.one_analysis("a", POLICY)
    flow.send(None)
    with pytest.raises(LimitReached):
        flow.send(Reply(429, {"retry-after": "31"}, b""))


def test_what_was_not_sent_may_be_sent_again() -> None:
    asked = steps(flows.submit(b"x", flows.Options(), POLICY), Broken("refused", was_sent=False))
    assert isinstance(asked[1], Pause)


def test_what_may_have_arrived_is_not_sent_again() -> None:
    flow = flows.submit(b"x", flows.Options(), POLICY)
    assert isinstance(flow.send(None), Request)
    with pytest.raises(ServerUnreachable):
        flow.send(Broken("reset", was_sent=True))


def test_batches() -> None:
    sizes = [len(batch) for batch in flows.batches("x" for _ in range(2 * flows.BULK + 1))]
    assert sizes == [flows.BULK, flows.BULK, 1]
    assert list(flows.batches([])) == []


def test_progress_never_falls() -> None:
    told: list[int] = []
    watch = flows.Watch(5, told.append)
    for percent in (5, 3, 5, 80):
        watch.on_event({"progress_percentage": percent})
    watch.on_event({})
    assert told == [5, 80]
